package io.cairn.simulator.architecture;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.EnhancedForLoopTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.SynchronizedTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** The rules on sources: what bytecode does not tell. Sources are parsed by javac, not compiled. */
final class SourceRules {
  static final int FILE_LINES_MAX = 600;
  static final int METHOD_LINES_MAX = 70;

  private static final Set<String> UNORDERED_TYPES =
      new TreeSet<>(Set.of("HashMap", "HashSet", "ConcurrentHashMap", "IdentityHashMap", "WeakHashMap"));
  private static final Set<String> UNORDERED_FACTORIES = new TreeSet<>(Set.of("Map.of", "Map.copyOf", "Map.ofEntries", "Set.of",
      "Set.copyOf", "ConcurrentHashMap.newKeySet", "Collectors.toSet"));
  private static final Set<String> ITERATING = new TreeSet<>(Set.of("forEach", "iterator", "stream", "keySet", "values", "entrySet",
      "toArray", "removeIf", "replaceAll", "keys", "elements"));

  /** One source, by the name that failures use. */
  record Source(String name, String text) {}

  private final Map<String, CompilationUnitTree> units = new TreeMap<>();
  private final Map<String, Source> sources = new LinkedHashMap<>();
  private final SourcePositions positions;

  SourceRules(List<Source> all) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<JavaFileObject> files = new ArrayList<>();
    for (Source source : all) {
      sources.put(source.name, source);
      files.add(new TextFile(source));
    }
    try {
      JavacTask task = (JavacTask) compiler.getTask(null, null, _ -> {}, List.of("-proc:none"), null, files);
      for (CompilationUnitTree unit : task.parse()) {
        units.put(unit.getSourceFile().toUri().getPath().substring(1), unit);
      }
      positions = Trees.instance(task).getSourcePositions();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<String> longFiles() {
    List<String> found = new ArrayList<>();
    for (Source source : sources.values()) {
      long lines = source.text.lines().count();
      if (lines > FILE_LINES_MAX) {
        found.add(source.name + " has " + lines + " lines, " + FILE_LINES_MAX + " are allowed: split it where its subject changes");
      }
    }
    return found;
  }

  List<String> longMethods() {
    List<String> found = new ArrayList<>();
    units.forEach((name, unit) -> new TreeScanner<Void, Void>() {
      @Override
      public Void visitMethod(MethodTree method, Void nothing) {
        long first = line(unit, positions.getStartPosition(unit, method));
        long last = line(unit, positions.getEndPosition(unit, method));
        if (last - first + 1 > METHOD_LINES_MAX) {
          found.add(name + ":" + first + " " + method.getName() + " has " + (last - first + 1) + " lines, " + METHOD_LINES_MAX
              + " are allowed: give its steps names");
        }
        return super.visitMethod(method, nothing);
      }
    }.scan(unit, null));
    return found;
  }

  /** Locks and what makes memory shared: {@code synchronized} in both forms, {@code volatile}. */
  List<String> locks() {
    List<String> found = new ArrayList<>();
    units.forEach((name, unit) -> new TreeScanner<Void, Void>() {
      @Override
      public Void visitSynchronized(SynchronizedTree block, Void nothing) {
        report(block, "synchronized");
        return super.visitSynchronized(block, nothing);
      }

      @Override
      public Void visitModifiers(ModifiersTree modifiers, Void nothing) {
        for (Modifier modifier : modifiers.getFlags()) {
          if (modifier == Modifier.SYNCHRONIZED || modifier == Modifier.VOLATILE) {
            report(modifiers, modifier.toString());
          }
        }
        return super.visitModifiers(modifiers, nothing);
      }

      private void report(Tree at, String what) {
        found.add(place(name, unit, at) + " " + what + ": its state has one owner, the loop that calls it, and needs no lock");
      }
    }.scan(unit, null));
    return found;
  }

  /** Calls such as {@code Thread.sleep}, by the text before the parenthesis. */
  List<String> calls(String call, String remedy) {
    List<String> found = new ArrayList<>();
    units.forEach((name, unit) -> new TreeScanner<Void, Void>() {
      @Override
      public Void visitMethodInvocation(MethodInvocationTree invocation, Void nothing) {
        String text = invocation.getMethodSelect().toString();
        if (text.equals(call) || text.endsWith("." + call)) {
          found.add(place(name, unit, invocation) + " " + call + ": " + remedy);
        }
        return super.visitMethodInvocation(invocation, nothing);
      }
    }.scan(unit, null));
    return found;
  }

  /**
   * Walks over a collection that this same file made without an order: JV-04. What comes from elsewhere under the name of Map or Set
   * cannot be seen here; two JVMs with one digest are the net below this one.
   */
  List<String> unorderedWalks() {
    List<String> found = new ArrayList<>();
    units.forEach((name, unit) -> {
      Set<String> unordered = unorderedVariables(unit);
      new TreeScanner<Void, Void>() {
        @Override
        public Void visitEnhancedForLoop(EnhancedForLoopTree loop, Void nothing) {
          check(loop, loop.getExpression());
          return super.visitEnhancedForLoop(loop, nothing);
        }

        @Override
        public Void visitMethodInvocation(MethodInvocationTree call, Void nothing) {
          if (call.getMethodSelect() instanceof MemberSelectTree select && ITERATING.contains(select.getIdentifier().toString())) {
            check(call, select.getExpression());
          }
          return super.visitMethodInvocation(call, nothing);
        }

        private void check(Tree at, ExpressionTree walked) {
          String text = walked.toString().replaceFirst("^this\\.", "");
          if (unordered.contains(text)) {
            found.add(place(name, unit, at) + " walks over " + text + ", which has no order that two JVMs share: make it a LinkedHashMap,"
                + " LinkedHashSet, TreeMap, TreeSet or List");
          }
        }
      }.scan(unit, null);
    });
    return found;
  }

  /** Packages without a {@code package-info.java}, given the folder of each source. */
  static List<String> packagesWithoutTour(Set<String> packages, Set<String> packagesWithTour) {
    List<String> found = new ArrayList<>();
    for (String each : packages) {
      if (!packagesWithTour.contains(each)) {
        found.add(each + " has no package-info.java: say what the room is for, who owns its thread, where the path goes next");
      }
    }
    return found;
  }

  private static Set<String> unorderedVariables(CompilationUnitTree unit) {
    Set<String> names = new TreeSet<>();
    new TreeScanner<Void, Void>() {
      @Override
      public Void visitVariable(VariableTree variable, Void nothing) {
        if (isUnordered(variable.getInitializer())) {
          names.add(variable.getName().toString());
        }
        return super.visitVariable(variable, nothing);
      }
    }.scan(unit, null);
    return names;
  }

  private static boolean isUnordered(ExpressionTree made) {
    if (made instanceof NewClassTree fresh) {
      return UNORDERED_TYPES.contains(fresh.getIdentifier().toString().replaceFirst("<.*", ""));
    }
    return made instanceof MethodInvocationTree call && UNORDERED_FACTORIES.contains(call.getMethodSelect().toString())
        && !call.getArguments().isEmpty() | call.getMethodSelect().toString().endsWith("newKeySet");
  }

  private String place(String name, CompilationUnitTree unit, Tree at) {
    return name + ":" + line(unit, positions.getStartPosition(unit, at));
  }

  private static long line(CompilationUnitTree unit, long position) {
    return unit.getLineMap().getLineNumber(position);
  }

  private static final class TextFile extends SimpleJavaFileObject {
    private final String text;

    TextFile(Source source) {
      super(URI.create("string:///" + source.name), Kind.SOURCE);
      this.text = source.text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }
}
