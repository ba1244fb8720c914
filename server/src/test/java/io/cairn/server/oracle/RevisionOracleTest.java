package io.cairn.server.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.server.testing.VirtualLoops;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RevisionOracleTest {
  private static final long SECOND = 1_000_000_000L;

  private final VirtualLoops time = new VirtualLoops();
  private final SystemShard shard = new SystemShard();
  private final RevisionOracle oracle = new RevisionOracle(time, shard);

  private final class SystemShard implements RevisionOracle.Leadership {
    private long leaseUntil = Long.MIN_VALUE;
    private final List<Long> proposed = new ArrayList<>();
    private boolean takesProposals = true;

    @Override
    public long leaseUntil() {
      return leaseUntil;
    }

    @Override
    public boolean proposeWindow(long count) {
      if (takesProposals) {
        proposed.add(count);
      }
      return takesProposals;
    }

    void leaseFor(long nanos) {
      leaseUntil = time.nanoTime() + nanos;
    }
  }

  private static final class Handed implements RevisionOracle.Handover {
    private long first;
    private long last;
    private int ended;
    private boolean refused;

    @Override
    public void handed(long from, long to) {
      first = from;
      last = to;
      ended++;
    }

    @Override
    public void refused() {
      refused = true;
      ended++;
    }
  }

  private Handed take(long count) {
    var handed = new Handed();
    oracle.take(count, handed);
    return handed;
  }

  @Test
  void theFirstRevisionOfAllIsTwo() {
    shard.leaseFor(SECOND);
    oracle.start(1, 10_001);

    Handed handed = take(3);

    assertThat(handed.first).isEqualTo(2);
    assertThat(handed.last).isEqualTo(4);
    assertThat(take(1).first).isEqualTo(5);
  }

  @Test
  void withoutLeadingItRefusesAtOnce() {
    assertThat(take(1).refused).isTrue();
  }

  @Test
  void aQuestionForTheLastRevisionTakesNone() {
    shard.leaseFor(SECOND);
    oracle.start(1, 10_001);
    take(3);

    assertThat(take(0).last).isEqualTo(4);
    assertThat(take(1).first).isEqualTo(5);
  }

  @Test
  void theLeaseIsLookedAtAfterTheRequestHasArrived() {
    shard.leaseFor(SECOND);
    oracle.start(1, 10_001);
    time.pause(SECOND); // A lease until T is none at T.

    Handed handed = take(1);

    assertThat(handed.ended).isZero();
    shard.leaseFor(SECOND);
    oracle.retry();
    assertThat(handed.first).isEqualTo(2);
  }

  @Test
  void aLeaderThatIsDeposedBeforeItsLeaseComesBackRefusesWhatWaited() {
    oracle.start(1, 10_001);
    Handed handed = take(1);

    oracle.stop();

    assertThat(handed.refused).isTrue();
    shard.leaseFor(SECOND);
    oracle.retry();
    assertThat(handed.ended).isOne();
  }

  @Test
  void aNewLeaderStartsAboveTheOldEnd() {
    shard.leaseFor(SECOND);
    oracle.start(1, 10_001);
    take(7);
    oracle.stop();

    oracle.start(10_001, 20_001);

    assertThat(take(1).first).isEqualTo(10_002);
  }

  @Test
  void nothingBeyondTheCommittedEndIsHandedOut() {
    shard.leaseFor(SECOND);
    oracle.start(1, 101);
    take(100);

    Handed handed = take(5);

    assertThat(handed.ended).isZero();
    assertThat(shard.proposed).hasSize(1); // One extension is under way at a time.
    oracle.extended(101 + shard.proposed.getFirst());
    assertThat(handed.first).isEqualTo(102);
  }

  @Test
  void atHalfTheWindowTheNextOneIsAskedForBeforeAnybodyWaits() {
    shard.leaseFor(SECOND);
    oracle.start(1, 10_001);
    time.pause(SECOND / 2);
    shard.leaseFor(SECOND);
    take(4_999);
    assertThat(shard.proposed).isEmpty();

    assertThat(take(3).ended).isOne();

    // Half a second is too short to be taken for a rate: as if it had been a whole one.
    assertThat(shard.proposed).containsExactly(50_020L);
  }

  @Test
  void aWindowLastsTenSecondsOfThePresentRate() {
    shard.leaseUntil = Long.MAX_VALUE;
    oracle.start(1, 10_001);
    for (int round = 0; round < 300; round++) {
      time.pause(SECOND / 10);
      int before = shard.proposed.size();
      take(5_000); // 50,000 a second
      if (shard.proposed.size() > before) {
        oracle.extended(end() + shard.proposed.getLast());
      }
    }

    assertThat(shard.proposed.getLast()).isBetween(450_000L, 550_000L);
  }

  private long end() {
    return 10_001 + shard.proposed.subList(0, shard.proposed.size() - 1).stream().mapToLong(Long::longValue).sum();
  }

  @Test
  void anExtensionThatCouldNotBeProposedIsTriedAgain() {
    shard.leaseFor(SECOND);
    oracle.start(1, 11);
    shard.takesProposals = false;
    Handed handed = take(50);
    assertThat(handed.ended).isZero();

    shard.takesProposals = true;
    oracle.retry();
    oracle.extended(11 + shard.proposed.getFirst());

    assertThat(handed.first).isEqualTo(2);
  }

  @Test
  void anEndThatGoesBackIsBroken() {
    oracle.start(1, 10_001);

    assertThatThrownBy(() -> oracle.extended(10_000)).hasMessageContaining("goes back");
  }

  @Test
  void manyCountsAreOneRunOfRevisions() {
    shard.leaseFor(SECOND);
    oracle.start(1, 10_001);
    var firsts = new ArrayList<Long>();

    oracle.take(List.of(2, 0, 3), new Revisions.Answer() {
      @Override
      public void handed(List<Long> from, long last) {
        firsts.addAll(from);
        firsts.add(last);
      }

      @Override
      public void failed() {
        throw new AssertionError("it serves");
      }
    });

    assertThat(firsts).containsExactly(2L, 4L, 4L, 6L);
  }

  @Test
  @DisplayName("a hundred thousand ranges that waited for the oracle are answered in one go, not one inside the other")
  void manyRangesDoNotDeepenTheStack() {
    shard.leaseFor(SECOND);
    oracle.start(1, 1_000_001);
    var ended = new ArrayList<Integer>();

    oracle.take(java.util.Collections.nCopies(100_000, 1), new Revisions.Answer() {
      @Override
      public void handed(List<Long> from, long last) {
        ended.add(from.size());
      }

      @Override
      public void failed() {
        throw new AssertionError("it serves");
      }
    });

    assertThat(ended).containsExactly(100_000);
  }
}
