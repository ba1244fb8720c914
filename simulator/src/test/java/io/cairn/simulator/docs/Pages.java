package io.cairn.simulator.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The pages in {@code docs/}, and the parts of them that a test writes: those between two marks. */
final class Pages {
  /** With {@code -Drewrite=true} such a part is written anew instead of compared. */
  private static final boolean REWRITE = Boolean.getBoolean("rewrite");

  private Pages() {}

  static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(folder.resolve("raft-core"))) {
      folder = folder.getParent();
    }
    return folder;
  }

  static Path path(String page) {
    return root().resolve("docs").resolve(page);
  }

  static List<Path> all() {
    try (Stream<Path> files = Files.walk(root().resolve("docs"))) {
      return files.filter(file -> file.toString().endsWith(".md")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What stands on the page between the marks of {@code part}. */
  static String part(String page, String part) {
    String text = read(path(page));
    return text.substring(begin(page, text, part), end(page, text, part));
  }

  /** The part must be {@code written}; rewritten instead when that was asked for. */
  static void compare(String page, String part, String written) {
    String text = read(path(page));
    int begin = begin(page, text, part);
    int end = end(page, text, part);
    if (REWRITE) {
      try {
        Files.writeString(path(page), text.substring(0, begin) + written + text.substring(end));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return;
    }
    assertThat(text.substring(begin, end))
        .as("docs/%s, between the marks of '%s'; -Drewrite=true writes what the code does now, then read the difference", page, part)
        .isEqualTo(written);
  }

  private static int begin(String page, String text, String part) {
    String mark = "<!-- begin: " + part + " -->\n";
    int at = text.indexOf(mark);
    assertThat(at).as("docs/%s has the line %s", page, mark.strip()).isNotNegative();
    return at + mark.length();
  }

  private static int end(String page, String text, String part) {
    int at = text.indexOf("<!-- end: " + part + " -->");
    assertThat(at).as("docs/%s ends the part '%s'", page, part).isNotNegative();
    return at;
  }
}
