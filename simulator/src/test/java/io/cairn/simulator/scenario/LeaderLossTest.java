package io.cairn.simulator.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Three whole nodes keep what they acknowledge, in every seed. */
class LeaderLossTest {
  private static final int SEEDS = 100;
  private static final int SEEDS_IN_TWO_JVMS = 3;

  @Test
  @DisplayName("A-01 A-02 A-11 nothing acknowledged is lost when the leader loses its power and a node is cut off, in 100 seeds")
  void nothingAcknowledgedIsLost() {
    long acknowledged = 0;
    long unknown = 0;
    for (long seed = 1; seed <= SEEDS; seed++) {
      LeaderLoss.Result result = LeaderLoss.run(seed);
      assertThat(result.acknowledged()).as("writes acknowledged in seed %s", seed).isPositive();
      acknowledged += result.acknowledged();
      unknown += result.unknown();
    }
    assertThat(acknowledged).as("writes acknowledged in all").isGreaterThan(SEEDS * 100L);
    System.out.println("simulated " + SEEDS + " seeds: " + acknowledged + " writes acknowledged, " + unknown + " of unknown outcome");
  }

  @Test
  @DisplayName("JV-02 JV-04 a seed gives the same digest in two JVMs")
  void sameSeedSameDigestInTwoJvms() throws Exception {
    Process child = new ProcessBuilder(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
        System.getProperty("java.class.path"), "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED",
        Seeds.class.getName(), "1", "" + SEEDS_IN_TWO_JVMS)).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    List<String> here = new ArrayList<>();
    for (long seed = 1; seed <= SEEDS_IN_TWO_JVMS; seed++) {
      here.add(Seeds.line(LeaderLoss.run(seed)));
    }
    List<String> there = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines()
        .filter(line -> line.startsWith("seed=")).toList();

    assertThat(child.waitFor()).isZero();
    assertThat(there).isEqualTo(here);
  }

  @Test
  void seedRunAloneIsTheSeedRunAfterOthers() {
    LeaderLoss.Result first = LeaderLoss.run(7);
    LeaderLoss.run(8);

    assertThat(LeaderLoss.run(7)).isEqualTo(first);
    assertThat(LeaderLoss.run(8).digest()).isNotEqualTo(first.digest());
  }
}
