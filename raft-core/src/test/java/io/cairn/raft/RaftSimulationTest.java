package io.cairn.raft;

import static io.cairn.raft.SimOptions.MS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Random runs of whole clusters; see {@link SimOptions} for the faults and {@link RaftInvariants} for the promises. */
@Tag("sim")
class RaftSimulationTest {

  @Test
  @DisplayName("RC-15 with links cut as a bridge or a ring, one leader stays for as long as it has a majority")
  void partialPartitionsKeepTheirLeader() {
    for (long seed = 1; seed <= 20; seed++) {
      var bridge = new SimCluster(seed, SimOptions.of(seed, 3).withoutFaults());
      int elected = bridge.electionsWithCutLinks(2000 * MS, 1, 3);
      long committed = bridge.oracle().committed();
      assertThat(bridge.electionsWithCutLinks(5000 * MS)).as("bridge, seed %d", seed).isEqualTo(elected);
      assertThat(bridge.oracle().committed()).isGreaterThan(committed + 100);

      var ring = new SimCluster(seed, SimOptions.of(seed, 5).withoutFaults());
      elected = ring.electionsWithCutLinks(4000 * MS, 1, 3, 1, 4, 2, 4, 2, 5, 3, 5);
      assertThat(elected).as("a replica with two neighbours can lead a ring of five").isPositive();
      committed = ring.oracle().committed();
      assertThat(ring.electionsWithCutLinks(5000 * MS)).as("ring, seed %d", seed).isEqualTo(elected);
      assertThat(ring.oracle().committed()).isGreaterThan(committed + 100);
    }
  }

  @Test
  @DisplayName("RC-09 a group of one commits what its disk holds, and nothing else")
  void aGroupOfOne() {
    long committed = 0;
    for (long seed = 1; seed <= 50; seed++) {
      var cluster = new SimCluster(seed, SimOptions.of(seed, 1));
      // It sends nothing to anyone, so no number of messages ends its run.
      cluster.electionsWithCutLinks(2000 * MS);
      committed += cluster.oracle().committed();
    }
    assertThat(committed).isGreaterThan(50 * 100);
  }

  @Test
  void sameSeedGivesTheSameRunOnAnyThread() {
    var one = new RaftSeeds(1000, null).run(1, 8, 1);
    var other = new RaftSeeds(1000, null).run(1, 8, 2);
    assertThat(one.digests()).isEqualTo(other.digests()).isNotEqualTo(new RaftSeeds(1000, null).run(2, 9, 1).digests());
  }

  @Test
  @DisplayName("TI-01 a run that delivers nothing fails")
  void aRunThatDeliversNothingFails() {
    var silent = new SimCluster(1, SimOptions.of(1).withEveryMessageLost());
    assertThatThrownBy(() -> silent.run(RaftSeeds.DELIVERIES)).isInstanceOf(AssertionError.class).hasMessageContaining("proves nothing");
  }

  @Test
  @DisplayName("TI-04 a canary: disks that forget what they had synced are noticed")
  void lyingDisksAreNoticed() {
    int noticed = 0;
    for (long seed = 1; seed <= 20; seed++) {
      var cluster = new SimCluster(seed, SimOptions.of(seed).withLyingDisks());
      try {
        cluster.run(RaftSeeds.DELIVERIES);
      } catch (InvariantBroken e) {
        noticed++;
      }
    }
    assertThat(noticed).isGreaterThan(10);
  }
}
