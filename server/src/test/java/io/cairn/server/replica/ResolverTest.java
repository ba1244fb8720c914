package io.cairn.server.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.raft.ReplicaId;
import io.cairn.raft.read.ConfirmedRead;
import io.cairn.server.oracle.Revisions;
import io.cairn.server.testing.CountingOracle;
import io.cairn.server.testing.VirtualLoops;
import io.cairn.storage.mvcc.Applied;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResolverTest {
  private static final ReplicaId SELF = new ReplicaId(1);
  private static final ReplicaId FOLLOWER = new ReplicaId(2);

  private record Answered(ConfirmedRead read, long index, long revision) {}

  private final VirtualLoops loops = new VirtualLoops();
  private final VirtualLoops.VirtualLoop net = loops.loop("net-0");
  private final CountingOracle oracle = new CountingOracle();
  private final Revisions revisions = new Revisions(net, oracle);
  private final Led shard = new Led();
  private final Resolver resolver = new Resolver(SELF, net, revisions, shard);

  private static final class Led implements Resolver.Shard {
    private final List<Answered> answers = new ArrayList<>();
    private final List<Long> confirmations = new ArrayList<>();
    private Applied applied = new Applied(10, 1, 30);
    private long proposed;
    private long lastIndex;
    private boolean requestOpen;
    private boolean ready = true;

    @Override
    public Applied applied() {
      return applied;
    }

    @Override
    public long proposedUpTo(long index) {
      return proposed;
    }

    @Override
    public long lastIndexAtOrBelow(long revision) {
      return lastIndex;
    }

    @Override
    public boolean mayGetAtOrBelow(long revision) {
      return requestOpen;
    }

    @Override
    public boolean leaderReady() {
      return ready;
    }

    @Override
    public long confirmAgain(long context) {
      confirmations.add(context);
      return 900 + confirmations.size();
    }

    @Override
    public void answer(ConfirmedRead read, long index, long revision) {
      answers.add(new Answered(read, index, revision));
    }
  }

  private static ConfirmedRead read(long id, long index, long context) {
    return new ConfirmedRead(id, FOLLOWER, index, context);
  }

  private void confirmed(ConfirmedRead read) {
    net.now(() -> resolver.confirmed(read));
    loops.run();
  }

  @Test
  void theAskerWaitsForAllThatTheLeaderHasAppliedUpToTheRevisionNamed() {
    // Confirmed at 7; meanwhile 8 to 10 were committed and applied here, with revisions up to 30.
    confirmed(read(1, 7, 0));

    assertThat(shard.answers).containsExactly(new Answered(read(1, 7, 0), 10, 30));
    assertThat(resolver.declared()).isEqualTo(30);
  }

  @Test
  void aProposalAtOrBelowTheRevisionIsWaitedFor() {
    revisions.learn(40);
    shard.lastIndex = 12;
    shard.proposed = 35;
    confirmed(read(1, 11, 40));

    assertThat(shard.answers).containsExactly(new Answered(read(1, 11, 40), 12, 40));
  }

  @Test
  void aRequestForRevisionsThatMayComeBackBelowHoldsTheReadUntilItIsSettled() {
    shard.requestOpen = true;
    confirmed(read(1, 10, 0));
    assertThat(shard.answers).isEmpty();
    assertThat(resolver.declared()).isZero();

    shard.requestOpen = false;
    net.now(resolver::retry);

    assertThat(shard.answers).hasSize(1);
  }

  @Test
  void aLeaderThatHasNotAppliedItsFirstEntrySaysNothing() {
    shard.ready = false;
    confirmed(read(1, 10, 0));
    assertThat(shard.answers).isEmpty();

    shard.ready = true;
    net.now(resolver::retry);

    assertThat(shard.answers).hasSize(1);
  }

  @Test
  void aRevisionAboveAllThatIsKnownIsAskedOfTheOracleAndLeadershipConfirmedAgain() {
    oracle.burn(60); // Other shards have taken up to 61.
    confirmed(read(1, 10, 50));
    assertThat(shard.confirmations).containsExactly(50L);
    assertThat(shard.answers).isEmpty();

    confirmed(new ConfirmedRead(901, SELF, 12, 50));

    assertThat(shard.answers).containsExactly(new Answered(new ConfirmedRead(1, FOLLOWER, 12, 50), 12, 50));
  }

  @Test
  void aRevisionOfTheFutureIsAnsweredAsOfTheLastOneHandedOut() {
    oracle.burn(60);
    confirmed(read(1, 10, 1_000_000));
    confirmed(new ConfirmedRead(901, SELF, 10, 61));

    assertThat(shard.answers).as("honest reads of the same round have seen up to 61").singleElement()
        .satisfies(answer -> assertThat(answer.revision).isEqualTo(61));
  }

  @Test
  void anotherReplicasReadWithTheSameNumberIsNotTakenForAConfirmation() {
    oracle.burn(60);
    confirmed(read(1, 10, 50));
    confirmed(new ConfirmedRead(901, FOLLOWER, 10, 0));

    assertThat(shard.answers).singleElement().satisfies(answer -> assertThat(answer.read.read()).isEqualTo(901));
  }

  @Test
  void whatAnEarlierTimeOfLeadingAskedTheOracleIsDropped() {
    oracle.hold();
    confirmed(read(1, 10, 50));
    net.now(resolver::drop);
    oracle.release();
    loops.run();

    assertThat(shard.confirmations).isEmpty();
    assertThat(resolver.declared()).isZero();
  }

  @Test
  void leadershipLostForgetsWhatWaits() {
    shard.requestOpen = true;
    confirmed(read(1, 10, 0));
    net.now(resolver::drop);
    shard.requestOpen = false;
    net.now(resolver::retry);

    assertThat(shard.answers).isEmpty();
  }
}
