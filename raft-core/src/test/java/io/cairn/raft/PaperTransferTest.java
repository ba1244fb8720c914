package io.cairn.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.EntryKind;
import io.cairn.raft.log.HardState;
import io.cairn.raft.membership.Membership;
import io.cairn.raft.membership.MembershipCodec;
import io.cairn.raft.message.RaftMessage;
import io.cairn.raft.message.RaftMessage.AppendEntriesResponse;
import io.cairn.raft.message.RaftMessage.Heartbeat;
import io.cairn.raft.message.RaftMessage.HeartbeatResponse;
import io.cairn.raft.message.RaftMessage.PreVoteResponse;
import io.cairn.raft.message.RaftMessage.RequestVote;
import io.cairn.raft.message.RaftMessage.TimeoutNow;
import io.cairn.raft.message.RaftMessage.VoteResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** One replica alone, as in {@link PaperTest}: how leadership is handed over, and what a leader does about its own machine. */
@Tag("paper")
class PaperTransferTest {

  private static final ReplicaId SELF = new ReplicaId(1);
  private static final ReplicaId TWO = new ReplicaId(2);
  private static final ReplicaId THREE = new ReplicaId(3);
  private static final RaftSettings SETTINGS = new RaftSettings(100, 1, 10, 1000, 4000, 8, 200, 100);

  private final TestDisk disk = new TestDisk();
  private Raft raft;
  private long now = 1000;

  private void start(HardState hardState, long... terms) {
    var entries = new ArrayList<Entry>();
    for (long term : terms) {
      entries.add(new Entry(term, entries.size() + 1, EntryKind.COMMAND, new byte[0]));
    }
    disk.load(hardState, entries);
    restart(0);
  }

  private void restart(long appliedIndex) {
    var three = Membership.of(new TreeSet<>(List.of(SELF, TWO, THREE)));
    raft = new Raft(SELF, SETTINGS, disk.hardState(), three, disk, appliedIndex, _ -> new byte[0], _ -> 0, now);
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

  private List<RaftMessage> receive(RaftMessage message) {
    raft.receive(message, now);
    return settle();
  }

  private void pass(long nanos) {
    for (long end = now + nanos; now < end; ) {
      now += 5;
      raft.tick(now);
      settle();
    }
  }

  private void lead() {
    pass(105);
    receive(new PreVoteResponse(TWO, SELF, raft.term() + 1, true));
    receive(new VoteResponse(TWO, SELF, raft.term(), true));
    assertThat(raft.isLeader()).isTrue();
  }

  @Nested
  class Dissertation_3_10_LeadershipTransfer {

    private void leadCommitted() {
      start(HardState.INITIAL);
      lead();
      receive(new AppendEntriesResponse(TWO, SELF, 1, true, 1, EntryId.ZERO, 0));
      receive(new AppendEntriesResponse(THREE, SELF, 1, true, 1, EntryId.ZERO, 0));
      receive(new HeartbeatResponse(TWO, SELF, 1, 1, 1));
      assertThat(raft.leaseUntil()).isEqualTo(now + 50);
    }

    private List<RaftMessage> handOver(ReplicaId target) {
      assertThat(raft.transferLeadership(target, now)).isEqualTo(new TransferAnswer.Begun(target));
      return settle();
    }

    // "1. The prior leader stops accepting new client requests."
    @Test
    void proposalsAreRefusedUntilTheTransferIsOver() {
      leadCommitted();
      handOver(TWO);
      assertThat(raft.propose(EntryKind.COMMAND, new byte[1])).isEqualTo(-1);
      pass(95);
      assertThat(raft.transferTarget()).isEqualTo(TWO);
      receive(new HeartbeatResponse(THREE, SELF, 1, 5, 1));
      pass(5);
      assertThat(raft.transferTarget()).isEqualTo(ReplicaId.NONE);
      assertThat(raft.propose(EntryKind.COMMAND, new byte[1])).isEqualTo(2);
    }

    // "2. The prior leader fully updates the target server's log to match its own, using the normal log replication mechanism."
    @Test
    void theOrderWaitsForTheTargetsLog() {
      leadCommitted();
      raft.propose(EntryKind.COMMAND, new byte[1]);
      settle();
      assertThat(handOver(TWO)).noneMatch(TimeoutNow.class::isInstance);
      assertThat(raft.leaseUntil()).as("nobody has been told anything yet").isGreaterThan(now);
      assertThat(receive(new AppendEntriesResponse(THREE, SELF, 1, true, 2, EntryId.ZERO, 0))).noneMatch(TimeoutNow.class::isInstance);
      assertThat(receive(new AppendEntriesResponse(TWO, SELF, 1, true, 2, EntryId.ZERO, 0))).contains(new TimeoutNow(SELF, TWO, 1, 1));
    }

    // "3. The prior leader sends a TimeoutNow request to the target server. This request has the same effect as the target server's
    // election timer firing" - except that nobody is asked for a pre-vote, which would be refused while there is a leader.
    @Test
    void theTargetCampaignsAtOnceAndSaysWhoWantedIt() {
      start(new HardState(1, 0, 0), 1);
      pass(105);
      receive(new Heartbeat(TWO, SELF, 1, 1, 7));
      assertThat(receive(new TimeoutNow(TWO, SELF, 1, 7)))
          .containsExactly(new RequestVote(SELF, TWO, 2, new EntryId(1, 1), true), new RequestVote(SELF, THREE, 2, new EntryId(1, 1), true));
    }

    // Section 6.4.1: "the lease ... the leader needs to expire its lease" before the election may begin.
    @Test
    @DisplayName("RD-08 the lease is dropped with the order, and taken again only when its target ignores it")
    void leaseEndsWithTheOrder() {
      leadCommitted();
      assertThat(handOver(TWO)).containsExactly(new TimeoutNow(SELF, TWO, 1, 1));
      assertThat(raft.leaseUntil()).isEqualTo(Long.MIN_VALUE);
      pass(50);
      receive(new HeartbeatResponse(THREE, SELF, 1, 5, 1));
      pass(50);
      receive(new HeartbeatResponse(THREE, SELF, 1, 10, 1));
      assertThat(raft.transferTarget()).isEqualTo(ReplicaId.NONE);
      assertThat(raft.leaseUntil()).as("given up, but the order may still arrive").isEqualTo(Long.MIN_VALUE);
      receive(new HeartbeatResponse(TWO, SELF, 1, 1, 1));
      assertThat(raft.leaseUntil()).as("an answer to the round that the order names says nothing").isEqualTo(Long.MIN_VALUE);
      receive(new HeartbeatResponse(TWO, SELF, 1, 10, 1));
      assertThat(raft.leaseUntil()).isGreaterThan(now);
    }

    @Test
    void anOrderOlderThanAnAcknowledgedRoundIsIgnored() {
      start(new HardState(1, 0, 0), 1);
      pass(105);
      receive(new Heartbeat(TWO, SELF, 1, 1, 7));
      receive(new Heartbeat(TWO, SELF, 1, 1, 8));
      assertThat(receive(new TimeoutNow(TWO, SELF, 1, 7))).isEmpty();
      assertThat(receive(new TimeoutNow(THREE, SELF, 1, 8))).as("it comes from somebody who does not lead").isEmpty();
      assertThat(raft.term()).isEqualTo(1);
    }

    @Test
    void aRestartedTargetObeysNothingThatItsEarlierLifeMayHaveOutdated() {
      start(new HardState(1, 0, 0), 1);
      receive(new Heartbeat(TWO, SELF, 1, 1, 7));
      assertThat(receive(new TimeoutNow(TWO, SELF, 1, 7))).isEmpty();
      pass(100);
      receive(new Heartbeat(TWO, SELF, 1, 1, 8));
      assertThat(receive(new TimeoutNow(TWO, SELF, 1, 8))).isNotEmpty();
    }

    @Test
    void learnersAndLeavingVotersAreNoTargets() {
      var four = new ReplicaId(4);
      var five = new ReplicaId(5);
      var joint = new Membership(new TreeSet<>(List.of(SELF, TWO)), new TreeSet<>(List.of(SELF, five)), new TreeSet<>(List.of(four)));
      disk.load(new HardState(1, 0, 0), List.of(new Entry(1, 1, EntryKind.MEMBERSHIP, MembershipCodec.encode(joint))));
      restart(0);
      pass(105);
      receive(new PreVoteResponse(TWO, SELF, 2, true));
      receive(new PreVoteResponse(five, SELF, 2, true));
      receive(new VoteResponse(TWO, SELF, 2, true));
      receive(new VoteResponse(five, SELF, 2, true));
      assertThat(raft.isLeader()).isTrue();
      assertThat(raft.transferLeadership(four, now)).isEqualTo(refused(TransferAnswer.Reason.LEARNER));
      assertThat(raft.transferLeadership(five, now)).isEqualTo(refused(TransferAnswer.Reason.LEAVING));
      assertThat(raft.transferLeadership(SELF, now)).isEqualTo(refused(TransferAnswer.Reason.SELF));
      assertThat(raft.transferLeadership(THREE, now)).isEqualTo(refused(TransferAnswer.Reason.UNKNOWN));
      assertThat(raft.transferLeadership(TWO, now)).isEqualTo(new TransferAnswer.Begun(TWO));
    }

    private static TransferAnswer refused(TransferAnswer.Reason reason) {
      return new TransferAnswer.Refused(reason);
    }

    @Test
    void aTargetThatNeedsASnapshotIsRefused() {
      start(new HardState(1, 0, 3), 1, 1, 1, 1, 1);
      disk.cut(3);
      restart(3);
      lead();
      receive(new AppendEntriesResponse(THREE, SELF, raft.term(), false, 0, new EntryId(1, 1), 5));
      assertThat(raft.transferLeadership(THREE, now)).isEqualTo(refused(TransferAnswer.Reason.NEEDS_SNAPSHOT));
    }

    // "If leadership transfer does not complete after about an election timeout, the prior leader aborts the transfer."
    @Test
    void aSecondTryGoesToAnother() {
      leadCommitted();
      assertThat(raft.handOver(now, _ -> true)).isEqualTo(new TransferAnswer.Begun(TWO));
      assertThat(raft.transferLeadership(THREE, now)).isEqualTo(refused(TransferAnswer.Reason.UNDER_WAY));
      settle();
      pass(60);
      receive(new HeartbeatResponse(TWO, SELF, 1, 6, 1));
      receive(new HeartbeatResponse(THREE, SELF, 1, 6, 1));
      pass(40);
      assertThat(raft.handOver(now, _ -> true)).isEqualTo(new TransferAnswer.Begun(THREE));
    }

    @Test
    void whoIsNotAmongThoseNamedIsNotAsked() {
      leadCommitted();
      assertThat(raft.handOver(now, replica -> false)).isEqualTo(refused(TransferAnswer.Reason.NOBODY));
      assertThat(raft.handOver(now, THREE::equals)).isEqualTo(new TransferAnswer.Begun(THREE));
    }

    @Test
    void nobodyIsLeftToTakeOver() {
      leadCommitted();
      pass(60);
      assertThat(raft.handOver(now, _ -> true)).isEqualTo(refused(TransferAnswer.Reason.NOBODY));
    }

    @Test
    void whoTakesOverKnowsIt() {
      start(HardState.INITIAL);
      lead();
      assertThat(raft.leadsByTransfer()).isFalse();
      receive(new HeartbeatResponse(TWO, SELF, 2, 1, 0));
      receive(new Heartbeat(TWO, SELF, 2, 0, 1));
      receive(new TimeoutNow(TWO, SELF, 2, 1));
      receive(new VoteResponse(TWO, SELF, 3, true));
      assertThat(raft.leadsByTransfer()).isTrue();
    }
  }

  /** Not of the papers: what a leader does about its own machine. */
  @Nested
  class UnwellLeaders {

    private void leadWith(long stalledSince) {
      start(HardState.INITIAL);
      lead();
      receive(new AppendEntriesResponse(TWO, SELF, 1, true, 1, EntryId.ZERO, 0));
      raft.diskStalledSince(stalledSince);
    }

    private void passAnswered(long nanos) {
      for (long end = now + nanos; now < end; ) {
        pass(10);
        receive(new HeartbeatResponse(TWO, SELF, 1, 1, 1));
      }
    }

    @Test
    @DisplayName("ST-08 a leader whose disk stands still hands over, and steps down when nobody takes over")
    void stalledDiskGivesLeadershipAway() {
      leadWith(1105);
      passAnswered(395);
      assertThat(raft.transferTarget()).isEqualTo(ReplicaId.NONE);
      passAnswered(20);
      assertThat(raft.transferTarget()).isEqualTo(TWO);
      passAnswered(370);
      assertThat(raft.isLeader()).isTrue();
      passAnswered(30);
      assertThat(raft.isLeader()).isFalse();
      pass(500);
      assertThat(raft.status().role()).as("it would have to give it away again").isEqualTo(RoleName.FOLLOWER);
      raft.diskStalledSince(Raft.DISK_ANSWERS);
      pass(110);
      assertThat(raft.status().role()).isEqualTo(RoleName.PRE_CANDIDATE);
    }

    @Test
    void aDiskThatAnswersInTimeIsNoReason() {
      leadWith(1105);
      passAnswered(395);
      raft.diskStalledSince(Raft.DISK_ANSWERS);
      passAnswered(1000);
      assertThat(raft.isLeader()).isTrue();
    }

    @Test
    @DisplayName("RD-08 a leader that stood still for as long as its lease takes none on a round from before")
    void aPauseEndsTheLease() {
      leadWith(Raft.DISK_ANSWERS);
      pass(10);
      long before = now;
      now += 50;
      raft.receive(new HeartbeatResponse(TWO, SELF, 1, 2, 1), before);
      assertThat(raft.leaseUntil()).isNotEqualTo(Long.MIN_VALUE);
      raft.receive(new HeartbeatResponse(THREE, SELF, 1, 2, 1), now);
      assertThat(raft.leaseUntil()).as("also before the first tick").isEqualTo(Long.MIN_VALUE);
      pass(5);
      receive(new HeartbeatResponse(TWO, SELF, 1, 2, 1));
      assertThat(raft.leaseUntil()).isEqualTo(Long.MIN_VALUE);
      receive(new HeartbeatResponse(TWO, SELF, 1, 3, 1));
      assertThat(raft.leaseUntil()).isGreaterThan(now);
    }
  }
}
