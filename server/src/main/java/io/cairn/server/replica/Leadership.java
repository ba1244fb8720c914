package io.cairn.server.replica;

import io.cairn.protocol.wire.ErrorCode;
import io.cairn.raft.Raft;
import io.cairn.raft.ReplicaId;
import io.cairn.raft.TransferAnswer;
import io.cairn.server.outcome.Completion;
import io.cairn.server.outcome.Refusal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.function.LongFunction;

/**
 * A replica's leadership on its way to another (dissertation 3.10): why, and who waits to hear how it ends. Raft does it; here is only
 * noticed what becomes of it. Belongs to its replica's loop.
 */
public final class Leadership {

  /** What it needs of the replica. */
  interface Shard {
    int id();

    /** The node that holds the replica; empty for {@link ReplicaId#NONE}. */
    String node(ReplicaId replica);

    ReplicaId replicaOf(String node);

    long now();

    boolean leaderReady();

    boolean fenced();

    /** Has what Raft asks for carried out, soon. */
    void stepped();

    void began(HandoverReason reason, String node);

    void ended(HandoverReason reason, String node, boolean taken, long nanos);
  }

  private record Waiting(ReplicaId target, long deadline, Completion<String> completion) {}

  private final Raft raft;
  private final Shard shard;
  private final List<Waiting> waiting = new ArrayList<>();
  private ReplicaId target = ReplicaId.NONE;
  private HandoverReason reason = HandoverReason.DISK;
  private HandoverReason asked;
  private long began;
  private boolean closed;
  private volatile boolean onItsWay;
  private volatile String leaderSeen = "";

  Leadership(Raft raft, Shard shard) {
    this.raft = raft;
    this.shard = shard;
  }

  /** Whether who leads next is not known. From any thread, as of the last turn. */
  public boolean isOnItsWay() {
    return onItsWay;
  }

  /** The node that leads, as of the last turn; empty when none is known. From any thread. */
  public String leaderSeen() {
    return leaderSeen;
  }

  /** Whether this replica leads, its first entry is applied, and nothing is on its way to another. */
  public boolean isSettled() {
    return raft.isLeader() && shard.leaderReady() && !isUnderWay() && !closed;
  }

  /** Whether it leads because the leader before handed over. */
  public boolean isByTransfer() {
    return raft.leadsByTransfer();
  }

  public long term() {
    return raft.term();
  }

  /** Who has a vote in the shard, in the order of ids: learners, and nodes that come or go, lead nothing. */
  public SortedSet<ReplicaId> voters() {
    return raft.status().membership().voters();
  }

  /** This node is about to stop: the replica takes over from nobody any more. */
  public void retire() {
    raft.retire();
  }

  /** See {@link Raft#rank}. */
  public void rank(int rank) {
    raft.rank(rank);
  }

  /** Where leadership is going; empty when it is not. */
  String going() {
    return shard.node(target);
  }

  private boolean isUnderWay() {
    return !target.equals(ReplicaId.NONE);
  }

  /**
   * Begins to hand over to {@code to}, or to whoever is nearest to taking over when that is {@link ReplicaId#NONE}.
   *
   * @return whether it is on its way
   */
  public boolean handOver(ReplicaId to, HandoverReason why) {
    return !closed && begin(to, why) instanceof TransferAnswer.Begun;
  }

  /** As {@link #handOver}, to whoever is nearest to taking over among the replicas on those nodes. */
  public boolean handOverAmong(Collection<String> nodes, HandoverReason why) {
    return !closed && begin(why, now -> raft.handOver(now, replica -> nodes.contains(shard.node(replica)))) instanceof TransferAnswer.Begun;
  }

  private TransferAnswer begin(ReplicaId to, HandoverReason why) {
    return begin(why, now -> to.equals(ReplicaId.NONE) ? raft.handOver(now, _ -> true) : raft.transferLeadership(to, now));
  }

  private TransferAnswer begin(HandoverReason why, LongFunction<TransferAnswer> how) {
    asked = why;
    TransferAnswer answer = how.apply(shard.now());
    look();
    asked = null;
    shard.stepped();
    return answer;
  }

  /** Hands over to {@code node} and says how that ended: done with the node that leads then. */
  public void transfer(String node, long deadline, Completion<String> completion) {
    ReplicaId to = shard.replicaOf(node);
    TransferAnswer answer = to.equals(ReplicaId.NONE) ? new TransferAnswer.Refused(TransferAnswer.Reason.UNKNOWN)
        : closed ? new TransferAnswer.Refused(TransferAnswer.Reason.NOT_LEADER) : begin(to, HandoverReason.OPERATOR);
    switch (answer) {
      case TransferAnswer.Begun _ -> waiting.add(new Waiting(to, deadline, completion));
      case TransferAnswer.Refused(var why) when why == TransferAnswer.Reason.SELF -> completion.done(node);
      case TransferAnswer.Refused(var why) -> completion.refused(refusal(why, node));
    }
  }

  private Refusal refusal(TransferAnswer.Reason why, String node) {
    String place = " of shard " + shard.id();
    return switch (why) {
      case NOT_LEADER, SELF -> Refusal.notLeader(shard.id(), shard.node(raft.leader()));
      case UNKNOWN -> stays("no replica" + place + " that the leader knows of lies on node '" + node + "'");
      case LEARNER -> stays("the replica" + place + " on node " + node + " is a learner: it has no vote and cannot lead; promote it first");
      case LEAVING -> stays("node " + node + " is leaving shard " + shard.id());
      case SILENT -> stays("node " + node + " has not answered the leader" + place + " lately; is it up?");
      case NEEDS_SNAPSHOT -> stays("the replica" + place + " on node " + node + " is far behind and gets a snapshot first; try again later");
      case UNDER_WAY -> stays("leadership" + place + " is on its way to node " + going() + "; try again when it has arrived");
      case NOBODY -> stays("no other node could lead shard " + shard.id() + " now");
    };
  }

  private static Refusal stays(String message) {
    return Refusal.of(ErrorCode.LEADER_STAYS, message);
  }

  /** Notices what has become of it; to be called after whatever may have changed that. */
  void look() {
    ReplicaId going = raft.transferTarget();
    if (isUnderWay() && !going.equals(target) && (raft.isLeader() || !raft.leader().equals(ReplicaId.NONE))) {
      ReplicaId was = target;
      target = ReplicaId.NONE;
      shard.ended(reason, shard.node(was), raft.leader().equals(was), shard.now() - began);
      answer();
    }
    if (!isUnderWay() && !going.equals(ReplicaId.NONE)) {
      target = going;
      // Nobody asked: Raft does it by itself for its disk alone, and by that a fence works too.
      reason = asked != null ? asked : shard.fenced() ? HandoverReason.FENCED : HandoverReason.DISK;
      began = shard.now();
      shard.began(reason, shard.node(target));
    }
    onItsWay = isUnderWay();
    String leader = shard.node(raft.leader());
    if (!leader.equals(leaderSeen)) {
      leaderSeen = leader;
    }
    if (!waiting.isEmpty()) {
      expire(shard.now());
    }
  }

  private void answer() {
    for (Waiting one : waiting) {
      String node = shard.node(one.target);
      if (raft.leader().equals(one.target)) {
        one.completion.done(node);
      } else {
        one.completion.refused(stays(raft.isLeader()
            ? "node " + node + " has not taken over shard " + shard.id() + " within an election timeout"
            : "node " + shard.node(raft.leader()) + " has taken over shard " + shard.id() + " instead of node " + node));
      }
    }
    waiting.clear();
  }

  private void expire(long now) {
    waiting.removeIf(one -> {
      boolean late = now - one.deadline >= 0;
      if (late) {
        one.completion.unknown("the deadline passed while leadership of shard " + shard.id() + " was on its way to node "
            + shard.node(one.target));
      }
      return late;
    });
  }

  /** Ends with the replica: nothing more is noticed. */
  void close(Refusal why) {
    closed = true;
    onItsWay = false;
    waiting.forEach(one -> one.completion.unknown(why.message()));
    waiting.clear();
  }
}
