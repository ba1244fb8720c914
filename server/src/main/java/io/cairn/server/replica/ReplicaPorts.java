package io.cairn.server.replica;

import io.cairn.platform.Clock;
import io.cairn.platform.EventLoop;
import io.cairn.raft.ReplicaId;
import io.cairn.raft.SnapshotMeta;
import io.cairn.raft.message.RaftMessage;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.server.apply.Applier;
import io.cairn.server.command.SpaceUse;
import io.cairn.server.disk.LogWriter;
import io.cairn.server.history.HistoryTable;
import io.cairn.server.members.NodeTable;
import io.cairn.server.oracle.Revisions;
import io.cairn.server.outcome.Refusal;
import io.cairn.server.shard.ShardDescriptor;
import io.cairn.storage.guard.Subject;
import io.cairn.storage.lease.Lease;
import io.cairn.storage.mvcc.ShardGuards;
import java.util.List;

/**
 * The rooms a replica hands its work to.
 *
 * @param loop the one the replica belongs to
 * @param outbox towards the other replicas
 * @param snapshots towards and from lagging replicas
 * @param observer hears what an operator or the oracle should know
 * @param room refuses what the disks have no room for
 */
public record ReplicaPorts(EventLoop loop, Clock clock, LogWriter log, Applier applier, Revisions revisions, Outbox outbox,
    Snapshots snapshots, Observer observer, Room room) {

  /** On disks that are never full. */
  public ReplicaPorts(EventLoop loop, Clock clock, LogWriter log, Applier applier, Revisions revisions, Outbox outbox, Snapshots snapshots,
      Observer observer) {
    this(loop, clock, log, applier, revisions, outbox, snapshots, observer, (_, _) -> null);
  }

  /** Knows the room on the disks that hold the shard. Never blocks. */
  @FunctionalInterface
  public interface Room {
    /** Why such a write is not taken now, which is certain to have no effect; null when it is. */
    Refusal refusal(ShardDescriptor shard, SpaceUse use);
  }

  /** Takes messages for other replicas; never blocks, may lose. */
  @FunctionalInterface
  public interface Outbox {
    void send(Replica from, RaftMessage message);
  }

  /** Sends and installs snapshots. */
  public interface Snapshots {
    /** Begins to send; ends with {@link Replica#snapshotSent}. */
    void send(Replica from, ReplicaId to, long term);

    /** Switches the replica to the snapshot received last; ends with {@link Replica#snapshotInstalled}. */
    void install(Replica replica, SnapshotMeta snapshot);

    /** A whole snapshot that was just received stays, for {@link #rebuild}, also when Raft has no use for it. */
    default void keep(Replica replica, SnapshotMeta snapshot) {}

    /** Switches the replica's data to the one that was kept, and leaves its log alone; ends with {@link Fence#rebuilt}. */
    default void rebuild(Replica replica, SnapshotMeta snapshot) {}
  }

  /** Hears of changes, on the replica's loop. */
  public interface Observer {
    /** Another leader, or none ({@link ReplicaId#NONE}), is known, or the term changed. */
    void leaderChanged(Replica replica, ReplicaId leader);

    /** This replica began to campaign. */
    void campaigned(Replica replica);

    /** Leadership is on its way to {@code node}. */
    default void handoverBegan(Replica replica, HandoverReason reason, String node) {}

    /** That is over: {@code node} leads, or another, or this one still. */
    default void handoverEnded(Replica replica, HandoverReason reason, String node, boolean taken, long nanos) {}

    void proposed(Replica replica, int commands, int bytes);

    /** The system shard's window of revisions moved; {@code own} when by this leader's own entry of this term. */
    void windowMoved(Replica replica, long before, long end, boolean firstOfTerm, boolean own);

    /** The system shard's table of nodes is this one now. */
    void nodesChanged(Replica replica, NodeTable nodes);

    /** How much history the system shard wants is this now. */
    default void historyChanged(Replica replica, HistoryTable history) {}

    /** It has applied more. */
    default void applied(Replica replica) {}

    /** The replica stands on a snapshot: what its store holds beside keys may be news. */
    void installed(Replica replica);

    /** Nothing of its data is shown from here on, until {@link #installed}. */
    default void fenced(Replica replica) {}

    /** Leases of which this shard is the home are these now. */
    default void leasesChanged(Replica replica, List<Lease> leases) {}

    /** These keys, which were under leases, are deleted. */
    default void leasedGone(Replica replica, List<byte[]> keys) {}

    /** A write was applied and changed nothing, since the shard does not know its lease. It is the observer's to end. */
    default void leaseUnknown(Replica replica, WriteRequest write, long lease) {
      write.completion().refused(Refusal.of(ErrorCode.LEASE_NOT_FOUND, "this node serves no leases"));
    }

    /** A write was applied and changed nothing, since the shard knows nothing of what guards it. It is the observer's to end. */
    default void guardUnknown(Replica replica, WriteRequest write, Subject subject) {
      write.completion().refused(Refusal.of(ErrorCode.GUARD_PASSED, ShardGuards.passed(subject)));
    }

    /** A write was applied and changed nothing, since other shards have first to fence what it deletes. It is the observer's to end. */
    default void guarded(Replica replica, WriteRequest write, List<Subject> subjects) {
      write.completion().refused(Refusal.retry(ErrorCode.OVERLOADED, "this node fences no guards", 50));
    }

    /** Who watches this replica. */
    default ReplicaTap tap() {
      return ReplicaTap.NONE;
    }
  }
}
