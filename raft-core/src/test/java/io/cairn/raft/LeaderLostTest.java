package io.cairn.raft;

import static io.cairn.raft.OneReplica.ONE;
import static io.cairn.raft.OneReplica.THREE;
import static io.cairn.raft.OneReplica.TWO;
import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.HardState;
import io.cairn.raft.message.RaftMessage;
import io.cairn.raft.message.RaftMessage.Heartbeat;
import io.cairn.raft.message.RaftMessage.PreVoteResponse;
import io.cairn.raft.message.RaftMessage.RequestPreVote;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A follower whose connection to the leader breaks: election timeout 100, jitter up to 60, of which chance always gives all but one. */
class LeaderLostTest {
  private static final RaftSettings SETTINGS = new RaftSettings(100, 60, 10, 1000, 4000, 8, 200, 100);
  private static final long HEARD = 1000;

  private final TestDisk disk = new TestDisk();
  private Raft raft = follower(bound -> bound - 1);

  private Raft follower(ElectionJitter jitter) {
    disk.load(HardState.INITIAL, List.of());
    var follower = new Raft(ONE, SETTINGS, disk.hardState(), OneReplica.three(), disk, 0, DiskState.INTACT, _ -> new byte[0], jitter, HEARD);
    follower.receive(new Heartbeat(TWO, ONE, 1, 0, 1), HEARD);
    return follower;
  }

  private List<RaftMessage> settle() {
    var sent = new ArrayList<RaftMessage>();
    while (raft.hasReady()) {
      Ready ready = raft.ready();
      sent.addAll(ready.messages());
      if (ready.mustPersist()) {
        disk.write(ready);
        disk.syncOne();
        sent.addAll(ready.messagesAfterPersist());
        raft.persisted(ready.ticket());
      }
    }
    return sent;
  }

  private long campaignsAt() {
    for (long now = HEARD; now < HEARD + 1000; now++) {
      raft.tick(now);
      if (raft.role().name() != RoleName.FOLLOWER) {
        return now - HEARD;
      }
    }
    return Long.MAX_VALUE;
  }

  @Test
  void whoHeardNothingOfItWaitsForTheWholeJitter() {
    assertThat(campaignsAt()).isEqualTo(159);
  }

  @Test
  void whoLostTheLeaderWaitsForAThirdOfTheJitterAndNeverLessThanTheElectionTimeout() {
    raft.unreachable(TWO);
    assertThat(campaignsAt()).isEqualTo(119);
    raft = follower(_ -> 0);
    raft.unreachable(TWO);
    assertThat(campaignsAt()).isEqualTo(100);
  }

  @Test
  void thatAnotherNodeIsGoneSaysNothingOfTheLeader() {
    raft.unreachable(THREE);
    assertThat(campaignsAt()).isEqualTo(159);
  }

  @Test
  void aLeaderThatSpeaksAllTheSameIsTheLeader() {
    raft.unreachable(TWO);
    raft.receive(new Heartbeat(TWO, ONE, 1, 0, 2), HEARD + 10);
    assertThat(campaignsAt()).isEqualTo(10 + 159);
  }

  @Test
  void noVoteIsGivenSoonerForIt() {
    raft.unreachable(TWO);
    settle();
    for (long now = HEARD; now < HEARD + 99; now += 9) {
      raft.tick(now);
    }
    raft.receive(new RequestPreVote(THREE, ONE, 2, new EntryId(0, 0)), HEARD + 99);
    var answers = settle();
    assertThat(answers).hasSize(1).first().isInstanceOfSatisfying(PreVoteResponse.class, answer -> assertThat(answer.granted()).isFalse());
    assertThat(answers).allSatisfy(answer -> assertThat(answer.to()).isEqualTo(THREE));
  }
}
