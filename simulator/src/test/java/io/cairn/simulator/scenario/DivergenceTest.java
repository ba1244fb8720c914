package io.cairn.simulator.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A replica that comes to hold something else than the others. */
class DivergenceTest {
  private static final int SEEDS = Integer.getInteger("sim.seeds", 12);
  private static final long FIRST = Long.getLong("sim.seed", 1);

  @Test
  @DisplayName("SM-01 SM-06 a replica that differs is found, shows nothing, and is rebuilt from the others, whoever leads and whatever crashes meanwhile")
  void aReplicaThatDiffersIsRebuilt() {
    List<Divergence.Result> results = LongStream.range(FIRST, FIRST + SEEDS).parallel().mapToObj(Divergence::run).toList();

    assertThat(results).hasSize(SEEDS).allSatisfy(result -> assertThat(result.acknowledged()).isPositive());
    assertThat(results).extracting(Divergence.Result::damage).contains(Divergence.Damage.values());
    assertThat(results).extracting(Divergence.Result::ofTheLeader).contains(true, false);
    assertThat(results.stream().mapToInt(Divergence.Result::comparisons).sum()).as("comparisons").isGreaterThanOrEqualTo(100);
  }
}
