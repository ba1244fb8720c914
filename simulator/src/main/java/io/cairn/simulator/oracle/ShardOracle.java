package io.cairn.simulator.oracle;

import io.cairn.raft.Ready;
import io.cairn.raft.ReplicaId;
import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryId;
import io.cairn.raft.membership.Membership;
import io.cairn.raft.message.RaftMessage;
import io.cairn.raft.message.RaftMessage.AppendEntries;
import io.cairn.raft.message.RaftMessage.AppendEntriesResponse;
import io.cairn.raft.message.RaftMessage.PreVoteResponse;
import io.cairn.raft.message.RaftMessage.ReadIndexRequest;
import io.cairn.raft.message.RaftMessage.RequestPreVote;
import io.cairn.raft.message.RaftMessage.RequestVote;
import io.cairn.raft.message.RaftMessage.TimeoutNow;
import io.cairn.raft.message.RaftMessage.VoteResponse;
import io.cairn.raft.quorum.Quorum;
import io.cairn.simulator.mark.Mark;
import io.cairn.simulator.mark.Marks;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** The promises of Raft (figure 3) and of ours for one shard, checked at each step of each replica. */
final class ShardOracle {

  private record Written(long previousTerm, int payload) {}

  private record Vote(long voter, long term) {}

  private final int shard;
  private final Checks checks;
  private final Marks marks;
  private final ShardMembers members;
  private final Map<Long, ReplicaShadow> replicas = new TreeMap<>();
  /** Looked up, never walked over. */
  private final Map<Long, Long> leaders = new HashMap<>();
  private final Map<Vote, Long> votes = new HashMap<>();
  private final Map<Long, Long> candidates = new HashMap<>();
  private final Map<EntryId, Written> written = new HashMap<>();
  private long newestLeaderTerm;
  /** Term and hash of each committed entry, and what applying it came to, by index. */
  private long[] committedTerms = new long[256];
  private int[] committedPayloads = new int[256];
  /** The term of the leader that committed it; a later one than the entry's where it was left over. */
  private long[] committedIn = new long[256];
  private long[] results = new long[256];
  private long committed;
  private long appliedByAny;

  ShardOracle(int shard, Checks checks, Marks marks, ShardMembers members) {
    this.shard = shard;
    this.checks = checks;
    this.marks = marks;
    this.members = members;
  }

  ShardMembers members() {
    return members;
  }

  int shard() {
    return shard;
  }

  ReplicaShadow replica(long id, String node) {
    return replicas.computeIfAbsent(id, _ -> new ReplicaShadow(id, node));
  }

  /** Whether the replica of that id is there and its process runs. */
  boolean isUp(long replica) {
    ReplicaShadow shadow = replicas.get(replica);
    return shadow != null && shadow.isUp();
  }

  Iterable<ReplicaShadow> replicas() {
    return replicas.values();
  }

  long committed() {
    return committed;
  }

  // ---- what is sent

  /** At the sender's network card: nothing is claimed that a crash now would undo. */
  void sent(ReplicaShadow from, RaftMessage message) {
    long durableTerm = from.durableState.term();
    boolean preVote = message instanceof RequestPreVote || message instanceof PreVoteResponse;
    check(preVote || message.term() <= durableTerm, "claims-are-durable", "%s leaves at durable term %d", message, durableTerm);
    switch (message) {
      case RequestVote request -> {
        claimsVote(from, request.term(), request.from().value(), message);
        Long other = candidates.putIfAbsent(request.term(), request.from().value());
        marks.reachIf(other != null && other != request.from().value(), Mark.SPLIT_VOTE);
      }
      case VoteResponse answer when answer.granted() -> {
        claimsVote(from, answer.term(), answer.to().value(), message);
        marks.reach(Mark.VOTE_GRANTED);
      }
      case VoteResponse _ -> marks.reach(Mark.VOTE_REFUSED);
      case PreVoteResponse answer -> marks.reach(answer.granted() ? Mark.PRE_VOTE_GRANTED : Mark.PRE_VOTE_REFUSED);
      case AppendEntriesResponse answer when answer.accepted() ->
          check(from.durable.last() >= answer.match() || durableTerm > answer.term(), "claims-are-durable", "%s leaves, the disk ends at %d",
              message, from.durable.last());
      case AppendEntriesResponse answer -> {
        marks.reach(Mark.APPEND_REFUSED);
        marks.reachIf(answer.refused() - answer.hint().index() > 1, Mark.APPEND_REFUSED_WITH_FAR_HINT);
      }
      case AppendEntries append -> appends(from, append);
      // With the order to take over the lease is dropped, also where the replica has left in the same step and leads no more.
      case TimeoutNow _ -> from.leaseEndsAt = Long.MIN_VALUE;
      case ReadIndexRequest _ -> marks.reach(Mark.READ_ASKED_OF_LEADER);
      default -> { }
    }
  }

  private void claimsVote(ReplicaShadow voter, long term, long candidate, RaftMessage message) {
    check(voter.durableState.term() > term || voter.durableState.vote() == candidate, "claims-are-durable",
        "%s leaves before the vote is durable", message);
    Long earlier = votes.putIfAbsent(new Vote(voter.replica, term), candidate);
    check(earlier == null || earlier == candidate, "one-vote-a-term", "replica %d voted twice in term %d: for %d and %d", voter.replica, term,
        earlier == null ? 0 : earlier, candidate);
  }

  private void appends(ReplicaShadow from, AppendEntries append) {
    long due = append.previous().index() + 1;
    for (Entry entry : append.entries()) {
      check(entry.index() == due++, "no-gaps", "%s has a gap at %d", append, entry.index());
      check(entry.term() <= append.term(), "no-gaps", "%s holds an entry of a later term", append);
    }
    check(append.commit() <= committed, "commit-is-committed", "%s says %d is committed, %d is", append, append.commit(), committed);
    check(leaders.getOrDefault(append.term(), from.replica) == from.replica, "election-safety", "%s is sent by replica %d, but replica %d leads",
        append, from.replica, leaders.getOrDefault(append.term(), 0L));
    marks.reachIf(append.entries().size() > 1, Mark.SEVERAL_ENTRIES_IN_AN_APPEND);
  }

  // ---- what is taken into a log

  void taken(ReplicaShadow replica, Ready ready) {
    if (ready.entries().isEmpty()) {
      return;
    }
    long first = ready.entries().getFirst().index();
    if (first <= replica.taken.last()) {
      // One that was deposed and took its successor's entries in one turn is not seen in between.
      boolean ledAllTheWhile = replica.leads && replica.raft.isLeader() && replica.raft.term() == replica.term;
      check(!ledAllTheWhile, "leader-append-only", "the leader of term %d overwrites entry %d", replica.term, first);
      check(first > Math.min(committed, replica.committed), "committed-stays", "entry %d is overwritten, committed up to %d", first,
          replica.committed);
      marks.reach(Mark.LOG_CONFLICT_CUT);
      marks.reachIf(replica.writing() && first > replica.durable.last(), Mark.UNWRITTEN_CONFLICT_CUT);
    }
    members.taken(replica, ready);
    long previousTerm = replica.taken.term(first - 1);
    for (Entry entry : ready.entries()) {
      Written now = new Written(previousTerm, Arrays.hashCode(entry.payload()));
      Written earlier = written.putIfAbsent(entry.id(), now);
      check(earlier == null || earlier.equals(now), "log-matching", "two entries %s: %s and %s", entry.id(), earlier, now);
      previousTerm = entry.term();
    }
  }

  // ---- leading and committing

  /** After each step of a replica: who leads, and what it takes for committed. */
  void observe(ReplicaShadow replica, long now) {
    long term = replica.raft.term();
    boolean leads = replica.raft.isLeader();
    // One that has just stepped down may have committed as its last deed, above all that it is no member any more.
    long ledIn = leads ? term : replica.leads ? replica.term : 0;
    check(term >= replica.term, "terms-grow", "replica %d went from term %d to %d", replica.replica, replica.term, term);
    if (leads && (!replica.leads || term != replica.term)) {
      elected(replica, term);
    } else if (replica.leads && !leads) {
      marks.reach(term == replica.term ? Mark.LEADER_STEPPED_DOWN : Mark.LEADER_DEPOSED);
    }
    replica.term = term;
    replica.leads = leads;
    long commit = replica.raft.commitIndex();
    if (commit != replica.committed) {
      check(commit > replica.committed, "commit-grows", "replica %d went from %d committed to %d", replica.replica, replica.committed, commit);
      if (ledIn > 0) {
        leaderCommitted(replica, commit, ledIn);
      }
      check(commit <= committed, "commit-is-committed", "replica %d takes %d for committed, %d is", replica.replica, commit, committed);
      replica.committed = commit;
    }
    replica.membersBefore = null;
    lease(replica, now);
  }

  /**
   * A leader has all that was committed in terms before its own. What later terms have committed it need not have: whoever stood for an
   * election and paused may hear of its votes after others were elected, and leads nobody.
   */
  private void elected(ReplicaShadow replica, long term) {
    Long earlier = leaders.putIfAbsent(term, replica.replica);
    check(earlier == null || earlier == replica.replica, "election-safety", "term %d has leaders %d and %d", term, earlier == null ? 0 : earlier,
        replica.replica);
    members.elected(replica, term, voter -> votes.getOrDefault(new Vote(voter, term), 0L));
    marks.reach(newestLeaderTerm == 0 ? Mark.LEADER_ELECTED : Mark.LEADER_CHANGED);
    marks.reachIf(shard == 0 && members.isChanging(), Mark.CHANGE_CARRIED_ON);
    newestLeaderTerm = Math.max(newestLeaderTerm, term);
    for (ReplicaShadow other : replicas.values()) {
      marks.reachIf(other != replica && other.leads && other.isUp(), Mark.TWO_TAKE_THEMSELVES_FOR_LEADERS);
    }
    for (long index = replica.taken.base() + 1; index <= committed; index++) {
      check(replica.taken.term(index) == committedTerms[(int) index] || committedIn[(int) index] > term, "leader-completeness",
          "the leader of term %d has term %d at %d, but %d is committed", term, replica.taken.term(index), index, committedTerms[(int) index]);
    }
  }

  private void leaderCommitted(ReplicaShadow leader, long commit, long ledIn) {
    if (commit <= committed) {
      return;
    }
    check(leader.taken.term(commit) == ledIn, "own-term-commits", "the leader of term %d commits %d of term %d", ledIn, commit,
        leader.taken.term(commit));
    Membership now = leader.raft.status().membership();
    // Several inputs may be one step: what it committed before it appended a membership was for the members before to decide.
    check(isOnAQuorum(now, leader, commit) || leader.membersBefore != null && isOnAQuorum(leader.membersBefore, leader, commit),
        "committed-is-on-a-quorum", "%d of term %d is committed in shard %d and not durable on a quorum of %s", commit, ledIn, shard,
        now.describe());
    marks.reachIf(!now.contains(new ReplicaId(leader.replica)), Mark.LEADER_REMOVED);
    marks.reachIf(leader.durable.last() < commit, Mark.COMMITTED_BEFORE_OWN_DISK);
    marks.reachIf(leader.taken.term(committed + 1) < ledIn, Mark.COMMITTED_WITH_EARLIER_TERM);
    for (long index = committed + 1; index <= commit; index++) {
      long term = leader.taken.term(index);
      grow(index);
      committedTerms[(int) index] = term;
      committedIn[(int) index] = ledIn;
      EntryId id = new EntryId(term, index);
      Written entry = written.get(id);
      committedPayloads[(int) index] = entry == null ? 0 : entry.payload;
      members.committed(id, ledIn);
    }
    committed = commit;
  }

  private boolean isOnAQuorum(Membership membership, ReplicaShadow leader, long commit) {
    return Quorum.of(membership).agreed(voter -> holds(voter, commit, leader.taken.term(commit))) >= commit;
  }

  /** Whether every member is there, knows all that is committed and has applied it; and no change is under way. */
  boolean agrees() {
    for (ReplicaId member : members.committed().all()) {
      ReplicaShadow replica = replicas.get(member.value());
      if (replica == null || !replica.isUp() || replica.committed != committed || replica.applied != committed) {
        return false;
      }
    }
    return !members.committed().isJoint();
  }

  private long holds(ReplicaId voter, long index, long term) {
    ReplicaShadow shadow = replicas.get(voter.value());
    boolean holds = shadow != null && (shadow.durable.term(index) == term || shadow.durable.base() > index);
    return holds ? index : 0;
  }

  private void grow(long index) {
    if (index >= committedTerms.length) {
      int length = (int) Math.max(index + 1, 2L * committedTerms.length);
      committedTerms = Arrays.copyOf(committedTerms, length);
      committedPayloads = Arrays.copyOf(committedPayloads, length);
      committedIn = Arrays.copyOf(committedIn, length);
      results = Arrays.copyOf(results, length);
    }
  }

  /** At any true instant at most one replica may believe in a lease, and it knows all that is committed. */
  private void lease(ReplicaShadow holder, long now) {
    long until = holder.raft.leaseUntil();
    long local = holder.process.clock().nanoTime();
    if (until <= local) {
      if (holder.leads && until == Long.MIN_VALUE) {
        holder.leaseEndsAt = until;
      }
      // Of one that has stepped down: who was told "until then" may believe it until then.
      return;
    }
    marks.reach(Mark.LEASE_HELD);
    long endsAt = now + holder.process.clock().worldNanosUntil(until);
    for (ReplicaShadow other : replicas.values()) {
      check(other == holder || other.leaseEndsAt <= now, "one-lease", "replicas %d and %d of shard %d both hold a lease", other.replica,
          holder.replica, shard);
    }
    check(holder.committed >= committed, "lease-knows-all", "replica %d holds a lease and knows %d of %d committed", holder.replica,
        holder.committed, committed);
    holder.leaseEndsAt = endsAt;
  }

  // ---- applying

  /** State machine safety: one entry and one result at each index; no further than what is committed and durable here. Says if it is new. */
  boolean applied(ReplicaShadow replica, Entry entry, long result) {
    int at = (int) entry.index();
    check(entry.index() == replica.applied + 1, "applied-in-order", "entry %d is applied after %d", entry.index(), replica.applied);
    check(entry.index() <= committed && committedTerms[at] == entry.term() && committedPayloads[at] == Arrays.hashCode(entry.payload()),
        "state-machine-safety", "%s is applied at %d, where term %d is committed", entry, entry.index(),
        entry.index() <= committed ? committedTerms[at] : -1);
    check(entry.index() <= replica.durable.last(), "applied-is-durable", "A-01: entry %d is applied, the log is durable up to %d",
        entry.index(), replica.durable.last());
    replica.applied = entry.index();
    marks.reachIf(entry.index() <= replica.appliedEver, Mark.APPLIED_AGAIN_AFTER_A_CRASH);
    replica.appliedEver = Math.max(replica.appliedEver, entry.index());
    if (entry.index() > appliedByAny) {
      appliedByAny = entry.index();
      results[at] = result;
      return true;
    }
    check(results[at] == result, "apply-is-a-function", "entry %s had result %x on one replica, %x on replica %d", entry.id(), results[at],
        result, replica.replica);
    return false;
  }

  void check(boolean holds, String invariant, String claim, Object... values) {
    checks.check(holds, invariant, claim, values);
  }
}
