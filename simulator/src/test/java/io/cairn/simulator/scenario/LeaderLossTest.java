package io.cairn.simulator.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Three whole nodes keep what they acknowledge, in every seed. */
class LeaderLossTest {
  private static final int SEEDS = 100;
  private static final int SEEDS_IN_TWO_JVMS = 3;

  @Test
  @DisplayName("A-01 A-02 A-11 nothing acknowledged is lost when the leader loses its power and a node is cut off, in 100 seeds")
  void nothingAcknowledgedIsLost() {
    // Worlds share nothing, so that two can run at a time.
    List<Result> results = LongStream.rangeClosed(1, SEEDS).parallel().mapToObj(LeaderLoss::run).toList();

    assertThat(results).hasSize(SEEDS).allMatch(result -> result.acknowledged() > 0);
    assertThat(results).as("what the seeds must have met").anyMatch(result -> result.unknown() > 0);
    assertThat(sum(results, Result::acknowledged)).as("writes acknowledged in all").isGreaterThan(SEEDS * 100L);
    assertThat(sum(results, Result::reads)).as("reads answered in all").isGreaterThan(SEEDS * 20L);
  }

  private static long sum(List<Result> results, ToLongFunction<Result> of) {
    return results.stream().mapToLong(of).sum();
  }

  @Test
  @DisplayName("JV-02 JV-04 a seed gives the same digest in two JVMs")
  void sameSeedSameDigestInTwoJvms() throws Exception {
    for (String story : List.of("leader-loss", "turmoil")) {
      Process child = new ProcessBuilder(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
          System.getProperty("java.class.path"), "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
          "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", Seeds.class.getName(), story, "1",
          "" + SEEDS_IN_TWO_JVMS)).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      List<String> here = new ArrayList<>();
      for (long seed = 1; seed <= SEEDS_IN_TWO_JVMS; seed++) {
        here.add((story.equals("turmoil") ? Turmoil.run(seed) : LeaderLoss.run(seed)).toString());
      }
      List<String> there = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines()
          .filter(line -> line.startsWith("seed=")).toList();

      assertThat(child.waitFor()).isZero();
      assertThat(there).isEqualTo(here);
    }
  }

  @Test
  void seedRunAloneIsTheSeedRunAfterOthers() {
    Result first = LeaderLoss.run(7);
    LeaderLoss.run(8);

    assertThat(LeaderLoss.run(7)).isEqualTo(first);
    assertThat(LeaderLoss.run(8).digest()).isNotEqualTo(first.digest());
  }
}
