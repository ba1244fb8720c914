package io.cairn.simulator.docs;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreeScanner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/**
 * The links of a page: {@code [File.java#method](../path/File.java#method)} leads to a file that is there and declares that method,
 * and {@code [words](other.md)} to a page. What is declared the compiler's own parser tells, so that a call or a comment of that
 * name does not do.
 */
final class SourceLinks {
  private static final Pattern LINK = Pattern.compile("\\[([^\\]]+)\\]\\(([^)#\\s]*)(?:#([^)\\s]*))?\\)");

  /** By file: names of its methods; a constructor goes by its class's name. */
  private final Map<Path, Set<String>> methods = new TreeMap<>();
  private int checked;

  /** Links to methods looked at so far. */
  int checked() {
    return checked;
  }

  /** What is wrong with the links in {@code text}, which stands in {@code folder}. */
  List<String> broken(Path folder, String text) {
    var faults = new ArrayList<String>();
    Matcher link = LINK.matcher(text);
    while (link.find()) {
      String target = link.group(2);
      if (!target.isEmpty() && !target.contains("://")) {
        look(folder.resolve(target).normalize(), link.group(1), link.group(3), faults);
      }
    }
    return faults;
  }

  private void look(Path file, String words, String anchor, List<String> faults) {
    if (!Files.exists(file)) {
      faults.add("[" + words + "]: there is no file " + file);
      return;
    }
    if (!file.toString().endsWith(".java")) {
      return;
    }
    checked++;
    String name = file.getFileName().toString();
    if (anchor == null) {
      faults.add("[" + words + "]: a link to " + name + " names a method behind '#'");
    } else if (!words.replace("`", "").equals(name + "#" + anchor)) {
      faults.add("[" + words + "] leads to " + name + "#" + anchor + ", and must say so");
    } else if (!methods.computeIfAbsent(file, SourceLinks::declared).contains(anchor)) {
      faults.add("[" + words + "]: " + name + " declares no method " + anchor);
    }
  }

  private static Set<String> declared(Path file) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    var names = new TreeSet<String>();
    try (var files = compiler.getStandardFileManager(null, null, null)) {
      var task = (JavacTask) compiler.getTask(null, files, problem -> { }, List.of(), null, files.getJavaFileObjects(file));
      for (CompilationUnitTree unit : task.parse()) {
        new TreeScanner<Void, String>() {
          @Override
          public Void visitClass(ClassTree declared, String outer) {
            return super.visitClass(declared, declared.getSimpleName().toString());
          }

          @Override
          public Void visitMethod(MethodTree method, String owner) {
            names.add(method.getName().contentEquals("<init>") ? owner : method.getName().toString());
            return super.visitMethod(method, owner);
          }
        }.scan(unit, "");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return names;
  }
}
