package io.cairn.simulator.recipes;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.jepsen.check.LockChecker;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Locks under all that a seed brings, judged by the checker of real runs. {@code -Dsim.seed=N -Dsim.seeds=M} runs others. */
class LockSwarmTest {
  private static final long FIRST = Long.getLong("sim.seed", 1);
  private static final int SEEDS = Integer.getInteger("sim.seeds", 12);

  @Test
  @DisplayName("LL-01 LL-07 LL-08 LL-09 LL-10 locks of whole clusters under all faults are what the checker calls right")
  void simulatedLocksAreRight() {
    RecipeRuns.Sum sum = LockSeeds.RUNS.assertAllRight(FIRST, SEEDS, false);
    assertThat(sum.judged()).containsKeys(LockChecker.TOKENS_GROW, LockChecker.NEVER_TWO, LockChecker.NEVER_STALE, LockChecker.OUT_STAYS_OUT);
    assertThat(sum.judged().get(LockChecker.FREE_IN_TIME)).as("in each seed both locks' holders die once all is mended").isGreaterThanOrEqualTo(2L * SEEDS);
    if (SEEDS >= 12) {
      assertThat(sum.met()).containsKeys("granted", "timed-out", "given-up", "session-lost", "guarded-write", "guarded-write-refused", "died", "paused");
    }
  }

  @Test
  @DisplayName("LL-05 LL-10 while leaders move and are killed the lock of a holder that has died is free within the documented bound")
  void whatTheDeadHeldIsFreeInTime() {
    RecipeRuns.Sum sum = LockSeeds.RUNS.assertAllRight(FIRST, Math.max(1, SEEDS / 3), true);
    assertThat(sum.met()).containsKey("died-in-quiet");
  }
}
