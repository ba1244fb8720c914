package io.cairn.simulator.main;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
 *   seed 17                                a seed that catches it (none yet: 0)
 *   expect own-term-commits                words of the failure, separated by |
 *   - the passage, which stands there once
 *   + what takes its place
 * </pre>
 *
 * Lines of a passage are compared without the space around them.
 */
final class Mutant {
  final String id;
  final String sentence;
  final Path source;
  final long seed;
  final List<String> expected;
  private final String passage;
  private final String replacement;

  private Mutant(String id, List<String> lines, Path root) {
    this.id = id;
    StringBuilder from = new StringBuilder();
    StringBuilder to = new StringBuilder();
    StringBuilder said = new StringBuilder();
    String file = null;
    String words = "";
    long known = 0;
    for (String line : lines) {
      String rest = line.length() < 2 ? "" : line.substring(line.indexOf(' ') + 1);
      if (line.startsWith("#")) {
        said.append(said.isEmpty() ? "" : " ").append(rest);
      } else if (line.startsWith("file ")) {
        file = rest.strip();
      } else if (line.startsWith("seed ")) {
        known = Long.parseLong(rest.strip());
      } else if (line.startsWith("expect ")) {
        words = rest.strip();
      } else if (line.startsWith("-")) {
        from.append(from.isEmpty() ? "" : "\n").append(line.substring(1).strip());
      } else if (line.startsWith("+")) {
        to.append(to.isEmpty() ? "" : "\n").append(line.substring(1).strip());
      } else if (!line.isBlank()) {
        throw new IllegalArgumentException(id + ": what is '" + line + "'?");
      }
    }
    this.sentence = said.toString();
    this.source = root.resolve(file);
    this.seed = known;
    this.expected = List.of(words.split("\\|"));
    this.passage = from.toString();
    this.replacement = to.toString();
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

  /** The source with the bug in it; fails when the passage does not stand there exactly once. */
  String planted() throws IOException {
    List<String> wanted = passage.lines().toList();
    List<String> lines = new ArrayList<>(Files.readAllLines(source));
    int found = -1;
    for (int at = 0; at + wanted.size() <= lines.size(); at++) {
      if (stands(wanted, lines, at)) {
        if (found >= 0) {
          throw new IllegalStateException("mutant " + id + ": its passage stands in " + source + " more than once");
        }
        found = at;
      }
    }
    if (found < 0) {
      throw new IllegalStateException("mutant " + id + ": its passage is not in " + source + " any more:\n" + passage);
    }
    for (int i = 1; i < wanted.size(); i++) {
      lines.remove(found + 1);
    }
    lines.set(found, replacement);
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

  /** Compiles the source with the bug into the folder {@code target}. */
  void compile(Path target, String classPath) throws IOException {
    String name = source.toString();
    Path copy = target.resolve("src").resolve(name.substring(name.indexOf("io/cairn")));
    Files.createDirectories(copy.getParent());
    Files.writeString(copy, planted());
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    if (compiler == null) {
      throw new IllegalStateException("mutants need a JDK, this is a JRE");
    }
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      List<String> options = List.of("-d", target.toString(), "-cp", classPath, "-proc:none", "-nowarn");
      if (!compiler.getTask(null, files, null, options, null, files.getJavaFileObjects(copy)).call()) {
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
