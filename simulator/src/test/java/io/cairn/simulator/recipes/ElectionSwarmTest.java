package io.cairn.simulator.recipes;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.jepsen.check.ElectionChecker;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Elections under all that a seed brings, judged by the checker of real runs. {@code -Dsim.seed=N -Dsim.seeds=M} runs others. */
class ElectionSwarmTest {
  private static final long FIRST = Long.getLong("sim.seed", 1);
  private static final int SEEDS = Integer.getInteger("sim.seeds", 5);

  @Test
  @DisplayName("U30 LL-08 elections of whole clusters under all faults are what the checker calls right")
  void simulatedElectionsAreRight() {
    RecipeRuns.Sum sum = ElectionSeeds.RUNS.assertAllRight(FIRST, SEEDS, false);
    assertThat(sum.judged()).containsKeys(ElectionChecker.TERMS_GROW, ElectionChecker.ONE_LEADER, ElectionChecker.IN_ORDER,
        ElectionChecker.FORMER_REFUSED, ElectionChecker.NEVER_BACK, ElectionChecker.WAS_SAID);
    if (SEEDS >= 5) {
      assertThat(sum.met()).containsKeys("granted", "timed-out", "session-lost", "died", "paused", "proclaimed", "proclamation-refused", "seen",
          "seen-nobody");
    }
  }
}
