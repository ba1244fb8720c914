package io.cairn.simulator.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Bytes as a version wrote them, kept for ever (UP-05): {@code NAME.bin}, and beside it {@code NAME.txt}, what is read from them. Missing
 * ones are added by {@code -Dgolden.add=true}; one that is there is never written again, whatever is asked for.
 */
final class GoldenFiles {
  private static final boolean ADD = Boolean.getBoolean("golden.add");

  private GoldenFiles() {}

  static Path root() {
    return Pages.root().resolve("simulator/src/test/resources/golden");
  }

  /** Every folder of a format: {@code log} finds {@code log-1}, and one day {@code log-2}. */
  static List<String> versions(String format) {
    try (Stream<Path> folders = Files.list(root())) {
      return folders.map(path -> path.getFileName().toString()).filter(name -> name.matches(format + "-[0-9.]+")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What that version wrote, by name. */
  static SortedMap<String, byte[]> of(String version) {
    var found = new TreeMap<String, byte[]>();
    try (Stream<Path> files = Files.list(root().resolve(version))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".bin")).toList()) {
        String name = file.getFileName().toString();
        found.put(name.substring(0, name.length() - ".bin".length()), Files.readAllBytes(file));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found;
  }

  static String name(String title) {
    return title.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
  }

  /** Today's writer must write what the version's file holds; there must be one. */
  static void written(String version, String name, byte[] bytes) {
    kept(version + "/" + name + ".bin", bytes);
  }

  /** What today's code reads from the version's file must be what was read when it was made. */
  static void read(String version, String name, String text) {
    kept(version + "/" + name + ".txt", text.getBytes(StandardCharsets.UTF_8));
  }

  private static void kept(String file, byte[] now) {
    keep(root(), ADD, file, now);
  }

  /** Compares with the file, or makes it where there is none and that was asked for. */
  static void keep(Path root, boolean add, String file, byte[] now) {
    Path path = root.resolve(file);
    try {
      if (add && !Files.exists(path)) {
        Files.createDirectories(path.getParent());
        Files.write(path, now, StandardOpenOption.CREATE_NEW);
      }
      assertThat(Files.exists(path)).as("golden/%s is there: everything that is written has its golden file. -Dgolden.add=true adds missing ones", file)
          .isTrue();
      assertThat(shown(file, now)).as("golden/%s: what an earlier build wrote is read and written in another way now, so data on disk or peers on the"
          + " wire no longer fit. It is never rewritten: raise the format's number, or give a new sample a new name", file)
          .isEqualTo(shown(file, Files.readAllBytes(path)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String shown(String file, byte[] bytes) {
    return file.endsWith(".txt") ? new String(bytes, StandardCharsets.UTF_8) : Hex.dump(bytes);
  }
}
