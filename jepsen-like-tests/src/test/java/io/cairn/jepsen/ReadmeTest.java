package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.jepsen.ReadmeScratch.Ran;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Types what README tells a newcomer to type, and compiles the Java that it shows. In a scratch copy of bin/ and config/ with
 * ports of its own, so that a cluster which runs on this machine is not touched.
 */
final class ReadmeTest {
  private static final String HEADING = "## First steps";

  private final Path project = Path.of("").toAbsolutePath().getParent();
  private String readme;
  private ReadmeScratch scratch;

  @BeforeEach
  void copy() throws IOException {
    readme = Files.readString(project.resolve("README.md"));
    scratch = ReadmeScratch.of(project);
  }

  @AfterEach
  void wipe() throws Exception {
    try {
      assertThat(scratch.run("bin/cluster wipe").status()).isZero();
    } finally {
      scratch.close();
    }
  }

  @Test
  @DisplayName("every command of README's first steps works as it stands there, and the Java shown compiles and runs")
  void firstStepsWork() throws Exception {
    List<String> commands = commands();
    assertThat(commands).as("commands under '%s'", HEADING).hasSizeGreaterThan(5);
    assertThat(scratch.succeeds("bin/cluster start").out()).contains("Type next");
    var outputs = new LinkedHashMap<String, List<String>>();
    for (String command : commands) {
      Ran ran = command.equals("bin/cluster status") ? scratch.awaitSuccess(command) : scratch.succeeds(command);
      outputs.computeIfAbsent(command, _ -> new ArrayList<>()).add(ran.out());
    }
    assertThat(outputs.get("bin/kvctl get greeting")).as("before and after the kill").hasSizeGreaterThan(1).containsOnly("hello\n");
    assertThat(outputs.get("bin/kvctl range --prefix '' --count-only")).containsExactly("3\n");
    assertThat(outputs.get("bin/kvctl -w json get users/ada").getFirst()).contains("Ada");
    assertThat(scratch.succeeds("bin/cluster start").out()).contains("already runs");
    scratch.succeeds("bin/cluster stop");
    scratch.succeeds("bin/cluster start");
    assertThat(scratch.succeeds("bin/kvctl get greeting").out()).as("the cluster comes back with its data").isEqualTo("hello\n");
    assertThat(runJava(block("java").getFirst())).contains("put at revision ").contains("greeting = hello again");
    assertThat(scratch.run("bin/kvctl get greeting").status()).as("the example deletes its key").isEqualTo(1);
  }

  /** The lines of the blocks marked {@code sh} under the heading, up to the next heading. */
  private List<String> commands() {
    int from = readme.indexOf(HEADING + "\n");
    assertThat(from).as("README has the heading '%s'", HEADING).isNotNegative();
    int to = readme.indexOf("\n## ", from + 1);
    return blocks(readme.substring(from, to < 0 ? readme.length() : to), "sh").stream().flatMap(String::lines)
        .filter(line -> !line.isBlank() && !line.startsWith("#")).toList();
  }

  private List<String> block(String language) {
    List<String> found = blocks(readme, language);
    assertThat(found).as("blocks of %s in README", language).isNotEmpty();
    return found;
  }

  private static List<String> blocks(String text, String language) {
    var blocks = new ArrayList<String>();
    StringBuilder open = null;
    for (String line : text.lines().toList()) {
      if (open == null && line.equals("```" + language)) {
        open = new StringBuilder();
      } else if (open != null && line.equals("```")) {
        blocks.add(open.toString());
        open = null;
      } else if (open != null) {
        open.append(line).append('\n');
      }
    }
    return blocks;
  }

  /** Compiles the lines as the body of a program and runs it against the scratch cluster; returns what it printed. */
  private String runJava(String body) throws IOException {
    Path source = scratch.root().resolve("ReadmeExample.java");
    Files.writeString(source, "import io.cairn.client.*;\npublic class ReadmeExample {\n  public static void main(String[] arguments) {\n"
        + scratch.withItsPorts(body) + "  }\n}\n");
    String binaries = Path.of(System.getProperty("java.home"), "bin").toString();
    String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(entry -> Path.of(entry).toAbsolutePath().toString()).collect(Collectors.joining(File.pathSeparator));
    Ran compiled = scratch.run(List.of(binaries + "/javac", "-Werror", "-d", scratch.root().toString(), "-cp", classPath, source.toString()));
    assertThat(compiled.status()).as("javac: %s%s", compiled.out(), compiled.err()).isZero();
    Ran ran = scratch.run(List.of(binaries + "/java", "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", "-cp",
        scratch.root() + File.pathSeparator + classPath, "ReadmeExample"));
    assertThat(ran.status()).as("%s%s", ran.out(), ran.err()).isZero();
    return ran.out();
  }
}
