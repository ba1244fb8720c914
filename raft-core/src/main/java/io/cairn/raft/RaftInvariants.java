package io.cairn.raft;

import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.EntryKind;
import io.cairn.raft.log.RaftLog;
import io.cairn.raft.membership.Membership;
import io.cairn.raft.membership.MembershipCodec;
import io.cairn.raft.progress.ProgressTable.Row;
import java.util.Set;

/**
 * What must hold, to be read against the paper. Three rings:
 *
 * <ol>
 *   <li>{@link #always}: the state of one replica, before each {@link Ready} is handed out, in production too. It costs some
 *       comparisons of longs and allocates nothing;
 *   <li>{@link #check}: the state, and each change against the state before, after every input in tests and simulations;
 *   <li>the claims that span replicas (figure 3 of the paper, reads, leases, members). Whoever sees the whole cluster (the
 *       simulation of this module, the search through small scopes) remembers what was, and asks here whether it may be.
 * </ol>
 */
public final class RaftInvariants {

  private boolean hasBefore;
  private long term;
  private ReplicaId vote;
  private ReplicaId leader;
  private RoleName role;
  private long first;
  private long last;
  private long commit;
  private long applied;
  private Membership membership;

  // ---- one replica, always

  /** The line of cursors in {@link RaftLog}, and what each role takes for granted. */
  static void always(ReplicaState now, Role role) {
    RaftLog log = now.log;
    base(now);
    Invariant.atMost(log.applied(), log.handedOut(), "applied %d <= handed out %d");
    Invariant.atMost(log.applied(), log.committed(), "applied %d <= committed %d");
    Invariant.atMost(log.applied(), log.persisted(), "applied %d <= durable here %d (A-01)");
    Invariant.atMost(log.committed(), log.last(), "committed %d <= last %d (RC-07)");
    Invariant.atMost(log.persisted(), log.last(), "durable %d <= last %d");
    Invariant.atMost(log.lastId().term(), now.term(), "the last entry's term %d <= the term %d");
    Invariant.atMost(log.members().index(), log.last(), "the members in effect are of entry %d, the log ends at %d");
    Invariant.atMost(log.unstable().durableHardState().term(), now.term(), "the durable term %d <= the term %d");
    Invariant.atMost(log.unstable().durableHardState().commit(), log.committed(), "the durable commit index %d <= the commit index %d");
    Invariant.atMost(now.leaderHeardAt, now.now, "a leader was heard at %d, and now it is %d");
    Invariant.check(now.installing == null || now.installing.last().index() > log.committed(),
        "a snapshot that is switched to says something new: committed is %d, durable %d", log.committed(), log.persisted());
    Invariant.check(!now.quiesced || role instanceof Leader || role instanceof Follower, "nobody campaigns in silence: term %d", now.term());
    Invariant.check(now.term() > 0 || now.vote().equals(ReplicaId.NONE), "nobody votes in term 0");
    switch (role) {
      case Leader leader -> leads(now, leader);
      case Candidate _ -> Invariant.check(now.vote().equals(now.self), "term %d: a candidate has voted for itself, not for %d",
          now.term(), now.vote().value());
      case Follower follower -> Invariant.check(!follower.leader().equals(now.self), "term %d: a follower does not follow itself, %d",
          now.term(), now.self.value());
      case PreCandidate _ -> Invariant.check(now.installing == null, "nobody campaigns in the middle of a snapshot");
    }
  }

  /**
   * The disk may be ahead of what this replica was told: what it handed out may be applied, flushed and cut before that is reported,
   * and the log may begin anew behind a snapshot before the end of the switch is.
   */
  private static void base(ReplicaState now) {
    RaftLog log = now.log;
    long base = log.first() - 1;
    if (now.installing != null) {
      Invariant.atMost(base, now.installing.last().index(), "what is cut off the log (%d) is in the snapshot that is switched to (%d)");
    } else {
      Invariant.atMost(base, log.handedOut(), "what is cut off the log (%d) was handed out to be applied (%d)");
      Invariant.atMost(base, log.last(), "the log's base %d <= last %d");
      Invariant.atMost(base, log.persisted(), "the log's base %d <= durable %d");
    }
  }

  private static void leads(ReplicaState now, Leader leader) {
    Invariant.check(now.vote().equals(now.self), "term %d: a leader has voted for itself, not for %d", now.term(), now.vote().value());
    Invariant.check(now.log.lastId().term() == now.term(), "the log of term %d's leader ends in it, not in %d", now.term(),
        now.log.lastId().term());
    Invariant.check(now.installing == null, "a leader's log is not begun anew");
    Invariant.atMost(leader.confirmedAt(), now.now, "a round was sent at %d, and now it is %d");
    Invariant.check(!leader.transferTarget().equals(now.self), "term %d: nobody hands over to itself, %d", now.term(), now.self.value());
    for (Row row : leader.replication().rows()) {
      Invariant.check(row.progress.match() <= now.log.last(), "replica %d agrees up to %d, within the leader's log (last %d)",
          row.replica().value(), row.progress.match(), now.log.last());
      Invariant.check(row.progress.match() < row.progress.next(), "replica %d: match %d < next %d", row.replica().value(),
          row.progress.match(), row.progress.next());
      Invariant.check(row.toldCommit <= now.log.committed(), "replica %d was told that %d is committed, and %d is", row.replica().value(),
          row.toldCommit, now.log.committed());
      Invariant.check(row.heardAt <= now.now, "replica %d was heard at %d, and now it is %d", row.replica().value(), row.heardAt, now.now);
      Invariant.check(!row.replica().equals(now.self), "a leader does not replicate to itself, replica %d of term %d", now.self.value(),
          now.term());
    }
  }

  // ---- one replica, after every input in tests

  /** Checks {@code raft} as it stands now, and how it came here since the last call. */
  public void check(Raft raft) {
    ReplicaState now = raft.state();
    always(now, raft.role());
    Invariant.check(raft.leaseUntil() == Long.MIN_VALUE || raft.isLeader(), "only a leader has a lease");
    Invariant.check(!(raft.role() instanceof Candidate || raft.role() instanceof PreCandidate) || raft.leader().equals(ReplicaId.NONE),
        "who campaigns knows no leader");
    Invariant.check(!raft.isLeader() || raft.leader().equals(now.self), "a leader knows that it leads");
    if (hasBefore) {
      checkChange(now, raft);
    }
    if (membership != now.membership()) {
      checkMembership(now.log);
    }
    remember(now, raft);
  }

  private void remember(ReplicaState now, Raft raft) {
    hasBefore = true;
    term = now.term();
    vote = now.vote();
    leader = raft.leader();
    role = raft.role().name();
    first = now.log.first();
    last = now.log.last();
    commit = now.log.committed();
    applied = now.log.applied();
    membership = now.membership();
  }

  private void checkChange(ReplicaState now, Raft raft) {
    Invariant.check(now.term() >= term, "the term never goes back: %d after %d", now.term(), term);
    Invariant.check(now.log.committed() >= commit, "the commit index never goes back: %d after %d", now.log.committed(), commit);
    Invariant.check(now.log.applied() >= applied, "what is applied stays: %d after %d", now.log.applied(), applied);
    Invariant.check(now.log.first() >= first, "the log's beginning never goes back: %d after %d", now.log.first(), first);
    if (now.term() == term) {
      checkWithinTerm(now, raft);
    }
  }

  private void checkWithinTerm(ReplicaState now, Raft raft) {
    Invariant.check(vote.equals(ReplicaId.NONE) || now.vote().equals(vote), "term %d: the vote is set at most once, to %d and not to %d",
        term, vote.value(), now.vote().value());
    boolean leaderKept = leader.equals(ReplicaId.NONE) || raft.leader().equals(ReplicaId.NONE) || raft.leader().equals(leader);
    Invariant.check(leaderKept, "term %d has one leader: %d, not %d", term, leader.value(), raft.leader().value());
    RoleName roleNow = raft.role().name();
    if (role == RoleName.LEADER) {
      Invariant.check(roleNow == RoleName.LEADER || roleNow == RoleName.FOLLOWER, "a leader steps down to follower only");
      Invariant.check(now.log.last() >= last, "a leader only appends, and keeps its log when it steps down: %d after %d (RC-10)",
          now.log.last(), last);
    }
    Invariant.check(roleNow != RoleName.LEADER || role == RoleName.LEADER || role == RoleName.CANDIDATE, "only a candidate becomes leader");
  }

  /** The newest membership that log or snapshot names decides, whether it is committed or not (dissertation 4.1, MB-04). */
  private static void checkMembership(RaftLog log) {
    for (long index = log.last(); index >= log.first(); index--) {
      Entry entry = log.entry(index);
      if (entry.kind() == EntryKind.MEMBERSHIP) {
        Invariant.check(log.members().index() >= index, "the membership in effect is of %d, the log names a later one at %d",
            log.members().index(), index);
        Invariant.check(log.members().index() > index || log.members().current().equals(MembershipCodec.decode(entry.payload())),
            "the membership in effect is the one that entry %d of %d names", index, log.last());
        return;
      }
    }
  }

  // ---- figure 3, over all replicas

  /** "At most one leader can be elected in a given term." {@code known} is null when none is known of it. */
  static void electionSafety(long term, ReplicaId known, ReplicaId elected) {
    Invariant.check(known == null || known.equals(elected), "election safety: term %d has leaders %d and %d", term,
        known == null ? 0 : known.value(), elected.value());
  }

  /** Over all lives of a voter: one vote a term. {@code known} is 0 when it has given none. */
  static void oneVote(ReplicaId voter, long term, long known, long candidate) {
    Invariant.check(known == 0 || known == candidate, "replica %d voted twice in term %d: for %d and %d", voter.value(), term, known,
        candidate);
  }

  /**
   * "If two logs contain an entry with the same index and term, then the logs are identical in all entries up through the given index":
   * one entry, and one term before it; by induction one prefix.
   */
  static void logMatching(Entry entry, long previousTerm, Object knownPayload, long knownPreviousTerm) {
    Invariant.check(entry.payload() == knownPayload, "log matching: two entries %d/%d", entry.term(), entry.index());
    Invariant.check(previousTerm == knownPreviousTerm, "log matching: %d/%d follows terms %d and %d", entry.term(), entry.index(),
        knownPreviousTerm, previousTerm);
  }

  /**
   * "If a log entry is committed in a given term, then that entry will be present in the logs of the leaders for all later terms." A leader
   * of that term or an earlier one may be elected after it, by votes that were long under way, and need not have it.
   */
  static void leaderCompleteness(long leaderTerm, long index, long committedTerm, long committedIn, long heldTerm) {
    Invariant.check(committedIn >= leaderTerm || heldTerm == committedTerm,
        "leader completeness: the leader of term %d holds %d/%d, and %d/... is committed there", leaderTerm, heldTerm, index, committedTerm);
  }

  /** "If a server has applied a log entry at a given index, no other will ever apply a different entry for the same index." */
  static void stateMachineSafety(EntryId entry, long committedTerm) {
    Invariant.check(entry.term() == committedTerm, "state machine safety: %d/%d is applied, %d/... is committed there", entry.term(),
        entry.index(), committedTerm);
  }

  /** A commit index moves only over what a quorum of the members in effect holds durably. */
  static void committedByQuorum(long index, long commitTerm, Set<ReplicaId> voters, Set<ReplicaId> holders) {
    int copies = 0;
    for (ReplicaId voter : voters) {
      copies += holders.contains(voter) ? 1 : 0;
    }
    Invariant.check(2 * copies > voters.size(), "entry %d is committed in term %d and durable on %d of %d voters only", index, commitTerm,
        copies, voters.size());
  }

  // ---- reads, leases and members, over all replicas

  /** A read sees everything that was committed anywhere when it was asked (6.4). */
  static void readSees(long read, long index, long committedBefore) {
    Invariant.check(index >= committedBefore, "read %d sees %d, and %d was committed before it was asked", read, index, committedBefore);
  }

  /** At one true instant at most one replica may take itself for the leader without asking, and it knows all that is committed. */
  static void leaseAlone(ReplicaId holder, long holderTerm, ReplicaId other, boolean otherHolds) {
    Invariant.check(!otherHolds || holder.equals(other), "two leases at once: replica %d in term %d, and still replica %d", holder.value(),
        holderTerm, other.value());
  }

  static void leaseSees(ReplicaId holder, long commit, long committed) {
    Invariant.check(commit >= committed, "replica %d holds a lease and knows %d of %d committed", holder.value(), commit, committed);
  }

  /**
   * Any quorum of one membership meets any quorum of the next: voters change through a joint membership alone, or by one voter
   * (dissertation 4.1 and 4.3).
   */
  static void membershipChange(long index, Membership from, Membership to) {
    boolean meets;
    if (from.isJoint()) {
      meets = to.equals(from) || (!to.isJoint() && to.voters().equals(from.voters()))
          || (!to.isJoint() && to.voters().equals(from.outgoing()));
    } else if (to.isJoint()) {
      meets = to.outgoing().equals(from.voters());
    } else {
      meets = differences(from.voters(), to.voters()) <= 1;
    }
    Invariant.check(meets, "entry %d changes the members so that a quorum of the old ones may miss every new one", index, index);
  }

  private static int differences(Set<ReplicaId> one, Set<ReplicaId> other) {
    int count = 0;
    for (ReplicaId replica : one) {
      count += other.contains(replica) ? 0 : 1;
    }
    for (ReplicaId replica : other) {
      count += one.contains(replica) ? 0 : 1;
    }
    return count;
  }
}
