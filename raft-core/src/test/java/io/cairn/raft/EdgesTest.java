package io.cairn.raft;

import static io.cairn.raft.OneReplica.ONE;
import static io.cairn.raft.OneReplica.THREE;
import static io.cairn.raft.OneReplica.TWO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.EntryKind;
import io.cairn.raft.log.HardState;
import io.cairn.raft.membership.Membership;
import io.cairn.raft.membership.MembershipCodec;
import io.cairn.raft.message.RaftMessage;
import io.cairn.raft.message.RaftMessage.AppendEntries;
import io.cairn.raft.message.RaftMessage.AppendEntriesResponse;
import io.cairn.raft.message.RaftMessage.Heartbeat;
import io.cairn.raft.message.RaftMessage.HeartbeatResponse;
import io.cairn.raft.message.RaftMessage.PreVoteResponse;
import io.cairn.raft.message.RaftMessage.Quiesce;
import io.cairn.raft.message.RaftMessage.ReadIndexRequest;
import io.cairn.raft.message.RaftMessage.ReadIndexResponse;
import io.cairn.raft.message.RaftMessage.ReplicaRemoved;
import io.cairn.raft.message.RaftMessage.RequestPreVote;
import io.cairn.raft.message.RaftMessage.RequestVote;
import io.cairn.raft.message.RaftMessage.ShowLog;
import io.cairn.raft.message.RaftMessage.TimeoutNow;
import io.cairn.raft.message.RaftMessage.VoteResponse;
import io.cairn.raft.progress.Progress.Probing;
import io.cairn.raft.progress.Progress.Snapshotting;
import io.cairn.raft.progress.ProgressTable.Row;
import io.cairn.raft.read.ConfirmedRead;
import io.cairn.raft.read.ReadAnswer;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The rare ways through one replica, message by message: what comes late, twice, too early or to the wrong one. */
class EdgesTest {

  private static Row row(OneReplica leader, ReplicaId replica) {
    return ((Leader) leader.raft.role()).replication().row(replica);
  }

  private static boolean isGranted(RaftMessage answer) {
    return switch (answer) {
      case VoteResponse vote -> vote.granted();
      case PreVoteResponse vote -> vote.granted();
      default -> false;
    };
  }

  private static SnapshotMeta snapshot(long term, long index) {
    return new SnapshotMeta(new EntryId(term, index), OneReplica.three());
  }

  /** A leader in term 2 whose log begins behind entry 5 and ends at 6. */
  private static OneReplica leaderOfACutLog() {
    var replica = OneReplica.of(new HardState(1, 0, 5), 1, 1, 1, 1, 1);
    replica.disk.cut(5);
    replica.start(DiskState.INTACT, 5);
    return replica.lead();
  }

  private static void refuse(OneReplica leader, ReplicaId from, long place) {
    leader.raft.receive(new AppendEntriesResponse(from, ONE, leader.raft.term(), false, 0, EntryId.ZERO, place), leader.now);
  }

  @Nested
  class SnapshotsOfALeader {

    @Test
    void twoFollowersMayNeedOneAtOnce() {
      var leader = leaderOfACutLog();
      refuse(leader, TWO, 5);
      refuse(leader, THREE, 5);
      leader.settle();
      assertThat(leader.snapshotsWanted).containsExactly(TWO, THREE);
    }

    @Test
    void aFollowerThatFallsBehindTheLogsBeginningWhileItsWindowIsFullGetsOne() {
      var leader = OneReplica.fresh().leadAndCommit();
      leader.accept(THREE, 1);
      for (int i = 0; i < 12; i++) {
        leader.raft.propose(EntryKind.COMMAND, new byte[1000]);
        leader.settle();
        leader.accept(TWO, leader.raft.lastIndex());
        leader.raft.applied(leader.raft.commitIndex());
      }
      assertThat(row(leader, THREE).progress.next()).as("the window of 4,000 bytes").isEqualTo(6);
      leader.disk.cut(12);
      leader.pass(25);
      leader.raft.receive(new HeartbeatResponse(THREE, ONE, 1, 1, 1), leader.now);
      assertThat(leader.raft.hasReady()).as("a wish for a snapshot is work").isTrue();
      leader.settle();
      assertThat(leader.snapshotsWanted).containsExactly(THREE);
    }

    @Test
    @DisplayName("SN-07 a sending that failed is tried again after the next heartbeat, and one of which nothing is heard for long is too")
    void aSendingThatFailedOrWasForgottenIsTriedAgain() {
      var leader = leaderOfACutLog();
      refuse(leader, THREE, 5);
      leader.settle();
      leader.raft.snapshotSent(THREE, 5, false);
      leader.settle();
      assertThat(leader.snapshotsWanted).as("not at once").containsExactly(THREE);
      leader.pass(10);
      leader.receive(new HeartbeatResponse(THREE, ONE, 2, 2, 0));
      assertThat(leader.snapshotsWanted).containsExactly(THREE, THREE);

      for (long end = leader.now + 600 * 100 + 50; leader.now < end; ) {
        leader.receive(new HeartbeatResponse(TWO, ONE, 2, 1, 0));
        leader.pass(50);
      }
      assertThat(leader.snapshotsWanted).containsExactly(THREE, THREE, THREE);
    }

    @Test
    void theEndOfASendingSaysNothingOfWhoNeedsNoneOrIsNoMember() {
      var leader = leaderOfACutLog();
      leader.raft.snapshotSent(new ReplicaId(9), 5, true);
      leader.raft.snapshotSent(TWO, 5, true);
      leader.raft.messagesLost(new ReplicaId(9));
      leader.raft.connectionLost(TWO);
      assertThat(row(leader, TWO).progress).isInstanceOf(Probing.class);
      leader.accept(TWO, 6);
      leader.raft.snapshotSent(TWO, 5, true);
      assertThat(row(leader, TWO).progress.match()).isEqualTo(6);
    }

    @Test
    void whileOneIsSentRefusalsAndSuspicionsWait() {
      var leader = leaderOfACutLog();
      refuse(leader, THREE, 5);
      leader.settle();
      leader.accept(THREE, 4);
      leader.receive(new HeartbeatResponse(THREE, ONE, 2, 9, 0));
      refuse(leader, THREE, 3);
      refuse(leader, THREE, 5);
      leader.receive(new ShowLog(THREE, ONE, 1, 1, EntryId.ZERO));
      leader.receive(new ShowLog(new ReplicaId(9), ONE, 1, 1, EntryId.ZERO));
      assertThat(row(leader, THREE).progress).isInstanceOf(Snapshotting.class);
      assertThat(row(leader, THREE).progress.match()).isEqualTo(4);
      assertThat(leader.snapshotsWanted).containsExactly(THREE);
    }
  }

  @Nested
  class SnapshotsOfAFollower {

    private final OneReplica follower = OneReplica.of(new HardState(2, 0, 0), 1, 1);

    private void receive(SnapshotMeta snapshot, ReplicaId from, long term) {
      follower.raft.snapshotReceived(snapshot, from, term, follower.now);
    }

    private List<RaftMessage> install(SnapshotMeta snapshot) {
      follower.disk.restart(snapshot.last());
      follower.raft.snapshotInstalled(snapshot);
      return follower.settle();
    }

    @Test
    @DisplayName("SN-03 of two that overlap the first is switched to; the second, and appends meanwhile, wait for nothing")
    void ofTwoThatOverlapTheFirstIsSwitchedTo() {
      receive(snapshot(2, 20), TWO, 2);
      receive(snapshot(2, 30), TWO, 2);
      receive(snapshot(2, 20), TWO, 2);
      assertThat(follower.settle()).isEmpty();
      assertThat(follower.receive(new AppendEntries(TWO, ONE, 2, new EntryId(2, 30), List.of(), 30))).isEmpty();
      follower.receive(new Heartbeat(TWO, ONE, 2, 2, 1));
      assertThat(follower.raft.commitIndex()).as("not of the log that is given up").isZero();
      assertThat(follower.installs).containsExactly(snapshot(2, 20));
      assertThatThrownBy(() -> follower.raft.snapshotInstalled(snapshot(2, 30))).isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("is not the one asked to be installed");
      assertThat(install(snapshot(2, 20))).containsExactly(new AppendEntriesResponse(ONE, TWO, 2, true, 20, EntryId.ZERO, 0));
      assertThatThrownBy(() -> follower.raft.snapshotInstalled(snapshot(2, 20))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void nobodyIsToldOfASwitchThatEndsInATermWithoutALeader() {
      receive(snapshot(2, 20), TWO, 2);
      follower.receive(new RequestVote(THREE, ONE, 3, new EntryId(2, 30), true));
      assertThat(install(snapshot(2, 20))).noneMatch(message -> message instanceof AppendEntriesResponse);
      assertThat(follower.raft.lastIndex()).isEqualTo(20);
    }

    @Test
    void whoCampaignsFollowsWhoeverSendsOneInItsTerm() {
      follower.campaign();
      receive(snapshot(3, 20), TWO, 3);
      assertThat(follower.raft.leader()).isEqualTo(TWO);
      follower.settle();
      assertThat(follower.installs).containsExactly(snapshot(3, 20));
    }

    @Test
    void itDoesNotFallSilentInTheMiddleOfOne() {
      receive(snapshot(2, 20), TWO, 2);
      follower.settle();
      assertThat(follower.receive(new Quiesce(TWO, ONE, 2, new EntryId(1, 2)))).hasSize(1)
          .allMatch(message -> message instanceof HeartbeatResponse);
      assertThat(follower.raft.isQuiesced()).isFalse();
    }
  }

  @Nested
  class Voting {

    // "each server will vote for at most one candidate in a given term": a promise for another attempt is none for this one (9.6).
    @Test
    void aPreVoteForAnotherTermDoesNotCount() {
      var replica = OneReplica.of(new HardState(3, 0, 0)).preCampaign();
      replica.receive(new PreVoteResponse(TWO, ONE, 3, true));
      replica.receive(new PreVoteResponse(THREE, ONE, 7, true));
      assertThat(replica.raft.role().name()).isEqualTo(RoleName.PRE_CANDIDATE);
      replica.receive(new PreVoteResponse(TWO, ONE, 4, true));
      assertThat(replica.raft.role().name()).isEqualTo(RoleName.CANDIDATE);
    }

    @Test
    @DisplayName("ST-08 a follower whose disk stands still does not campaign, not even when it is told to")
    void aStalledDiskCampaignsNot() {
      var replica = OneReplica.of(new HardState(1, 0, 0), 1);
      replica.receive(new Heartbeat(TWO, ONE, 1, 0, 1));
      replica.raft.diskStalledSince(replica.now);
      replica.pass(1000);
      assertThat(replica.raft.role().name()).as("it began before its patience ended").isNotEqualTo(RoleName.LEADER);
      replica.receive(new Heartbeat(TWO, ONE, replica.raft.term() + 1, 0, 2));
      replica.receive(new TimeoutNow(TWO, ONE, replica.raft.term(), 2));
      assertThat(replica.pass(300)).noneMatch(message -> message instanceof RequestPreVote || message instanceof RequestVote);
      replica.raft.diskStalledSince(Raft.DISK_ANSWERS);
      assertThat(replica.pass(150)).anyMatch(message -> message instanceof RequestPreVote);
    }

    @Test
    void anEntryOfALaterTermThanItsLeadersIsRefused() {
      var replica = OneReplica.of(new HardState(2, 0, 0));
      assertThatThrownBy(() -> replica.receive(new AppendEntries(TWO, ONE, 2, EntryId.ZERO, OneReplica.entries(0, 3), 0)))
          .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("is of a later term than its leader's, 2");
      assertThat(replica.raft.lastIndex()).isZero();
    }

    // Dissertation 4.2.3: who was removed must not disturb the others.
    @Test
    void whatTheRemovedSayIsNotAnsweredWithWhatTheySaid() {
      var replica = OneReplica.fresh();
      var removed = new ReplicaId(1);
      var now = new SnapshotMeta(new EntryId(1, 4), new Membership(OneReplica.ids(2, 3), OneReplica.ids(),
          OneReplica.ids(), THREE));
      var two = OneReplica.of(TWO, DiskState.INTACT, HardState.INITIAL);
      two.raft.snapshotReceived(now, THREE, 1, two.now);
      two.settle();
      two.disk.restart(now.last());
      two.raft.snapshotInstalled(now);
      two.settle();
      assertThat(two.receive(new RequestPreVote(removed, TWO, 9, EntryId.ZERO))).containsExactly(new ReplicaRemoved(TWO, removed, 1));
      assertThat(two.receive(new ReplicaRemoved(removed, TWO, 9))).as("two that take each other for removed fall silent").isEmpty();
      assertThat(two.raft.isRemoved()).isFalse();
      assertThat(replica.receive(new ReplicaRemoved(TWO, ONE, 1))).isEmpty();
      assertThat(replica.raft.isRemoved()).isTrue();
    }
  }

  @Nested
  class Reads {

    @Test
    void moreReadsThanAreBoundedAreRefusedByALeader() {
      var leader = OneReplica.fresh().lead();
      for (long read = 1; read <= 65_536; read++) {
        leader.raft.readIndex(read, 0, leader.now);
      }
      leader.raft.readIndex(70_000, 0, leader.now);
      assertThat(leader.receive(new ReadIndexRequest(TWO, ONE, 1, 70_001, 0))).contains(
          new ReadIndexResponse(ONE, TWO, 1, 70_001, 0, 0, false));
      assertThat(leader.answers).containsExactly(new ReadAnswer(70_000, 0, 0, false));
    }

    @Test
    void moreReadsThanAreBoundedAreRefusedByAFollower() {
      var follower = OneReplica.fresh();
      follower.receive(new Heartbeat(TWO, ONE, 1, 0, 1));
      for (long read = 1; read <= 65_537; read++) {
        follower.raft.readIndex(read, 0, follower.now);
      }
      follower.settle();
      assertThat(follower.answers).containsExactly(new ReadAnswer(65_537, 0, 0, false));
    }

    @Test
    @DisplayName("RD-12 a read is never answered from before what its leader had committed")
    void aReadIsNotAnsweredFromBeforeItsIndex() {
      var replica = OneReplica.fresh();
      assertThatThrownBy(() -> replica.raft.answerRead(new ConfirmedRead(1, TWO, 7, 0), 6, 0)).isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("a read confirmed at 7 must not be answered at 6");
    }
  }

  @Nested
  class Leading {

    @Test
    void onlyCommandsAreProposed() {
      var leader = OneReplica.fresh().leadAndCommit();
      for (EntryKind kind : List.of(EntryKind.LEADER, EntryKind.MEMBERSHIP)) {
        assertThatThrownBy(() -> leader.raft.propose(kind, new byte[0])).isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("only commands are proposed");
      }
      assertThat(leader.raft.lastIndex()).isEqualTo(1);
    }

    @Test
    void whoHasNotAnsweredWasNeverHeard() {
      var leader = OneReplica.fresh().leadAndCommit();
      assertThat(leader.raft.members()).extracting(MemberStatus::heardAt).containsExactly(leader.now, leader.now, Long.MIN_VALUE);
    }

    @Test
    void whoeverIsAskedForAVoteInTheSilenceGivesItsLeaderTimeToSpeak() {
      for (RaftMessage message : List.of(new RequestPreVote(THREE, ONE, 2, new EntryId(1, 1)),
          new RequestVote(THREE, ONE, 2, new EntryId(1, 1), false))) {
        var follower = OneReplica.of(new HardState(1, 0, 1), 1);
        follower.receive(new Quiesce(TWO, ONE, 1, new EntryId(1, 1)));
        assertThat(follower.raft.isQuiesced()).isTrue();
        follower.pass(5_000);
        assertThat(follower.receive(message)).noneMatch(EdgesTest::isGranted);
        assertThat(follower.raft.isQuiesced()).isFalse();
        assertThat(follower.raft.term()).isEqualTo(1);
      }
    }

    @Test
    void aFollowerFallsSilentOnlyWithAllOfItDurable() {
      var follower = OneReplica.of(new HardState(1, 0, 0), 1);
      follower.raft.receive(new AppendEntries(TWO, ONE, 1, new EntryId(1, 1), OneReplica.entries(1, 1), 2), follower.now);
      Ready written = follower.raft.ready();
      follower.raft.receive(new Quiesce(TWO, ONE, 1, new EntryId(1, 2)), follower.now);
      assertThat(follower.raft.isQuiesced()).isFalse();
      follower.disk.write(written);
      follower.disk.syncOne();
      follower.raft.persisted(written.ticket());
      follower.receive(new Quiesce(TWO, ONE, 1, new EntryId(1, 2)));
      assertThat(follower.raft.isQuiesced()).isTrue();
    }

    @Test
    void aLeaderStaysAwakeWhileAnythingIsUnderWay() {
      var leader = OneReplica.fresh().leadAndCommit();
      assertThat(leader.raft.quiesce(leader.now)).as("nothing is applied").isFalse();
      leader.raft.applied(1);
      assertThat(leader.raft.quiesce(leader.now)).as("3 holds nothing").isFalse();
      leader.accept(THREE, 1);
      assertThat(leader.raft.quiesce(leader.now)).as("nobody has answered a heartbeat").isFalse();
      leader.receive(new HeartbeatResponse(TWO, ONE, 1, 1, 1));
      leader.receive(new HeartbeatResponse(THREE, ONE, 1, 1, 1));
      leader.raft.readIndex(1, 0, leader.now);
      assertThat(leader.raft.quiesce(leader.now)).as("a read is open").isFalse();
      leader.settle();
      leader.receive(new HeartbeatResponse(TWO, ONE, 1, 2, 1));
      assertThat(leader.confirmed).hasSize(1);
      assertThat(leader.raft.quiesce(leader.now)).as("3 has not answered the last heartbeat").isFalse();
      leader.receive(new HeartbeatResponse(THREE, ONE, 1, 2, 1));
      leader.raft.transferLeadership(TWO, leader.now);
      assertThat(leader.raft.quiesce(leader.now)).as("leadership is handed over").isFalse();
    }

    /** What was ordered may still be obeyed after the transfer was given up. */
    @Test
    void aLeaderWhoseOrderMayBeObeyedStaysAwakeAndThenEndsItsTerm() {
      var leader = OneReplica.fresh().leadAndCommit();
      leader.accept(THREE, 1);
      leader.raft.applied(1);
      leader.raft.transferLeadership(TWO, leader.now);
      assertThat(leader.settle()).anyMatch(message -> message instanceof TimeoutNow);
      for (long round = 2; leader.raft.isLeader() && !leader.raft.transferTarget().equals(ReplicaId.NONE); round++) {
        leader.pass(10);
        leader.receive(new HeartbeatResponse(THREE, ONE, 1, round, 1));
      }
      assertThat(leader.raft.isLeader()).isTrue();
      assertThat(leader.raft.quiesce(leader.now)).isFalse();
      for (long round = 20; round < 40; round++) {
        leader.raft.receive(new HeartbeatResponse(THREE, ONE, 1, 1, 1), leader.now);
        leader.pass(10);
      }
      assertThat(leader.raft.isLeader()).isFalse();
    }

    @Test
    @DisplayName("MB-05 a joint membership is left when the leader's term is committed and it is applied, not before")
    void aJointMembershipIsNotLeftBeforeTheTermIsCommitted() {
      var joint = new Membership(OneReplica.ids(1, 2), OneReplica.ids(1, 2, 3), OneReplica.ids());
      var replica = OneReplica.fresh();
      replica.disk.load(new HardState(1, 0, 1), List.of(new Entry(1, 1, EntryKind.MEMBERSHIP, MembershipCodec.encode(joint))));
      replica.start(DiskState.INTACT, 0);
      replica.lead();
      replica.raft.applied(1);
      assertThat(replica.raft.status().membership()).isEqualTo(joint);
      assertThat(replica.raft.checkChange(List.of())).isPresent();
      replica.accept(TWO, 2);
      assertThat(replica.raft.status().membership()).isEqualTo(joint.left());
      assertThat(replica.raft.quiesce(replica.now)).isFalse();
    }
  }
}
