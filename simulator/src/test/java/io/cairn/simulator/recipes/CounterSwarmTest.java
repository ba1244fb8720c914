package io.cairn.simulator.recipes;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.jepsen.check.CounterAnswersChecker;
import io.cairn.jepsen.check.CounterChecker;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Counters under all that a seed brings, judged by the checkers of real runs. {@code -Dsim.seed=N -Dsim.seeds=M} runs others. */
class CounterSwarmTest {
  private static final long FIRST = Long.getLong("sim.seed", 1);
  private static final int SEEDS = Integer.getInteger("sim.seeds", 4);

  @Test
  @DisplayName("CL-01 CL-03 what is added to counters of whole clusters under all faults is added once, and answered as one machine alone would")
  void simulatedCountersAreRight() {
    RecipeRuns.Sum sum = CounterSeeds.RUNS.assertAllRight(FIRST, SEEDS, false);
    assertThat(sum.judged()).containsKeys(CounterChecker.ACKNOWLEDGED, CounterChecker.ASKED_FOR, CounterAnswersChecker.UNIQUE,
        CounterAnswersChecker.GROW, CounterAnswersChecker.SUM);
    if (SEEDS >= 4) {
      assertThat(sum.met()).containsKeys("added", "refused", "unknown");
    }
  }
}
