package io.cairn.simulator.main;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * A bug to plant: one passage of one source, and what to put in its place. A file {@code simulator/mutants/ID} says so:
 *
 * <pre>
 *   # What is wrong then, in a sentence.
 *   file raft-core/src/main/java/io/cairn/raft/Commitment.java
 *   by raft-sim                            whose seeds, see {@link By}; without this line those of bin/sim
 *   seed 17                                a seed that catches it (none yet: 0)
 *   expect own-term-commits                words of the failure, separated by |
 *   - the passage, which stands there once
 *   + what takes its place
 * </pre>
 *
 * Lines of a passage are compared without the space around them. Several {@code file} lines begin a passage each.
 */
final class Mutant {
  final String id;
  final String sentence;
  final long seed;
  final List<String> expected;
  final By by;
  private final List<Hunk> hunks = new ArrayList<>();

  /** Whose seeds catch it: the runs of a class, which is asked for {@code failureOf} a seed. */
  enum By {
    SIM("io.cairn.simulator.main.SeedRun"),
    /** Raft's own simulation. Not public, and of another module's tests. */
    RAFT_SIM("io.cairn.raft.RaftSeeds"),
    /** Runs with leases. */
    LEASES("io.cairn.simulator.main.LeaseSeeds"),
    /** Runs with compactions. */
    COMPACTIONS("io.cairn.simulator.main.CompactionSeeds"),
    /** Runs in which one replica comes to differ from the others. */
    DIVERGENCE("io.cairn.simulator.main.DivergenceSeeds"),
    /** Runs whose watches are judged by the checkers of real ones, which only tests know. */
    HISTORIES("io.cairn.simulator.history.HistorySeeds"),
    /** The same where no history is kept of some keys and nothing fails. */
    HISTORY_OFF("io.cairn.simulator.history.HistoryOffSeeds"),
    /** Runs with locks, judged likewise. */
    LOCKS("io.cairn.simulator.recipes.LockSeeds"),
    /** The same with elections. */
    ELECTIONS("io.cairn.simulator.recipes.ElectionSeeds"),
    /** With counters. */
    COUNTERS("io.cairn.simulator.recipes.CounterSeeds"),
    /** And with durable queues. */
    QUEUES("io.cairn.simulator.recipes.QueueSeeds"),
    /** The log of one node, of which a replica applies nothing for long. */
    CLEANINGS("io.cairn.simulator.space.CleaningSeeds");

    final String runs;

    By(String runs) {
      this.runs = runs;
    }

    /** Whether its class is there: that of tests is not where {@code bin/sim} runs. */
    boolean isHere() {
      return Mutant.class.getClassLoader().getResource(runs.replace('.', '/') + ".class") != null;
    }

    static By named(String word) {
      for (By by : values()) {
        if (by.word().equals(word)) {
          return by;
        }
      }
      throw new IllegalArgumentException("a planted bug is tried by one of " + Arrays.stream(values()).map(By::word).collect(Collectors.joining(", "))
          + "; without such a line by sim; not by " + word);
    }

    private String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** One passage of one source. */
  private static final class Hunk {
    private final Path source;
    private final StringBuilder from = new StringBuilder();
    private final StringBuilder to = new StringBuilder();

    Hunk(Path source) {
      this.source = source;
    }
  }

  private Mutant(String id, List<String> lines, Path root) {
    this.id = id;
    StringBuilder said = new StringBuilder();
    String words = "";
    long known = 0;
    By tried = By.SIM;
    for (String line : lines) {
      String rest = line.length() < 2 ? "" : line.substring(line.indexOf(' ') + 1);
      if (line.startsWith("#")) {
        said.append(said.isEmpty() ? "" : " ").append(rest);
      } else if (line.startsWith("file ")) {
        hunks.add(new Hunk(root.resolve(rest.strip())));
      } else if (line.startsWith("by ")) {
        tried = By.named(rest.strip());
      } else if (line.startsWith("seed ")) {
        known = Long.parseLong(rest.strip());
      } else if (line.startsWith("expect ")) {
        words = rest.strip();
      } else if (line.startsWith("-")) {
        addLine(hunks.getLast().from, line);
      } else if (line.startsWith("+")) {
        addLine(hunks.getLast().to, line);
      } else if (!line.isBlank()) {
        throw new IllegalArgumentException(id + ": what is '" + line + "'?");
      }
    }
    this.sentence = said.toString();
    this.seed = known;
    this.by = tried;
    this.expected = List.of(words.split("\\|"));
  }

  private static void addLine(StringBuilder text, String line) {
    text.append(text.isEmpty() ? "" : "\n").append(line.substring(1).strip());
  }

  static Path folder(Path root) {
    return root.resolve("simulator/mutants");
  }

  static Mutant read(Path root, String id) throws IOException {
    return new Mutant(id, Files.readAllLines(folder(root).resolve(id)), root);
  }

  static List<String> all(Path root) throws IOException {
    try (Stream<Path> files = Files.list(folder(root))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /** The sources with the bug in them, by their paths; fails when a passage does not stand there exactly once. */
  Map<Path, String> planted() throws IOException {
    Map<Path, String> sources = new TreeMap<>();
    for (Hunk hunk : hunks) {
      String text = sources.containsKey(hunk.source) ? sources.get(hunk.source) : Files.readString(hunk.source);
      sources.put(hunk.source, replaced(hunk, new ArrayList<>(text.lines().toList())));
    }
    return sources;
  }

  private String replaced(Hunk hunk, List<String> lines) {
    List<String> wanted = hunk.from.toString().lines().toList();
    int found = -1;
    for (int at = 0; at + wanted.size() <= lines.size(); at++) {
      if (stands(wanted, lines, at)) {
        if (found >= 0) {
          throw new IllegalStateException("mutant " + id + ": its passage stands in " + hunk.source + " more than once");
        }
        found = at;
      }
    }
    if (found < 0) {
      throw new IllegalStateException("mutant " + id + ": its passage is not in " + hunk.source + " any more:\n" + hunk.from);
    }
    for (int i = 1; i < wanted.size(); i++) {
      lines.remove(found + 1);
    }
    lines.set(found, hunk.to.toString());
    return String.join("\n", lines);
  }

  private static boolean stands(List<String> wanted, List<String> lines, int at) {
    for (int i = 0; i < wanted.size(); i++) {
      if (!lines.get(at + i).strip().equals(wanted.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** Compiles the sources with the bug into the folder {@code target}. */
  void compile(Path target, String classPath) throws IOException {
    List<Path> copies = new ArrayList<>();
    for (Map.Entry<Path, String> each : planted().entrySet()) {
      String name = each.getKey().toString();
      Path copy = target.resolve("src").resolve(name.substring(name.indexOf("io/cairn")));
      Files.createDirectories(copy.getParent());
      Files.writeString(copy, each.getValue());
      copies.add(copy);
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    if (compiler == null) {
      throw new IllegalStateException("mutants need a JDK, this is a JRE");
    }
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      List<String> options = List.of("-d", target.toString(), "-cp", classPath, "-proc:none", "-nowarn");
      if (!compiler.getTask(null, files, null, options, null, files.getJavaFileObjectsFromPaths(copies)).call()) {
        throw new IllegalStateException("mutant " + id + " does not compile");
      }
    }
  }

  /** All classes anew, with those in {@code planted} in the place of the server's own. */
  static URLClassLoader loader(Path planted, String classPath) {
    List<URL> places = new ArrayList<>();
    try {
      places.add(planted.toUri().toURL());
      for (String place : classPath.split(":")) {
        if (!place.isEmpty()) {
          places.add(Path.of(place).toUri().toURL());
        }
      }
    } catch (MalformedURLException e) {
      throw new UncheckedIOException(e);
    }
    return new URLClassLoader(places.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
  }
}
