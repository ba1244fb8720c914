package io.cairn.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.EntryKind;
import io.cairn.raft.log.HardState;
import io.cairn.raft.membership.Membership;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** TI-04: each claim over all replicas holds of what it allows, and is noticed when it is broken. */
class RaftInvariantsTest {

  private static final ReplicaId ONE = new ReplicaId(1);
  private static final ReplicaId TWO = new ReplicaId(2);

  private static SortedSet<ReplicaId> ids(long... values) {
    var ids = new TreeSet<ReplicaId>();
    for (long value : values) {
      ids.add(new ReplicaId(value));
    }
    return ids;
  }

  private static Membership joint(SortedSet<ReplicaId> incoming, SortedSet<ReplicaId> outgoing) {
    return new Membership(incoming, outgoing, new TreeSet<>());
  }

  private static void holds(ThrowingCallable claim) {
    assertThatCode(claim).doesNotThrowAnyException();
  }

  private static void broken(String message, ThrowingCallable claim) {
    assertThatThrownBy(claim).isInstanceOf(InvariantBroken.class).hasMessageContaining(message);
  }

  /** Takes what is ready until nothing is; what is to be applied is taken and not reported. */
  private static void settle(Raft raft, TestDisk disk) {
    while (raft.hasReady()) {
      Ready ready = raft.ready();
      if (ready.mustPersist()) {
        disk.write(ready);
        disk.syncOne();
        raft.persisted(ready.ticket());
      }
    }
  }

  @Test
  void theLogMayBeCutBeforeTheStateMachinesReportComesIn() {
    var disk = new TestDisk();
    var raft = new Raft(ONE, new RaftSettings(100, 1, 10, 1000, 4000, 8, 4000, 4000), HardState.INITIAL, Membership.of(ids(1)), disk, 0,
        _ -> new byte[0], _ -> 0, 1000);
    for (long now = 1000; !raft.isLeader(); now += 5) {
      raft.tick(now);
      settle(raft, disk);
    }
    raft.propose(EntryKind.COMMAND, new byte[1]);
    settle(raft, disk);

    disk.cut(raft.commitIndex());
    raft.propose(EntryKind.COMMAND, new byte[2]);

    assertThat(raft.status().applied()).isLessThan(disk.base().index());
    holds(() -> settle(raft, disk));

    disk.restart(new EntryId(raft.term(), raft.lastIndex() + 1));
    raft.propose(EntryKind.COMMAND, new byte[3]);
    broken("was handed out to be applied", () -> settle(raft, disk));
  }

  @Test
  void theLogMayBeginAnewBeforeTheEndOfTheSwitchIsReported() {
    var disk = new TestDisk();
    var raft = new Raft(ONE, new RaftSettings(100, 1, 10, 1000, 4000, 8, 4000, 4000), HardState.INITIAL, Membership.of(ids(1, 2, 3)), disk,
        0, _ -> new byte[0], _ -> 0, 1000);
    var snapshot = new SnapshotMeta(new EntryId(3, 40), Membership.of(ids(1, 2, 3)));
    raft.snapshotReceived(snapshot, TWO, 3, 1000);
    settle(raft, disk);

    disk.restart(snapshot.last());
    raft.tick(1005);

    holds(() -> settle(raft, disk));
    raft.snapshotInstalled(snapshot);
    holds(() -> settle(raft, disk));
    assertThat(raft.lastIndex()).isEqualTo(40);
  }

  @Test
  void aTermHasOneLeaderAndAVoterOneVote() {
    holds(() -> RaftInvariants.electionSafety(3, null, ONE));
    holds(() -> RaftInvariants.electionSafety(3, ONE, ONE));
    broken("election safety", () -> RaftInvariants.electionSafety(3, ONE, TWO));
    holds(() -> RaftInvariants.oneVote(ONE, 3, 0, 2));
    holds(() -> RaftInvariants.oneVote(ONE, 3, 2, 2));
    broken("voted twice", () -> RaftInvariants.oneVote(ONE, 3, 2, 1));
  }

  @Test
  void oneTermAndIndexIsOneEntryWithOnePrefix() {
    byte[] payload = new byte[1];
    var entry = new Entry(2, 5, EntryKind.COMMAND, payload);
    holds(() -> RaftInvariants.logMatching(entry, 1, payload, 1));
    broken("two entries 2/5", () -> RaftInvariants.logMatching(entry, 1, new byte[1], 1));
    broken("follows terms 1 and 2", () -> RaftInvariants.logMatching(entry, 2, payload, 1));
  }

  @Test
  void aLaterLeaderHasWhatWasCommittedBefore() {
    holds(() -> RaftInvariants.leaderCompleteness(4, 9, 2, 3, 2));
    broken("leader completeness", () -> RaftInvariants.leaderCompleteness(4, 9, 2, 3, 1));
    broken("leader completeness", () -> RaftInvariants.leaderCompleteness(4, 9, 2, 3, -1));
    holds(() -> RaftInvariants.leaderCompleteness(3, 9, 2, 4, -1));
  }

  @Test
  void whatIsAppliedIsWhatWasCommitted() {
    holds(() -> RaftInvariants.stateMachineSafety(new EntryId(2, 9), 2));
    broken("state machine safety", () -> RaftInvariants.stateMachineSafety(new EntryId(2, 9), 3));
    holds(() -> RaftInvariants.committedByQuorum(9, 2, ids(1, 2, 3), Set.of(ONE, TWO)));
    broken("durable on 1 of 3", () -> RaftInvariants.committedByQuorum(9, 2, ids(1, 2, 3), Set.of(ONE, new ReplicaId(4))));
    broken("durable on 2 of 4", () -> RaftInvariants.committedByQuorum(9, 2, ids(1, 2, 3, 4), Set.of(ONE, TWO)));
  }

  @Test
  @DisplayName("RD-01 RD-08 a read that misses something, a second lease and a lease that lags are noticed")
  void readsAndLeasesAreTrue() {
    holds(() -> RaftInvariants.readSees(7, 10, 10));
    broken("read 7 sees 9", () -> RaftInvariants.readSees(7, 9, 10));
    holds(() -> RaftInvariants.leaseAlone(ONE, 2, ONE, true));
    holds(() -> RaftInvariants.leaseAlone(ONE, 2, TWO, false));
    broken("two leases", () -> RaftInvariants.leaseAlone(ONE, 2, TWO, true));
    holds(() -> RaftInvariants.leaseSees(ONE, 10, 10));
    broken("knows 9 of 10", () -> RaftInvariants.leaseSees(ONE, 9, 10));
  }

  @Test
  @DisplayName("MB-01 members change so that every quorum meets the next, or it is noticed")
  void quorumsOfTwoMembershipsMeet() {
    Membership three = Membership.of(ids(1, 2, 3));
    holds(() -> RaftInvariants.membershipChange(5, three, three));
    holds(() -> RaftInvariants.membershipChange(5, three, Membership.of(ids(1, 2, 3, 4))));
    holds(() -> RaftInvariants.membershipChange(5, three, joint(ids(4, 5, 6), ids(1, 2, 3))));
    holds(() -> RaftInvariants.membershipChange(5, joint(ids(4, 5, 6), ids(1, 2, 3)), Membership.of(ids(4, 5, 6))));
    holds(() -> RaftInvariants.membershipChange(5, joint(ids(4, 5, 6), ids(1, 2, 3)), three));
    broken("entry 5", () -> RaftInvariants.membershipChange(5, three, Membership.of(ids(1, 2, 4))));
    broken("entry 5", () -> RaftInvariants.membershipChange(5, three, joint(ids(4, 5, 6), ids(1, 2))));
    broken("entry 5", () -> RaftInvariants.membershipChange(5, joint(ids(4, 5, 6), ids(1, 2, 3)), Membership.of(ids(4, 5))));
    broken("entry 5", () -> RaftInvariants.membershipChange(5, joint(ids(4, 5), ids(1, 2, 3)), joint(ids(4, 5, 6), ids(1, 2, 3))));
  }
}
