package io.cairn.raft;

import static io.cairn.raft.OneReplica.THREE;
import static io.cairn.raft.OneReplica.TWO;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.EntryKind;
import io.cairn.raft.log.HardState;
import io.cairn.raft.membership.Membership;
import io.cairn.raft.membership.MembershipCodec;
import io.cairn.raft.message.RaftMessage.Heartbeat;
import io.cairn.raft.progress.Progress.Snapshotting;
import io.cairn.raft.progress.ProgressTable.Row;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * TI-04: each claim about one replica is noticed when it is broken. What no input brings about is forged: a field of the state, the role of
 * another replica, or another replica shown as what became of this one.
 */
class OneReplicaInvariantsTest {

  private static void broken(String message, ThrowingCallable claim) {
    assertThatThrownBy(claim).isInstanceOf(InvariantBroken.class).hasMessageContaining(message);
  }

  private static Membership with(long... voters) {
    return Membership.of(OneReplica.ids(voters));
  }

  @Nested
  class Always {

    private void brokenNow(String message, OneReplica replica) {
      broken(message, replica.raft::ready);
    }

    private void brokenAs(String message, OneReplica replica, Role role) {
      broken(message, () -> RaftInvariants.always(replica.raft.state(), role));
    }

    @Test
    void aLeaderIsHeardNowOrBefore() {
      var replica = OneReplica.fresh();
      replica.raft.state().leaderHeardAt = replica.now + 1;
      brokenNow("a leader was heard at 1001, and now it is 1000", replica);
    }

    @Test
    void aSnapshotSaysSomethingNew() {
      var replica = OneReplica.of(new HardState(1, 0, 2), 1, 1);
      replica.raft.state().installing = new SnapshotMeta(new EntryId(1, 2), OneReplica.three());
      brokenNow("says something new", replica);
    }

    @Test
    void whoCampaignsIsNotSilent() {
      var replica = OneReplica.fresh().preCampaign();
      replica.raft.state().quiesced = true;
      brokenNow("nobody campaigns in silence", replica);
      replica.raft.state().quiesced = false;
      replica.raft.state().installing = new SnapshotMeta(new EntryId(1, 2), OneReplica.three());
      brokenNow("nobody campaigns in the middle of a snapshot", replica);
    }

    @Test
    void votesBelongToTerms() {
      brokenNow("nobody votes in term 0", OneReplica.of(new HardState(0, 2, 0)));
      var replica = OneReplica.of(new HardState(3, 2, 0));
      broken("the vote is 2, not to be given to 3", () -> replica.raft.state().voteFor(THREE));
      broken("the term grows: 3 after 3", () -> replica.raft.state().enterTerm(3));
      brokenAs("a candidate has voted for itself, not for 2", replica, OneReplica.fresh().campaign().raft.role());
      brokenAs("a leader has voted for itself, not for 2", replica, OneReplica.fresh().lead().raft.role());
    }

    @Test
    void nobodyFollowsItself() {
      var replica = OneReplica.fresh();
      brokenAs("a follower does not follow itself", replica, Follower.of(replica.raft.state(), OneReplica.ONE));
    }

    @Test
    void aLeadersLogEndsInItsTermAndIsNotBegunAnew() {
      Role leader = OneReplica.fresh().lead().raft.role();
      brokenAs("the log of term 2's leader ends in it, not in 1", OneReplica.of(new HardState(2, 1, 0), 1), leader);
      var replica = OneReplica.fresh().lead();
      replica.raft.state().installing = new SnapshotMeta(new EntryId(1, 9), OneReplica.three());
      brokenNow("a leader's log is not begun anew", replica);
    }

    @Test
    void aLeadersBookSaysWhatCanBe() {
      var replica = OneReplica.fresh().lead();
      Row row = ((Leader) replica.raft.role()).replication().row(TWO);
      row.toldCommit = 1;
      brokenNow("replica 2 was told that 1 is committed, and 0 is", replica);
      row.toldCommit = 0;
      row.heardAt = replica.now + 1;
      brokenNow("replica 2 was heard at", replica);
      row.heardAt = replica.now;
      row.progress = new Snapshotting(9, replica.now);
      brokenNow("replica 2 agrees up to 9", replica);
      var other = OneReplica.of(TWO, DiskState.INTACT, new HardState(1, 2, 0), 1);
      other.raft.state().now = replica.now;
      brokenAs("a leader does not replicate to itself, replica 2 of term 1", other, OneReplica.fresh().lead().raft.role());
    }

    @Test
    void aTermHasOneLeader() {
      var follower = OneReplica.fresh();
      follower.receive(new Heartbeat(TWO, follower.self, 1, 0, 1));
      broken("term 1 has one leader: 2, and now 3", () -> follower.receive(new Heartbeat(THREE, follower.self, 1, 0, 1)));
      var leader = OneReplica.fresh().lead();
      var snapshot = new SnapshotMeta(new EntryId(1, 9), OneReplica.three());
      broken("has one leader", () -> leader.raft.snapshotReceived(snapshot, TWO, 1, leader.now));
    }

    @Test
    void nobodyHoldsMoreThanItsLeader() {
      var leader = OneReplica.fresh().lead();
      broken("replica 2 acknowledges 7, the leader's log ends at 1", () -> leader.accept(TWO, 7));
    }
  }

  @Nested
  class FromOneStepToTheNext {

    private void brokenBetween(String message, OneReplica before, OneReplica after) {
      var seen = new RaftInvariants();
      seen.check(before.raft);
      broken(message, () -> seen.check(after.raft));
    }

    private OneReplica follower(HardState hardState, ReplicaId leader) {
      var replica = OneReplica.of(hardState);
      replica.receive(new Heartbeat(leader, replica.self, hardState.term(), 0, 1));
      return replica;
    }

    private OneReplica applied(long index, long base) {
      var replica = OneReplica.of(new HardState(1, 0, 3), 1, 1, 1);
      replica.disk.cut(base);
      replica.start(DiskState.INTACT, index);
      return replica;
    }

    @Test
    void nothingGoesBack() {
      brokenBetween("the term never goes back: 4 after 5", OneReplica.of(new HardState(5, 0, 0)), OneReplica.of(new HardState(4, 0, 0)));
      brokenBetween("the commit index never goes back: 1 after 2", OneReplica.of(new HardState(5, 0, 2), 1, 1),
          OneReplica.of(new HardState(5, 0, 1), 1, 1));
      brokenBetween("what is applied stays: 1 after 2", applied(2, 0), applied(1, 0));
      brokenBetween("the log's beginning never goes back: 1 after 3", applied(2, 2), applied(2, 0));
    }

    @Test
    void aTermHasOneVoteAndOneLeader() {
      brokenBetween("the vote is set at most once, to 2 and not to 3", OneReplica.of(new HardState(5, 2, 0)),
          OneReplica.of(new HardState(5, 3, 0)));
      brokenBetween("the vote is set at most once, to 2 and not to 0", OneReplica.of(new HardState(5, 2, 0)),
          OneReplica.of(new HardState(5, 0, 0)));
      brokenBetween("term 5 has one leader: 2, not 3", follower(new HardState(5, 0, 0), TWO), follower(new HardState(5, 0, 0), THREE));
    }

    @Test
    void aLeaderEndsAsAFollowerAndBeginsAsACandidate() {
      brokenBetween("a leader steps down to follower only", OneReplica.fresh().lead(), OneReplica.fresh().campaign());
      brokenBetween("keeps its log when it steps down: 0 after 1", OneReplica.fresh().lead(), OneReplica.of(new HardState(1, 1, 0)));
      brokenBetween("only a candidate becomes leader", OneReplica.of(new HardState(1, 1, 0)), OneReplica.fresh().lead());
    }

    private void change(TestDisk disk, EntryKind kind, byte[] payload) {
      disk.lose(1);
      disk.load(disk.hardState(), List.of(new Entry(1, 1, kind, payload)));
    }

    @Test
    void theNewestMembershipInTheLogDecides() {
      var replica = OneReplica.of(new HardState(1, 0, 0), 1);
      change(replica.disk, EntryKind.MEMBERSHIP, MembershipCodec.encode(with(1, 2)));
      broken("is of 0, the log names a later one at 1", () -> new RaftInvariants().check(replica.raft));
      replica.start(DiskState.INTACT, 0);
      new RaftInvariants().check(replica.raft);
      change(replica.disk, EntryKind.MEMBERSHIP, MembershipCodec.encode(with(1, 3)));
      broken("is the one that entry 1 of 1 names", () -> new RaftInvariants().check(replica.raft));
    }
  }
}
