package io.cairn.raft.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Runs every script and compares what is said; {@code -Drewrite=true} writes it down instead. */
class InteractionTest {

  private static final Path SCRIPTS = Path.of("src/test/resources/scripts");
  private static final boolean REWRITE = Boolean.getBoolean("rewrite");
  private static final Map<String, ScriptCommand> COMMANDS = new TreeMap<>();

  static {
    ScriptCommand.all().forEach(command -> COMMANDS.put(command.name(), command));
  }

  @TestFactory
  List<DynamicTest> everyScriptSaysWhatIsWrittenInIt() throws IOException {
    List<Path> scripts;
    try (Stream<Path> files = Files.list(SCRIPTS)) {
      scripts = files.filter(file -> file.toString().endsWith(".txt")).sorted().toList();
    }
    assertThat(scripts).hasSizeGreaterThanOrEqualTo(40);
    var tests = new ArrayList<DynamicTest>();
    for (Path script : scripts) {
      tests.add(DynamicTest.dynamicTest(script.getFileName().toString(), () -> run(script)));
    }
    return tests;
  }

  private static void run(Path script) throws IOException {
    String written = Files.readString(script);
    String said = replay(written);
    if (REWRITE && !said.equals(written)) {
      Files.writeString(script, said);
    } else {
      assertThat(said).isEqualTo(written);
    }
  }

  /** The script as it would be written: comments and commands as they are, and after each {@code ----} what is said. */
  private static String replay(String script) {
    var cluster = new ScriptedCluster();
    var out = new StringBuilder();
    boolean saying = false;
    for (String line : script.split("\n", -1)) {
      if (saying) {
        saying = !line.isEmpty();
        if (saying) {
          continue;
        }
      }
      if (line.equals("----")) {
        String said = cluster.takeSaid();
        out.append("----\n").append(said.isEmpty() ? "ok\n" : said);
        saying = true;
        continue;
      }
      if (!line.isEmpty() && !line.startsWith("#")) {
        execute(cluster, line);
      }
      out.append(line).append('\n');
    }
    return out.toString().stripTrailing() + "\n";
  }

  private static void execute(ScriptedCluster cluster, String line) {
    List<String> words = List.of(line.trim().split("\\s+"));
    ScriptCommand command = COMMANDS.get(words.getFirst());
    if (command == null) {
      throw new IllegalArgumentException("no command " + words.getFirst() + "; there are " + COMMANDS.keySet());
    }
    try {
      command.run(cluster, words);
    } catch (RuntimeException e) {
      throw new AssertionError("at: " + line, e);
    }
  }
}
