package io.cairn.raft;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random runs of whole clusters; see {@link SimCluster} for the faults and {@link SimOracle} for the promises. */
@Tag("sim")
class RaftSimulationTest {

  private static final int SEEDS = Integer.getInteger("raft.seeds", 150);
  private static final long FIRST_SEED = Long.getLong("raft.seed", 1);

  @ParameterizedTest(name = "{0} replicas")
  @ValueSource(ints = {1, 3, 5})
  @DisplayName("A-07 RC-01 RC-03 RC-05 RC-07 RC-09 RC-13 RD-01 RD-08 whatever fails, what is committed stays and leases never overlap")
  void promisesHoldInEveryRun(int size) {
    long reads = 0;
    long snapshots = 0;
    long crashes = 0;
    long leases = 0;
    long handedOver = 0;
    for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      SimCluster cluster = run(seed, size);
      reads += cluster.readsAnswered;
      snapshots += cluster.snapshotsInstalled;
      crashes += cluster.crashed;
      leases += cluster.oracle().leasesSeen;
      handedOver += cluster.handedOver;
    }
    // A run that reaches none of this would prove nothing.
    assertThat(reads).isGreaterThan(10L * SEEDS);
    assertThat(leases).isGreaterThan(10L * SEEDS);
    if (SEEDS >= 100) {
      assertThat(crashes).isGreaterThan(SEEDS / 2);
      if (size > 1) {
        assertThat(snapshots).isGreaterThan(SEEDS / 10);
        assertThat(handedOver).isGreaterThan(SEEDS);
      }
    }
  }

  @Test
  @DisplayName("RC-15 with links cut as a bridge or a ring, one leader stays for as long as it has a majority")
  void partialPartitionsKeepTheirLeader() {
    for (long seed = 1; seed <= 20; seed++) {
      var bridge = new SimCluster(seed, 3, false);
      int elected = bridge.leadersWithCutLinks(2, "1-3");
      long committed = bridge.oracle().committed();
      assertThat(bridge.leadersWithCutLinks(5)).as("bridge, seed %d", seed).isEqualTo(elected);
      assertThat(bridge.oracle().committed()).isGreaterThan(committed + 100);

      var ring = new SimCluster(seed, 5, false);
      elected = ring.leadersWithCutLinks(4, "1-3", "1-4", "2-4", "2-5", "3-5");
      assertThat(elected).as("a replica with two neighbours can lead a ring of five").isPositive();
      committed = ring.oracle().committed();
      assertThat(ring.leadersWithCutLinks(5)).as("ring, seed %d", seed).isEqualTo(elected);
      assertThat(ring.oracle().committed()).isGreaterThan(committed + 100);
    }
  }

  @Test
  void sameSeedGivesTheSameRun() {
    assertThat(run(7, 3).digest()).isEqualTo(run(7, 3).digest()).isNotEqualTo(run(8, 3).digest());
  }

  private static SimCluster run(long seed, int size) {
    var cluster = new SimCluster(seed, size);
    try {
      cluster.run(3);
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError("raft.seed=" + seed + " with " + size + " replicas at " + (long) (cluster.now() / 1000) + " us: "
          + e.getMessage() + " (replay: -Draft.seed=" + seed + " -Draft.seeds=1)", e);
    }
    return cluster;
  }
}
