package io.cairn.simulator.main;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line of the simulator. */
class SimTest {
  @TempDir
  private Path folder;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int sim(String... words) throws Exception {
    out.reset();
    err.reset();
    return Sim.run(words, new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  private List<String> lines() {
    return out.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Test
  void eachSeedPrintsItsDigestAndTheLastLineCounts() throws Exception {
    assertThat(sim("--seeds", "1..2", "--minutes", "0.05")).isZero();

    assertThat(lines().get(0)).startsWith("seed=1 ").containsPattern("digest=[0-9a-f]{16} ");
    assertThat(lines().get(1)).startsWith("seed=2 ").containsPattern("digest=[0-9a-f]{16} ");
    assertThat(lines().getLast()).isEqualTo("2 passed, 0 failed");
  }

  @Test
  @DisplayName("JV-02 JV-04 a seed gives the same digest in two JVMs")
  void sameSeedSameDigestInTwoJvms() throws Exception {
    List<String> words = List.of("--seeds", "3..5", "--minutes", "0.1");
    List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
        System.getProperty("java.class.path"), "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow", Sim.class.getName()));
    command.addAll(words);
    Process child = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();

    assertThat(sim(words.toArray(String[]::new))).isZero();
    List<String> there = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();

    assertThat(child.waitFor()).isZero();
    assertThat(there.subList(0, 3)).isEqualTo(lines().subList(0, 3));
  }

  @Test
  void severalThreadsPrintTheSameInTheSameOrder() throws Exception {
    sim("--seeds", "6..9", "--minutes", "0.05");
    List<String> alone = lines().subList(0, 4);
    sim("--seeds", "6..9", "--minutes", "0.05", "--threads", "2");

    assertThat(lines().subList(0, 4)).isEqualTo(alone);
  }

  @Test
  void resultsOfPartsAddUp() throws Exception {
    String results = folder.resolve("results").toString();
    sim("--seed", "1", "--minutes", "0.05", "--results", results);
    assertThat(sim("--seeds", "2..3", "--minutes", "0.05", "--nodes", "5", "--results", results)).isZero();

    assertThat(lines().getLast()).isEqualTo("3 passed, 0 failed");
    assertThat(Files.readAllLines(Path.of(results))).contains("passed 3").anyMatch(line -> line.startsWith("mark.LEADER_ELECTED "))
        .anyMatch(line -> line.matches("nodes.5 [23]"));
    assertThat(folder.toFile().list()).containsExactly("results");
  }

  @Test
  void aTraceShowsFaultsAndWhatEachNodeLogged() throws Exception {
    Path trace = folder.resolve("trace");
    assertThat(sim("--seed", "4", "--minutes", "0.1", "--trace", trace.toString())).isZero();

    assertThat(Files.readString(trace)).contains("== strikes: ", "became leader", "kept every promise");
  }

  @Test
  void whatCannotBeUnderstoodIsSaidWithWhatWouldBeRight() throws Exception {
    assertThat(sim()).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("--seed N or --seeds A..B", "usage");
    assertThat(sim("--seeds", "5..4")).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("A not above B");
    assertThat(sim("--seed", "1", "--minutes", "0")).isEqualTo(2);
    assertThat(sim("--seed", "1", "--nodes", "two")).isEqualTo(2);
    assertThat(sim("--seed")).isEqualTo(2);
    assertThat(sim("--frobnicate")).isEqualTo(2);
    assertThat(lines()).isEmpty();
  }
}
