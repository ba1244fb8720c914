package io.cairn.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** How many lines of raft-core there are to each check that always runs, in production too. */
class InvariantDensityTest {

  private static final Path SOURCES = Path.of("src/main/java");
  private static final int LINES_A_CHECK = 25;
  private static final Pattern COMMENT = Pattern.compile("/\\*.*?\\*/|//[^\n]*", Pattern.DOTALL);
  /** A claim about this replica, or a refusal of what a caller or a peer gave. */
  private static final Pattern CHECK = Pattern.compile(
      "Invariant\\.(?:check|atMost)\\(|new InvariantBroken\\(|throw new IllegalArgumentException\\(|^\\s+require\\(", Pattern.MULTILINE);

  @Test
  void thereIsACheckForEveryTwentyFiveLines() throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(SOURCES)) {
      files = all.filter(file -> file.toString().endsWith(".java")).sorted().toList();
    }
    long lines = 0;
    long checks = 0;
    for (Path file : files) {
      String code = COMMENT.matcher(alwaysRun(Files.readString(file))).replaceAll("");
      lines += code.lines().filter(line -> !line.isBlank() && !line.startsWith("import ") && !line.startsWith("package ")).count();
      checks += CHECK.matcher(code).results().count();
    }
    System.out.println("raft-core: " + checks + " checks that always run in " + lines + " lines, one for each " + lines / checks);
    assertThat(lines).isGreaterThan(1000);
    assertThat(lines).as("lines for %d checks", checks).isLessThanOrEqualTo(checks * LINES_A_CHECK);
  }

  /** Of the invariants' one file only the first ring runs in production; the rest is neither counted as checks nor as lines. */
  private static String alwaysRun(String source) {
    int tests = source.indexOf("  // ---- one replica, after every input in tests");
    return tests < 0 ? source : source.substring(0, tests);
  }
}
