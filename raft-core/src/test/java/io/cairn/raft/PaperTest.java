package io.cairn.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.EntryKind;
import io.cairn.raft.log.HardState;
import io.cairn.raft.membership.ChangeOutcome;
import io.cairn.raft.membership.MemberChange;
import io.cairn.raft.membership.Membership;
import io.cairn.raft.membership.MembershipCodec;
import io.cairn.raft.message.RaftMessage;
import io.cairn.raft.message.RaftMessage.AppendEntries;
import io.cairn.raft.message.RaftMessage.AppendEntriesResponse;
import io.cairn.raft.message.RaftMessage.Heartbeat;
import io.cairn.raft.message.RaftMessage.HeartbeatResponse;
import io.cairn.raft.message.RaftMessage.PreVoteResponse;
import io.cairn.raft.message.RaftMessage.Quiesce;
import io.cairn.raft.message.RaftMessage.ReplicaRemoved;
import io.cairn.raft.message.RaftMessage.RequestPreVote;
import io.cairn.raft.message.RaftMessage.RequestVote;
import io.cairn.raft.message.RaftMessage.VoteResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** One replica alone, message by message, by section of the paper. The sentence that a test holds us to stands above it. */
@Tag("paper")
class PaperTest {

  private static final ReplicaId SELF = new ReplicaId(1);
  private static final ReplicaId TWO = new ReplicaId(2);
  private static final ReplicaId THREE = new ReplicaId(3);
  private static final long HEARTBEAT = 10;
  private static final RaftSettings SETTINGS = new RaftSettings(100, 1, HEARTBEAT, 1000, 4000, 8, 200, 100);

  private final TestDisk disk = new TestDisk();
  private final List<Entry> applied = new ArrayList<>();
  private final List<ReplicaId> snapshotsWanted = new ArrayList<>();
  private Raft raft;
  private long now = 1000;

  private static Membership three() {
    return Membership.of(new TreeSet<>(List.of(SELF, TWO, THREE)));
  }

  private void start(HardState hardState, long... terms) {
    disk.load(hardState, entries(0, terms));
    restart(0);
  }

  private void restart(long appliedIndex) {
    raft = new Raft(SELF, SETTINGS, disk.hardState(), three(), disk, appliedIndex, _ -> new byte[0], _ -> 0, now);
  }

  private static List<Entry> entries(long previous, long... terms) {
    var entries = new ArrayList<Entry>();
    for (long term : terms) {
      entries.add(new Entry(term, ++previous, EntryKind.COMMAND, new byte[0]));
    }
    return entries;
  }

  /** Everything asked for, done at once; what was sent. */
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
      applied.addAll(ready.committed());
      snapshotsWanted.addAll(ready.snapshotsWanted());
    }
    return sent;
  }

  private List<RaftMessage> receive(RaftMessage message) {
    raft.receive(message, now);
    return settle();
  }

  private List<RaftMessage> append(long term, EntryId previous, List<Entry> entries, long commit) {
    return receive(new AppendEntries(TWO, SELF, term, previous, entries, commit));
  }

  private List<RaftMessage> pass(long nanos) {
    var sent = new ArrayList<RaftMessage>();
    for (long end = now + nanos; now < end; ) {
      now += 5;
      raft.tick(now);
      sent.addAll(settle());
    }
    return sent;
  }

  private void lead() {
    pass(105);
    receive(new PreVoteResponse(TWO, SELF, raft.term() + 1, true));
    receive(new VoteResponse(TWO, SELF, raft.term(), true));
    assertThat(raft.isLeader()).isTrue();
  }

  @Nested
  class Section_5_1_Terms {

    // "If a candidate or leader discovers that its term is out of date, it immediately reverts to follower state."
    @Test
    void leaderOfAnEarlierTermStepsDown() {
      start(HardState.INITIAL);
      lead();
      receive(new HeartbeatResponse(THREE, SELF, 9, 1, 0));
      assertThat(raft.isLeader()).isFalse();
      assertThat(raft.term()).isEqualTo(9);
    }

    // "If a server receives a request with a stale term number, it rejects the request."
    @Test
    void appendOfAnEarlierTermIsRefusedAndToldTheTerm() {
      start(new HardState(5, 0, 0), 1);
      assertThat(append(4, new EntryId(1, 1), entries(1, 4), 0)).containsExactly(
          new AppendEntriesResponse(SELF, TWO, 5, false, 0, EntryId.ZERO, 1));
      assertThat(raft.lastIndex()).isEqualTo(1);
    }
  }

  @Nested
  class Section_5_2_LeaderElection {

    // "Each server will vote for at most one candidate in a given term, on a first-come-first-served basis."
    @Test
    void secondCandidateOfATermIsRefused() {
      start(HardState.INITIAL);
      assertThat(receive(new RequestVote(TWO, SELF, 1, EntryId.ZERO, false))).containsExactly(new VoteResponse(SELF, TWO, 1, true));
      assertThat(receive(new RequestVote(THREE, SELF, 1, EntryId.ZERO, false))).containsExactly(new VoteResponse(SELF, THREE, 1, false));
      assertThat(receive(new RequestVote(TWO, SELF, 1, EntryId.ZERO, false))).containsExactly(new VoteResponse(SELF, TWO, 1, true));
    }

    // "... then the candidate recognizes the leader as legitimate and returns to follower state."
    @Test
    void candidateFollowsTheLeaderOfItsTerm() {
      start(HardState.INITIAL);
      pass(105);
      receive(new PreVoteResponse(TWO, SELF, 1, true));
      receive(new Heartbeat(TWO, SELF, 1, 0, 1));
      assertThat(raft.status().role()).isEqualTo(RoleName.FOLLOWER);
      assertThat(raft.leader()).isEqualTo(TWO);
    }

    @Test
    @DisplayName("RC-03 votes are asked for only once the own vote is durable")
    void voteRequestsWaitForTheDisk() {
      start(HardState.INITIAL);
      pass(105);
      raft.receive(new PreVoteResponse(TWO, SELF, 1, true), now);
      Ready ready = raft.ready();
      assertThat(ready.mustPersist()).isTrue();
      assertThat(ready.hardState()).contains(new HardState(1, 1, 0));
      assertThat(ready.messages()).isEmpty();
      assertThat(ready.messagesAfterPersist()).hasSize(2).allMatch(RequestVote.class::isInstance);
    }

    @Test
    @DisplayName("RC-09 RC-17 a single voter leads only once its disk has answered")
    void singleVoterWaitsForItsDisk() {
      var alone = Membership.of(new TreeSet<>(List.of(SELF)));
      raft = new Raft(SELF, SETTINGS, HardState.INITIAL, alone, disk, 0, _ -> new byte[0], _ -> 0, now);
      for (int i = 0; i < 21; i++) {
        now += 5;
        raft.tick(now);
      }
      Ready ready = raft.ready();
      assertThat(ready.hardState()).contains(new HardState(1, 1, 0));
      raft.persisted(0);
      assertThat(raft.isLeader()).isFalse();
      raft.persisted(ready.ticket());
      assertThat(raft.isLeader()).isTrue();
      assertThat(raft.commitIndex()).isZero();
    }
  }

  @Nested
  class Section_5_3_LogReplication {

    // "If leaderCommit > commitIndex, set commitIndex = min(leaderCommit, index of last new entry)." (figure 2)
    @Test
    void commitEndsAtTheLastEntryKnownToBeTheLeaders() {
      // Entry 3 is left from an earlier leader; this append says nothing of it.
      start(new HardState(2, 0, 0), 1, 2, 2);
      append(4, new EntryId(1, 1), entries(1, 2), 4);
      assertThat(raft.commitIndex()).isEqualTo(2);
      assertThat(raft.lastIndex()).isEqualTo(3);
    }

    // "If an existing entry conflicts with a new one, delete the existing entry and all that follow it." Only then.
    @Test
    @DisplayName("RC-10 a short or late append never shortens the log")
    void shortAppendKeepsWhatFollows() {
      start(new HardState(1, 0, 0), 1, 1, 1, 1);
      assertThat(append(1, EntryId.ZERO, entries(0, 1, 1), 0)).contains(
          new AppendEntriesResponse(SELF, TWO, 1, true, 2, EntryId.ZERO, 0));
      assertThat(raft.lastIndex()).isEqualTo(4);
      append(2, new EntryId(1, 2), entries(2, 2), 0);
      assertThat(raft.lastIndex()).isEqualTo(3);
    }

    @Test
    @DisplayName("RC-07 a heartbeat's commit index beyond the log commits nothing")
    void heartbeatNeverCommitsBeyondTheLog() {
      start(new HardState(1, 0, 0), 1, 1);
      assertThat(receive(new Heartbeat(TWO, SELF, 1, 5, 1))).containsExactly(new HeartbeatResponse(SELF, TWO, 1, 1, 2));
      assertThat(raft.commitIndex()).isZero();
    }

    @Test
    @DisplayName("RC-12 an append with a gap is refused as malformed and appends nothing")
    void appendWithAGapIsMalformed() {
      start(new HardState(1, 0, 0), 1);
      assertThatThrownBy(() -> append(1, new EntryId(1, 1), entries(4, 1), 0)).isInstanceOf(IllegalArgumentException.class);
      assertThat(raft.lastIndex()).isEqualTo(1);
    }

    @Test
    void anAcknowledgementOfWhatIsStillBeingWrittenWaitsForThatWrite() {
      start(new HardState(1, 0, 0));
      raft.receive(new AppendEntries(TWO, SELF, 1, EntryId.ZERO, entries(0, 1), 0), now);
      Ready first = raft.ready();
      // The same append, doubled by the network: nothing new to write, and nothing to be said before the write has ended.
      raft.receive(new AppendEntries(TWO, SELF, 1, EntryId.ZERO, first.entries(), 0), now);
      Ready second = raft.ready();
      assertThat(second.mustPersist()).isFalse();
      assertThat(second.messages()).isEmpty();
      disk.write(first);
      disk.syncOne();
      raft.persisted(first.ticket());
      assertThat(raft.ready().messages()).containsExactly(new AppendEntriesResponse(SELF, TWO, 1, true, 1, EntryId.ZERO, 0));
    }

    @Test
    void leaderRefusesProposalsBeyondItsBound() {
      start(HardState.INITIAL);
      lead();
      assertThat(raft.propose(EntryKind.COMMAND, new byte[100])).isEqualTo(2);
      assertThat(raft.propose(EntryKind.COMMAND, new byte[100])).isEqualTo(-1);
      settle();
      receive(new AppendEntriesResponse(TWO, SELF, 1, true, 2, EntryId.ZERO, 0));
      assertThat(raft.propose(EntryKind.COMMAND, new byte[100])).isEqualTo(3);
    }

    @Test
    @DisplayName("RC-05 what is handed out to apply is bounded, whole and in order")
    void committedEntriesComeWithinTheBound() {
      start(HardState.INITIAL);
      var entries = entries(0, 1, 1, 1, 1, 1, 1, 1, 1, 1);
      append(1, EntryId.ZERO, entries, 9);
      // 32 bytes each, a bound of 100: the entry that crosses it is the last.
      assertThat(applied).hasSize(4);
      for (int round = 0; applied.size() < 9; round++) {
        assertThat(round).isLessThan(10);
        raft.applied(applied.getLast().index());
        settle();
      }
      assertThat(applied).isEqualTo(entries);
    }
  }

  @Nested
  class Section_5_4_Safety {

    // "The RequestVote RPC ... denies its vote if its own log is more up-to-date than that of the candidate."
    @Test
    void candidateWithTheShorterLogOrTheEarlierTermIsRefused() {
      start(new HardState(2, 0, 0), 1, 2);
      pass(100);
      assertThat(receive(new RequestVote(TWO, SELF, 3, new EntryId(1, 9), false))).contains(new VoteResponse(SELF, TWO, 3, false));
      assertThat(receive(new RequestVote(TWO, SELF, 4, new EntryId(2, 1), false))).contains(new VoteResponse(SELF, TWO, 4, false));
      assertThat(receive(new RequestVote(TWO, SELF, 5, new EntryId(2, 2), false))).contains(new VoteResponse(SELF, TWO, 5, true));
    }

    // "Raft never commits log entries from previous terms by counting replicas."
    @Test
    @DisplayName("RC-01 an entry of an earlier term on a majority is not committed")
    void earlierTermIsNotCommittedByCounting() {
      start(new HardState(1, 0, 0), 1, 1);
      lead();
      receive(new AppendEntriesResponse(TWO, SELF, raft.term(), true, 2, EntryId.ZERO, 0));
      assertThat(raft.commitIndex()).isZero();
      receive(new AppendEntriesResponse(TWO, SELF, raft.term(), true, 3, EntryId.ZERO, 0));
      assertThat(raft.commitIndex()).isEqualTo(3);
    }
  }

  @Nested
  class Dissertation_4_Membership {

    @Test
    @DisplayName("MB-05 a membership in the log counts after a restart, committed or not")
    void membershipIsReadFromTheLog() {
      var joint = new Membership(new TreeSet<>(List.of(SELF, new ReplicaId(4))), new TreeSet<>(List.of(SELF, TWO, THREE)), new TreeSet<>());
      disk.load(new HardState(1, 0, 0), List.of(new Entry(1, 1, EntryKind.MEMBERSHIP, MembershipCodec.encode(joint))));
      restart(0);
      assertThat(raft.status().membership()).isEqualTo(joint);
      // Replaced by a later leader, it counts no more.
      append(2, EntryId.ZERO, entries(0, 2), 0);
      assertThat(raft.status().membership()).isEqualTo(three());
    }

    // "... a leader that is removed from the configuration steps down once the Cnew entry is committed." (4.2.2)
    @Test
    void removedLeaderStepsDownOnceThatIsCommitted() {
      start(HardState.INITIAL);
      lead();
      acknowledge(1);
      raft.changeMembers(List.of(new MemberChange.Remove(SELF)));
      settle();
      acknowledge(2);
      raft.applied(2);
      assertThat(raft.status().membership().isJoint()).as("the joint state is left once it is applied").isFalse();
      settle();
      // Counted no more: the entry needs both of the others.
      receive(new AppendEntriesResponse(TWO, SELF, 1, true, 3, EntryId.ZERO, 0));
      assertThat(raft.isLeader()).isTrue();
      receive(new AppendEntriesResponse(THREE, SELF, 1, true, 3, EntryId.ZERO, 0));
      assertThat(raft.isLeader()).isFalse();
      assertThat(raft.isRemoved()).isTrue();
      pass(500);
      assertThat(raft.term()).as("it does not campaign").isEqualTo(1);
    }

    private void acknowledge(long match) {
      receive(new AppendEntriesResponse(TWO, SELF, 1, true, match, EntryId.ZERO, 0));
      receive(new AppendEntriesResponse(THREE, SELF, 1, true, match, EntryId.ZERO, 0));
    }

    // "... removed servers ... can disrupt the cluster" (4.2.3): they are told, and not heard.
    @Test
    @DisplayName("MB-02 who was removed is told so, whatever it says and in whatever term")
    void whoWasRemovedIsToldSo() {
      var left = new Membership(new TreeSet<>(List.of(SELF, TWO)), new TreeSet<>(), new TreeSet<>(), THREE);
      disk.load(new HardState(1, 0, 1), List.of(new Entry(1, 1, EntryKind.MEMBERSHIP, MembershipCodec.encode(left))));
      restart(0);
      settle();
      pass(100);
      assertThat(receive(new RequestVote(THREE, SELF, 9, new EntryId(8, 8), true))).containsExactly(new ReplicaRemoved(SELF, THREE, 1));
      assertThat(raft.term()).isEqualTo(1);
    }

    @Test
    @DisplayName("MB-02 a replica that was told votes for nobody and does not campaign")
    void aRemovedReplicaVotesForNobody() {
      start(new HardState(1, 0, 0), 1);
      pass(50);
      receive(new ReplicaRemoved(TWO, SELF, 7));
      assertThat(raft.isRemoved()).isTrue();
      assertThat(pass(500)).isEmpty();
      assertThat(receive(new RequestVote(TWO, SELF, 9, new EntryId(8, 8), false))).isEmpty();
      assertThat(raft.term()).isEqualTo(1);
    }

    @Test
    @DisplayName("MB-08 a replica whose disk was lost acknowledges entries and never votes")
    void aReplicaWithALostDiskNeverVotes() {
      raft = new Raft(SELF, SETTINGS, HardState.INITIAL, three(), disk, 0, DiskState.LOST, _ -> new byte[0], _ -> 0, now);
      append(1, EntryId.ZERO, entries(0, 1, 1), 2);
      pass(500);
      assertThat(raft.term()).as("it does not campaign").isEqualTo(1);
      assertThat(receive(new RequestVote(TWO, SELF, 9, new EntryId(8, 8), false))).containsExactly(new VoteResponse(SELF, TWO, 9, false));
      assertThat(raft.disk()).isEqualTo(DiskState.LOST);
    }

    @Test
    @DisplayName("MB-01 no change of members before an entry of the own term is committed")
    void changesWaitForTheTermsFirstCommit() {
      start(HardState.INITIAL);
      lead();
      List<MemberChange> change = List.of(new MemberChange.AddLearner(new ReplicaId(4)));
      assertThat(raft.changeMembers(change)).isInstanceOfSatisfying(ChangeOutcome.Refused.class,
          refused -> assertThat(refused.cause()).isEqualTo(ChangeOutcome.Cause.TERM_NOT_COMMITTED));
      receive(new AppendEntriesResponse(TWO, SELF, 1, true, 1, EntryId.ZERO, 0));
      assertThat(raft.changeMembers(change)).isInstanceOfSatisfying(ChangeOutcome.Appended.class,
          appended -> assertThat(appended.index()).isEqualTo(2));
    }
  }

  @Nested
  class Dissertation_5_Compaction {

    @Test
    @DisplayName("RC-07 a follower whose entries are cut off gets a snapshot, never an append without a beginning")
    void cutOffFollowerGetsASnapshot() {
      start(new HardState(1, 0, 3), 1, 1, 1, 1, 1);
      disk.cut(3);
      restart(3);
      lead();
      List<RaftMessage> sent = receive(new AppendEntriesResponse(THREE, SELF, raft.term(), false, 0, new EntryId(1, 1), 5));
      assertThat(sent).noneMatch(message -> message instanceof AppendEntries append && append.to().equals(THREE));
      assertThat(snapshotsWanted).containsExactly(THREE);
      receive(new HeartbeatResponse(THREE, SELF, raft.term(), 1, 1));
      assertThat(snapshotsWanted).as("once").containsExactly(THREE);
      raft.snapshotSent(THREE, 5, true);
      assertThat(settle()).anyMatch(message -> message instanceof AppendEntries append && append.previous().equals(new EntryId(1, 5)));
    }

    @Test
    @DisplayName("RC-19 the commit index after a restart is at least what was applied")
    void restartCommitsWhatWasApplied() {
      disk.load(new HardState(1, 0, 0), entries(0, 1, 1, 1));
      restart(2);
      assertThat(raft.commitIndex()).isEqualTo(2);
      assertThat(applied).isEmpty();
    }

    @Test
    void aLogThatHasLostCommittedEntriesStopsTheNode() {
      disk.load(new HardState(1, 0, 5), entries(0, 1, 1, 1));
      assertThatThrownBy(() -> restart(2)).isInstanceOf(InvariantBroken.class).hasMessageContaining("commit index 5");
    }

    @Test
    @DisplayName("RC-16 a follower that lost its entries is brought back though nothing is written")
    void wipedFollowerOfAnIdleLeaderConverges() {
      start(HardState.INITIAL);
      lead();
      receive(new AppendEntriesResponse(TWO, SELF, 1, true, 1, EntryId.ZERO, 0));
      receive(new AppendEntriesResponse(THREE, SELF, 1, true, 1, EntryId.ZERO, 0));
      pass(30);
      List<RaftMessage> sent = receive(new HeartbeatResponse(THREE, SELF, 1, 3, 0));
      assertThat(sent).anyMatch(message -> message instanceof AppendEntries append && append.to().equals(THREE));
      sent = receive(new AppendEntriesResponse(THREE, SELF, 1, false, 0, EntryId.ZERO, 1));
      assertThat(sent).anyMatch(message -> message instanceof AppendEntries append && append.previous().equals(EntryId.ZERO)
          && append.entries().size() == 1);
    }
  }

  @Nested
  class Quiescence {

    @Test
    void aQuiescedLeaderHasNoLease() {
      start(HardState.INITIAL);
      lead();
      receive(new AppendEntriesResponse(TWO, SELF, 1, true, 1, EntryId.ZERO, 0));
      receive(new AppendEntriesResponse(THREE, SELF, 1, true, 1, EntryId.ZERO, 0));
      raft.applied(1);
      assertThat(raft.quiesce(now)).as("nobody has answered a heartbeat").isFalse();
      receive(new HeartbeatResponse(TWO, SELF, 1, 1, 1));
      receive(new HeartbeatResponse(THREE, SELF, 1, 1, 1));
      assertThat(raft.leaseUntil()).isNotEqualTo(Long.MIN_VALUE);
      assertThat(raft.quiesce(now)).isTrue();
      assertThat(raft.leaseUntil()).isEqualTo(Long.MIN_VALUE);
      assertThat(settle()).containsExactly(new Quiesce(SELF, TWO, 1, new EntryId(1, 1)), new Quiesce(SELF, THREE, 1, new EntryId(1, 1)));
      assertThat(pass(5_000)).isEmpty();
      assertThat(raft.isLeader()).isTrue();
      // Woken, it does not take the long silence for a lost quorum.
      assertThat(raft.propose(EntryKind.COMMAND, new byte[1])).isEqualTo(2);
      assertThat(raft.leaseUntil()).as("no lease on a round from before").isLessThanOrEqualTo(now);
      pass(50);
      assertThat(raft.isLeader()).isTrue();
    }
  }

  @Nested
  class Dissertation_9_6_PreVote {

    @Test
    void preVoteRaisesNoTermAndPromisesNothing() {
      start(HardState.INITIAL);
      assertThat(receive(new RequestPreVote(TWO, SELF, 7, EntryId.ZERO))).containsExactly(new PreVoteResponse(SELF, TWO, 7, true));
      assertThat(receive(new RequestPreVote(THREE, SELF, 7, EntryId.ZERO))).containsExactly(new PreVoteResponse(SELF, THREE, 7, true));
      assertThat(raft.term()).isZero();
      assertThat(raft.hasReady()).isFalse();
    }
  }
}
