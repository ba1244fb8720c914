package io.cairn.simulator.recipes;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.jepsen.check.QueueChecker;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Durable queues under all that a seed brings, judged by a checker that knows nothing of the run. {@code -Dsim.seed=N -Dsim.seeds=M} runs others. */
class QueueSwarmTest {
  private static final long FIRST = Long.getLong("sim.seed", 1);
  private static final int SEEDS = Integer.getInteger("sim.seeds", 3);

  @Test
  @DisplayName("CL-01 LL-03 messages of whole clusters under all faults are not lost, taken in order, and taken again only when their claim is over")
  void simulatedQueuesAreRight() {
    RecipeRuns.Sum sum = QueueSeeds.RUNS.assertAllRight(FIRST, SEEDS, false);
    assertThat(sum.judged()).containsKeys(QueueChecker.NOTHING_LOST, QueueChecker.ONCE, QueueChecker.BY_ITS_HOLDER, QueueChecker.FIFO,
        QueueChecker.ONE_CLAIM, QueueChecker.NOT_TOO_EARLY);
    if (SEEDS >= 3) {
      assertThat(sum.met()).containsKeys("sent", "taken", "acknowledged", "another-was-faster", "forgotten", "given-back", "too-late", "claim-ran-out");
    }
  }
}
