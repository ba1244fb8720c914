package io.cairn.raft;

import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryId;
import io.cairn.raft.message.RaftMessage;
import io.cairn.raft.message.RaftMessage.AppendEntries;
import io.cairn.raft.message.RaftMessage.AppendEntriesResponse;
import io.cairn.raft.message.RaftMessage.PreVoteResponse;
import io.cairn.raft.message.RaftMessage.RequestPreVote;
import io.cairn.raft.message.RaftMessage.RequestVote;
import io.cairn.raft.message.RaftMessage.VoteResponse;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** Knows the whole cluster at every instant, and says so when a promise of Raft (figure 3) or of ours does not hold. */
final class SimOracle {

  private record Written(long previousTerm, byte[] payload) {}

  private record Lease(long term, double endsAt) {}

  private final Map<Long, ReplicaId> leaders = new HashMap<>();
  private final Map<String, ReplicaId> votes = new HashMap<>();
  private final Map<EntryId, Written> written = new HashMap<>();
  private final TreeMap<Long, EntryId> committed = new TreeMap<>();
  /** In which term each entry was committed: later leaders have it, one of that term or an earlier one that wins late need not. */
  private final Map<Long, Long> committedIn = new HashMap<>();
  private final Map<ReplicaId, Lease> leases = new TreeMap<>();
  private final int majority;
  int leasesSeen;

  SimOracle(int replicas) {
    this.majority = replicas / 2 + 1;
  }

  /** The highest index that any leader has committed: what a read that starts now must see. */
  long committed() {
    return committed.isEmpty() ? 0 : committed.lastKey();
  }

  /** In how many terms somebody has led. */
  int leaders() {
    return leaders.size();
  }

  /** Every message, at the sender's network card (A-07): it claims nothing that a crash now would undo. */
  void sent(RaftMessage message, TestDisk disk) {
    long durableTerm = disk.hardState().term();
    long vote = disk.hardState().vote();
    switch (message) {
      case RequestPreVote request -> check(request.term() <= durableTerm + 1, "A-07: %s leaves at durable term %d", message, durableTerm);
      case PreVoteResponse answer when answer.granted() -> { }
      case RequestVote request -> {
        check(durableTerm > request.term() || vote == request.from().value(), "A-07 RC-03: %s leaves before its own vote is durable",
            message);
        voted(request.from(), request.term(), request.from());
      }
      case VoteResponse answer when answer.granted() -> {
        check(durableTerm > answer.term() || vote == answer.to().value(), "A-07: %s leaves before the vote is durable", message);
        voted(answer.from(), answer.term(), answer.to());
      }
      case AppendEntriesResponse answer when answer.accepted() ->
          check(disk.last().index() >= answer.match() || durableTerm > answer.term(), "A-07: %s leaves, the disk ends at %s", message,
              disk.last());
      case AppendEntries append -> check(append.entries().isEmpty() || append.entries().getFirst().index() == append.previous().index() + 1,
          "RC-12: %s has a gap", message);
      default -> { }
    }
    if (!(message instanceof RequestPreVote) && !(message instanceof PreVoteResponse)) {
      check(message.term() <= durableTerm, "A-07: %s leaves at durable term %d", message, durableTerm);
    }
  }

  /** One vote a term, over all lives of a replica. */
  private void voted(ReplicaId voter, long term, ReplicaId candidate) {
    ReplicaId earlier = votes.putIfAbsent(voter + "@" + term, candidate);
    check(earlier == null || earlier.equals(candidate), "replica %s voted twice in term %d: %s and %s", voter, term, earlier, candidate);
  }

  /** Log matching: one term and index, one entry and one entry before it; by induction one prefix. */
  void written(Entry entry, long previousTerm) {
    Written earlier = written.putIfAbsent(entry.id(), new Written(previousTerm, entry.payload()));
    check(earlier == null || (earlier.previousTerm == previousTerm && earlier.payload == entry.payload()),
        "log matching: two entries %s", entry.id());
  }

  /** After every input to a replica. */
  void stepped(SimReplica replica, Collection<SimReplica> all, double trueNow) {
    Raft raft = replica.raft();
    if (raft.isLeader()) {
      elected(raft);
      leaderCommitted(raft, all);
    }
    lease(replica, trueNow);
  }

  private void elected(Raft raft) {
    ReplicaId self = raft.leader();
    ReplicaId earlier = leaders.putIfAbsent(raft.term(), self);
    check(earlier == null || earlier.equals(self), "election safety: term %d has leaders %s and %s", raft.term(), earlier, self);
    if (earlier == null) {
      for (EntryId entry : committed.values()) {
        long term = entry.index() < raft.log().first() - 1 ? entry.term() : raft.log().term(entry.index());
        check(committedIn.get(entry.index()) >= raft.term() || term == entry.term(), "leader completeness: the leader of term %d has %d/%d, not %s",
            raft.term(), term, entry.index(), entry);
      }
    }
  }

  private void leaderCommitted(Raft raft, Collection<SimReplica> all) {
    long from = committed() + 1;
    for (long index = from; index <= raft.commitIndex(); index++) {
      var entry = new EntryId(raft.log().term(index), index);
      int copies = 0;
      for (SimReplica replica : all) {
        boolean holds = replica.disk().base().index() >= index || replica.disk().term(index) == entry.term();
        copies += holds ? 1 : 0;
      }
      check(copies >= majority, "%s is committed and durable on %d of %d replicas only", entry, copies, all.size());
      committed.put(index, entry);
      committedIn.put(index, raft.term());
    }
  }

  /** State machine safety: at one index every replica applies the same entry. */
  void applied(Entry entry) {
    check(entry.id().equals(committed.get(entry.index())), "state machine safety: %s applied, %s committed", entry.id(),
        committed.get(entry.index()));
  }

  /**
   * At any true instant at most one replica may believe in a lease; and who has been told "until T" may believe it until T, even
   * when its replica has stepped down since.
   */
  private void lease(SimReplica holder, double trueNow) {
    long until = holder.raft().leaseUntil();
    if (until == Long.MIN_VALUE && holder.raft().isLeader()) {
      // It is asked before each answer: a lease that is dropped before another may campaign is believed by nobody.
      leases.remove(holder.id());
    }
    if (until <= holder.localTime(trueNow)) {
      return;
    }
    leasesSeen++;
    leases.forEach((other, lease) -> check(other.equals(holder.id()) || lease.endsAt <= trueNow,
        "two leases at once: %s (term %d) until %s, and %s (term %d) now", other, lease.term, lease.endsAt, holder.id(),
        holder.raft().term()));
    check(holder.raft().commitIndex() >= committed(), "replica %s holds a lease and knows %d of %d committed", holder.id(),
        holder.raft().commitIndex(), committed());
    leases.put(holder.id(), new Lease(holder.raft().term(), holder.trueTime(until)));
  }

  /** A process that has crashed believes nothing any more. */
  void crashed(ReplicaId replica) {
    leases.remove(replica);
  }

  static void check(boolean claim, String message, Object... values) {
    if (!claim) {
      throw new AssertionError(message.formatted(values));
    }
  }
}
