package io.cairn.raft;

import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.EntryKind;
import io.cairn.raft.membership.Membership;
import io.cairn.raft.membership.MembershipCodec;
import io.cairn.raft.message.RaftMessage;
import io.cairn.raft.message.RaftMessage.AppendEntries;
import io.cairn.raft.message.RaftMessage.AppendEntriesResponse;
import io.cairn.raft.message.RaftMessage.PreVoteResponse;
import io.cairn.raft.message.RaftMessage.RequestPreVote;
import io.cairn.raft.message.RaftMessage.RequestVote;
import io.cairn.raft.message.RaftMessage.TimeoutNow;
import io.cairn.raft.message.RaftMessage.VoteResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Remembers what the whole cluster did, and holds every step against {@link RaftInvariants}. */
final class SimOracle {

  /** An entry that somebody made durable; those at one index are a chain. */
  private record Written(long term, long previousTerm, byte[] payload, Written next) {}

  private final SimCluster cluster;
  private ReplicaId[] leaders = new ReplicaId[64];
  private final long[][] votes = new long[SimCluster.MOST_REPLICAS + 1][64];
  private Written[] written = new Written[1024];
  private long[] committedTerms = new long[1024];
  /** The term of the leader that committed it, which is that of the entry or a later one. */
  private long[] committedIn = new long[1024];
  private long[] stateHashes = new long[1024];
  private long committed;
  private Membership committedMembership;
  private final long[] leaseEnds = new long[SimCluster.MOST_REPLICAS + 1];
  private int elections;

  SimOracle(SimCluster cluster, Membership first) {
    this.cluster = cluster;
    this.committedMembership = first;
  }

  /** The highest index that any leader has committed: what a read that starts now must see. */
  long committed() {
    return committed;
  }

  Membership committedMembership() {
    return committedMembership;
  }

  /** In how many terms somebody has led. */
  int elections() {
    return elections;
  }

  /** Every message, at the sender's network card: it claims nothing that a crash now would undo. */
  void sent(RaftMessage message, TestDisk disk) {
    long durableTerm = disk.hardState().term();
    switch (message) {
      case RequestPreVote request -> check(request.term() <= durableTerm + 1, "A-07: %s leaves at durable term %d", message, durableTerm);
      case PreVoteResponse answer when answer.granted() -> { }
      case RequestVote request -> {
        check(durableTerm > request.term() || disk.hardState().vote() == request.from().value(),
            "A-07 RC-03: %s leaves before its own vote is durable", message, 0);
        voted(request.from(), request.term(), request.from().value());
      }
      case VoteResponse answer when answer.granted() -> {
        check(durableTerm > answer.term() || disk.hardState().vote() == answer.to().value(), "A-07: %s leaves before the vote is durable",
            message, 0);
        voted(answer.from(), answer.term(), answer.to().value());
      }
      case AppendEntriesResponse answer when answer.accepted() ->
          check(disk.last().index() >= answer.match() || durableTerm > answer.term(), "A-07: %s leaves, the disk ends at %d", message,
              disk.last().index());
      case AppendEntries append -> check(append.entries().isEmpty() || append.entries().getFirst().index() == append.previous().index() + 1,
          "RC-12: %s has a gap", message, 0);
      // With the order to take over the lease is dropped: asked again, the sender has none, and the next leader may hold one.
      case TimeoutNow order -> leaseEnds[(int) order.from().value()] = 0;
      default -> { }
    }
    if (!(message instanceof RequestPreVote) && !(message instanceof PreVoteResponse)) {
      check(message.term() <= durableTerm, "A-07: %s leaves at durable term %d", message, durableTerm);
    }
  }

  private void voted(ReplicaId voter, long term, long candidate) {
    int id = (int) voter.value();
    if (term >= votes[id].length) {
      votes[id] = Arrays.copyOf(votes[id], (int) (2 * term));
    }
    RaftInvariants.oneVote(voter, term, votes[id][(int) term], candidate);
    votes[id][(int) term] = candidate;
  }

  /** An entry has become durable somewhere. */
  void written(Entry entry, long previousTerm) {
    int index = (int) entry.index();
    if (index >= written.length) {
      written = Arrays.copyOf(written, 2 * index);
    }
    for (Written known = written[index]; known != null; known = known.next) {
      if (known.term == entry.term()) {
        RaftInvariants.logMatching(entry, previousTerm, known.payload, known.previousTerm);
        return;
      }
    }
    written[index] = new Written(entry.term(), previousTerm, entry.payload(), written[index]);
  }

  /** After every input to a replica. */
  void stepped(SimReplica replica) {
    Raft raft = replica.raft();
    if (raft.isLeader()) {
      elected(raft);
    }
    if (raft.commitIndex() > committed) {
      // By a leader, which may have stepped down over it: the change that it has committed leaves it out.
      newlyCommitted(raft);
    }
    if (raft.isLeader()) {
      lease(replica);
    }
  }

  private void elected(Raft raft) {
    int term = (int) raft.term();
    if (term >= leaders.length) {
      leaders = Arrays.copyOf(leaders, 2 * term);
    }
    RaftInvariants.electionSafety(term, leaders[term], raft.leader());
    if (leaders[term] == null) {
      leaders[term] = raft.leader();
      elections++;
      long first = raft.log().first();
      for (long index = Math.max(1, first - 1); index <= committed; index++) {
        RaftInvariants.leaderCompleteness(term, index, committedTerms[(int) index], committedIn[(int) index], raft.log().term(index));
      }
    }
  }

  private void newlyCommitted(Raft raft) {
    Membership membership = raft.log().members().current();
    for (long index = committed + 1; index <= raft.commitIndex(); index++) {
      long term = raft.log().term(index);
      committedTerms = roomFor(committedTerms, index);
      committedTerms[(int) index] = term;
      committedIn = roomFor(committedIn, index);
      committedIn[(int) index] = raft.term();
      Entry entry = raft.log().entry(index);
      if (entry.kind() == EntryKind.MEMBERSHIP) {
        Membership next = MembershipCodec.decode(entry.payload());
        RaftInvariants.membershipChange(index, committedMembership, next);
        committedMembership = next;
      }
      Set<ReplicaId> holders = holders(index, term);
      RaftInvariants.committedByQuorum(index, raft.term(), membership.voters(), holders);
      if (membership.isJoint()) {
        RaftInvariants.committedByQuorum(index, raft.term(), membership.outgoing(), holders);
      }
    }
    committed = raft.commitIndex();
  }

  private Set<ReplicaId> holders(long index, long term) {
    var holders = new TreeSet<ReplicaId>();
    for (SimReplica replica : cluster.replicas()) {
      // Who has lost a part of its log has acknowledged it; that it votes as if it still had it is Suspicion's promise.
      if (replica.disk().base().index() >= index || replica.disk().term(index) == term || replica.isSuspect()) {
        holders.add(replica.id());
      }
    }
    return holders;
  }

  private static long[] roomFor(long[] numbers, long index) {
    return index < numbers.length ? numbers : Arrays.copyOf(numbers, (int) (2 * index));
  }

  /** At one index every replica applies the same entry, and stands at the same state after it. */
  void applied(Entry entry, long stateHash) {
    RaftInvariants.stateMachineSafety(entry.id(), entry.index() < committedTerms.length ? committedTerms[(int) entry.index()] : 0);
    stateHashes = roomFor(stateHashes, entry.index());
    int index = (int) entry.index();
    check(stateHashes[index] == 0 || stateHashes[index] == stateHash, "states differ after %s, replica %d", entry, 0);
    stateHashes[index] = stateHash;
  }

  void installed(EntryId at, long stateHash) {
    RaftInvariants.stateMachineSafety(at, committedTerms[(int) at.index()]);
    check(stateHashes[(int) at.index()] == stateHash, "the snapshot at %s holds another state than was applied there (%d)", at, stateHash);
  }

  /**
   * At any true instant at most one replica may believe in a lease; and who has been told "until T" may believe it until T, even
   * when its replica has stepped down since.
   */
  private void lease(SimReplica holder) {
    long until = holder.raft().leaseUntil();
    if (until == Long.MIN_VALUE) {
      // It is asked before each answer: what is dropped before another may campaign is believed by nobody.
      leaseEnds[(int) holder.id().value()] = 0;
    }
    if (until <= holder.localNow()) {
      return;
    }
    cluster.tally().leaseReads++;
    long now = cluster.now();
    for (SimReplica other : cluster.replicas()) {
      RaftInvariants.leaseAlone(holder.id(), holder.raft().term(), other.id(), leaseEnds[(int) other.id().value()] > now);
    }
    RaftInvariants.leaseSees(holder.id(), holder.raft().commitIndex(), committed);
    leaseEnds[(int) holder.id().value()] = holder.trueTime(until);
  }

  /** A process that has crashed believes nothing any more. */
  void crashed(ReplicaId replica) {
    leaseEnds[(int) replica.value()] = 0;
  }

  /** Of a cluster that nothing disturbs any more: one leader, and every member where it is. */
  String whyNotConverged(List<SimReplica> up, long mustCommit) {
    SimReplica leader = null;
    var leaders = new ArrayList<ReplicaId>();
    for (SimReplica replica : up) {
      if (replica.raft().isLeader()) {
        leader = replica;
        leaders.add(replica.id());
      }
    }
    if (leaders.size() != 1) {
      return "it is led by " + leaders;
    }
    if (committed <= mustCommit) {
      return "nothing was committed after " + mustCommit;
    }
    for (SimReplica replica : up) {
      if (leader.raft().log().members().current().all().contains(replica.id()) && replica.state().at().index() <= mustCommit) {
        return "replica " + replica.id() + " has applied " + replica.state().at() + " of " + committed;
      }
    }
    return leader.raft().log().members().current().isJoint() ? "the members are still joint" : null;
  }

  static void check(boolean claim, String message, Object what, long value) {
    if (!claim) {
      throw new AssertionError(message.formatted(what, value));
    }
  }
}
