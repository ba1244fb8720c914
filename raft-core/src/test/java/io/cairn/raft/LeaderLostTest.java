package io.cairn.raft;

import static io.cairn.raft.OneReplica.ONE;
import static io.cairn.raft.OneReplica.THREE;
import static io.cairn.raft.OneReplica.TWO;
import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.raft.log.EntryId;
import io.cairn.raft.message.RaftMessage;
import io.cairn.raft.message.RaftMessage.Heartbeat;
import io.cairn.raft.message.RaftMessage.PreVoteResponse;
import io.cairn.raft.message.RaftMessage.RequestPreVote;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A follower whose connection to the leader breaks: election timeout 100, jitter up to 60, of which chance gives all but one. */
class LeaderLostTest {
  private static final RaftSettings SETTINGS = new RaftSettings(100, 60, 10, 1000, 4000, 8, 200, 100);

  private OneReplica follower = follower(bound -> bound - 1);
  private final long heard = follower.now;

  private static OneReplica follower(ElectionJitter jitter) {
    OneReplica follower = OneReplica.fresh(SETTINGS, jitter);
    follower.receive(new Heartbeat(TWO, ONE, 1, 0, 1));
    return follower;
  }

  private void until(long sinceHeard) {
    while (follower.now < heard + sinceHeard) {
      follower.raft.tick(++follower.now);
    }
  }

  private long campaignsAt() {
    for (long since = follower.now - heard; since < 1000; since++) {
      until(since);
      if (follower.raft.role().name() != RoleName.FOLLOWER) {
        return since;
      }
    }
    return Long.MAX_VALUE;
  }

  private boolean grants(ReplicaId candidate) {
    List<RaftMessage> answers = follower.receive(new RequestPreVote(candidate, ONE, 2, new EntryId(0, 0)));
    assertThat(answers).hasSize(1).allSatisfy(answer -> assertThat(answer.to()).isEqualTo(candidate));
    return ((PreVoteResponse) answers.getFirst()).granted();
  }

  @Test
  void whoHeardNothingOfItWaitsForTheWholeJitter() {
    assertThat(campaignsAt()).isEqualTo(159);
  }

  @Test
  void whoLostTheLeaderWaitsForAThirdOfTheJitterAndNeverLessThanTheElectionTimeout() {
    follower.raft.connectionLost(TWO);
    assertThat(campaignsAt()).isEqualTo(119);
    follower = follower(_ -> 0);
    follower.raft.connectionLost(TWO);
    assertThat(campaignsAt()).isEqualTo(100);
  }

  @Test
  void messagesThatAreDroppedOnTheWayToTheLeaderAreNoLostLeader() {
    follower.raft.messagesLost(TWO);
    assertThat(campaignsAt()).isEqualTo(159);
  }

  @Test
  void aNodeWithoutAReplicaHereIsNobodysLeader() {
    follower = OneReplica.fresh(SETTINGS, bound -> bound - 1);
    follower.raft.connectionLost(ReplicaId.NONE);
    assertThat(campaignsAt()).isEqualTo(159);
  }

  @Test
  void thatAnotherNodeIsGoneSaysNothingOfTheLeader() {
    follower.raft.connectionLost(THREE);
    assertThat(campaignsAt()).isEqualTo(159);
  }

  /** Else each attempt to connect would draw again, and of many draws the least counts. */
  @Test
  void chanceIsAskedOnceForEachLoss() {
    long[] draws = {59, 19, 0};
    int[] drawn = {0};
    follower = follower(_ -> draws[Math.max(0, drawn[0]++ - 1)]);
    follower.raft.connectionLost(TWO);
    follower.raft.connectionLost(TWO);
    assertThat(campaignsAt()).isEqualTo(119);
  }

  @Test
  void aLeaderThatSpeaksAllTheSameIsTheLeader() {
    follower.raft.connectionLost(TWO);
    until(10);
    follower.receive(new Heartbeat(TWO, ONE, 1, 0, 2));
    assertThat(campaignsAt()).isEqualTo(10 + 159);
  }

  @Test
  void noVoteIsGivenSoonerForIt() {
    follower.raft.connectionLost(TWO);
    until(99);
    assertThat(grants(THREE)).isFalse();
  }

  @Test
  void whoLetsAnotherGoFirstStillDoes() {
    follower = follower(_ -> 20);
    until(105);
    assertThat(grants(THREE)).isTrue();
    follower.raft.connectionLost(TWO);
    assertThat(campaignsAt()).isEqualTo(105 + 50);
  }
}
