package io.cairn.simulator.main;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/** Plants bugs, and looks which seed catches each. */
final class MutantRuns {
  private final Path root;
  private final String classPath;
  private final PrintStream out;

  MutantRuns(Path root, String classPath, PrintStream out) {
    this.root = root;
    this.classPath = classPath;
    this.out = out;
  }

  /** How a mutant was caught. */
  record Caught(String id, long seeds, long seed, String how) {}

  /** Tries each until a seed catches it; returns how many were not. */
  int runAll(List<String> ids, long firstSeed, long lastSeed) throws IOException {
    int survived = 0;
    for (String id : ids.isEmpty() ? Mutant.all(root) : ids) {
      Mutant mutant = Mutant.read(root, id);
      if (!mutant.by.isHere()) {
        out.println(String.format(Locale.ROOT, "| `%s` | is tried by MutantTest alone |  |  |", id));
        continue;
      }
      Caught caught = run(mutant, firstSeed, lastSeed);
      if (caught.how == null) {
        survived++;
      }
      out.println(caught.how == null ? String.format(Locale.ROOT, "| `%s` | survived %d seeds |  |  |", id, caught.seeds)
          : String.format(Locale.ROOT, "| `%s` | %d | %d | %s |", id, caught.seeds, caught.seed, caught.how));
    }
    return survived;
  }

  Caught run(Mutant mutant, long firstSeed, long lastSeed) throws IOException {
    Caught[] found = {new Caught(mutant.id, lastSeed - firstSeed + 1, 0, null)};
    withPlanted(mutant, (loader, run) -> {
      for (long seed = firstSeed; seed <= lastSeed; seed++) {
        String failure = failureOf(run, seed);
        if (failure != null) {
          found[0] = new Caught(mutant.id, seed - firstSeed + 1, seed, how(failure));
          return;
        }
      }
    });
    return found[0];
  }

  private static String how(String failure) {
    String invariant = failure.substring(0, failure.indexOf(':'));
    return switch (invariant) {
      case "node-broke" -> brokenBy(failure);
      case "raft-sim" -> failure.replace('|', '/');
      default -> invariant;
    };
  }

  private static String brokenBy(String failure) {
    int from = failure.indexOf(" broke: ") + 8;
    int to = failure.indexOf(" [t=", from);
    String reason = failure.substring(from, to < 0 ? failure.length() : to).replace('|', '/').replace('\n', ' ');
    return "a node stopped: " + reason.substring(reason.indexOf(':') + 1).strip();
  }

  /** Hands over the method that runs a seed among classes of which one has the bug. */
  void withPlanted(Mutant mutant, BiConsumer<ClassLoader, Method> action) throws IOException {
    Path planted = Files.createTempDirectory("cairn-mutant");
    try {
      mutant.compile(planted, classPath);
      try (URLClassLoader loader = Mutant.loader(planted, classPath)) {
        Class<?> sim = loader.loadClass(Sim.class.getName());
        Method quiet = sim.getDeclaredMethod("quiet");
        quiet.setAccessible(true);
        quiet.invoke(null);
        Class<?> seeds = loader.loadClass(mutant.by.runs);
        Method run = seeds.getDeclaredMethod("failureOf", long.class);
        run.setAccessible(true);
        action.accept(loader, run);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(e);
      }
    } finally {
      delete(planted);
    }
  }

  static String failureOf(Method run, long seed) {
    try {
      return (String) run.invoke(null, seed);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    } catch (InvocationTargetException e) {
      return "crash: " + e.getCause();
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
