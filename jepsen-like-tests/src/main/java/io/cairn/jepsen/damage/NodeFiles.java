package io.cairn.jepsen.damage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** A node's data directory while the node does not run: which of its files are what. Paths are relative to the directory. */
final class NodeFiles {
  /** The end of the property in which RocksDB says whose table it is; its value follows. */
  private static final String FAMILY_NAME = "name";

  private final Path directory;
  private final Path earlier;
  private final Path first;
  private final Random random;
  private LogPlaces log;

  /**
   * @param earlier a copy of the directory that was made while the node ran
   * @param first the same of when the cluster was new
   */
  NodeFiles(Path directory, Path earlier, Path first, Random random) {
    this.directory = directory;
    this.earlier = earlier;
    this.first = first;
    this.random = random;
  }

  Random random() {
    return random;
  }

  LogPlaces log() {
    if (log == null) {
      log = LogPlaces.of(directory);
    }
    return log;
  }

  /** The same file some writes earlier, in the same life of the node. */
  Path earlier(String file) {
    return earlier.resolve(file);
  }

  /** The same file when the cluster was new. */
  Path first(String file) {
    return first.resolve(file);
  }

  /** The file as it is. */
  Path now(String file) {
    return directory.resolve(file);
  }

  long size(String file) {
    try {
      return Files.size(directory.resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<String> in(String folder, Predicate<String> such) {
    try (Stream<Path> files = Files.list(directory.resolve(folder))) {
      return files.map(file -> folder + "/" + file.getFileName()).filter(such).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The newest of the engine's files that are called so. */
  String engineFile(String prefix) {
    return in("engine", name -> name.startsWith("engine/" + prefix)).getLast();
  }

  /** The manifest that counts: there may be an older one beside it. */
  String manifest() {
    try {
      return "engine/" + Files.readString(directory.resolve("engine/CURRENT")).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The largest table of a family. */
  String table(String family) {
    return tables(family).stream().max(Comparator.comparingLong(this::size))
        .orElseThrow(() -> new IllegalStateException("the engine in " + directory + " has no table of family " + family));
  }

  List<String> tables(String family) {
    return in("engine", name -> name.endsWith(".sst") && bytesAsText(name).contains(FAMILY_NAME + family));
  }

  private String bytesAsText(String file) {
    try {
      return Files.readString(directory.resolve(file), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A numbered file of the log that holds nothing: it waits for its turn. */
  String spare() {
    return in("log", name -> name.matches("log/[0-9]+\\.seg")).stream()
        .filter(name -> !log().begun().contains(Integer.parseInt(name.replaceAll("\\D", "")))).findFirst()
        .orElseThrow(() -> new IllegalStateException("no segment waits for its turn in " + directory));
  }

  /** A copy of what lies below, of a node that may run: a file that goes away meanwhile is left out. */
  static void copy(Path from, Path to) {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path copy = to.resolve(from.relativize(file));
        if (Files.isDirectory(file)) {
          Files.createDirectories(copy);
        } else {
          copyOne(file, copy);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void copyOne(Path file, Path copy) throws IOException {
    try {
      Files.copy(file, copy);
    } catch (NoSuchFileException gone) {
      // As said.
    }
  }

  static void delete(Path directory) {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
