package io.cairn.raft;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Ten thousand clusters, each with its own faults, none like another. {@code -Draft.seeds=N} and {@code -Draft.seed=FIRST} choose others. */
@Tag("seeds")
class RaftSeedsTest {

  private static final int SEEDS = Integer.getInteger("raft.seeds", 10_000);
  private static final long FIRST_SEED = Long.getLong("raft.seed", 1);

  @Test
  @DisplayName("A-07 MB-03 RC-01 RC-02 RC-03 RC-05 RC-07 RC-13 RC-14 RD-01 RD-05 RD-07 RD-08 RD-09 SN-01 "
      + "whatever fails, what is committed stays and leases never overlap")
  void promisesHoldInEveryRun() {
    var run = new RaftSeeds(RaftSeeds.DELIVERIES, null).run(FIRST_SEED, FIRST_SEED + SEEDS - 1, 2);
    System.out.println("raft-core seeds: " + run.summary());
    System.out.println(run.passed() + " passed, " + run.failures().size() + " failed");
    assertThat(run.failures()).isEmpty();
    assertThat(run.passed()).isEqualTo(SEEDS);
    SimTally tally = run.tally();
    assertThat(tally.delivered).isGreaterThanOrEqualTo(RaftSeeds.DELIVERIES * SEEDS);
    if (SEEDS >= 100) {
      checkThatEnoughHappened(tally);
    }
  }

  /** A run that reaches none of this would prove nothing. */
  private static void checkThatEnoughHappened(SimTally tally) {
    assertThat(tally.committed).isGreaterThan(100L * SEEDS);
    assertThat(tally.reads).isGreaterThan(20L * SEEDS);
    assertThat(tally.leaseReads).isGreaterThan(100L * SEEDS);
    assertThat(tally.elections).isGreaterThan(2L * SEEDS);
    assertThat(tally.crashes).isGreaterThan(2L * SEEDS);
    assertThat(tally.unsyncedLost).isGreaterThan(SEEDS / 4);
    assertThat(tally.cuts).isGreaterThan(4L * SEEDS);
    assertThat(tally.oneWayCuts).isGreaterThan(SEEDS);
    assertThat(tally.pauses).isGreaterThan(SEEDS);
    assertThat(tally.stalls).isGreaterThan(SEEDS);
    assertThat(tally.snapshots).isGreaterThan(SEEDS / 4);
    assertThat(tally.lost).isGreaterThan(100L * SEEDS);
    assertThat(tally.doubled).isGreaterThan(100L * SEEDS);
    assertThat(tally.strays).isGreaterThan(20L * SEEDS);
    assertThat(tally.membershipChanges).isGreaterThan(SEEDS);
    assertThat(tally.transfers).isGreaterThan(2L * SEEDS);
    assertThat(tally.damages).isGreaterThan(SEEDS / 10);
    assertThat(tally.cleared).isGreaterThan(SEEDS / 10);
    assertThat(tally.quiesced).isGreaterThan(SEEDS);
    assertThat(tally.jointRestarts).isGreaterThan(SEEDS / 100);
  }
}
