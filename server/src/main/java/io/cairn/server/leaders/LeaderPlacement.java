package io.cairn.server.leaders;

import io.cairn.raft.ReplicaId;
import io.cairn.server.config.RaftConfig;
import io.cairn.server.replica.HandoverReason;
import io.cairn.server.replica.Leadership;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.Replicas;
import io.cairn.server.shard.ShardDescriptor;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Keeps {@code raft.leaders}: each leader knows by itself which node should lead its shard, and hands over to it. Nobody decides for
 * others, so there is nobody to be elected for it.
 *
 * <p>A leader that was handed its shard against the rule keeps it for {@link #HOLD_NANOS}: somebody asked for that, or the node that the
 * rule names was not well. A target that does not take over is left alone for a while.
 */
final class LeaderPlacement {
  /** After an election everything else comes first: followers catch up, clients find their way. */
  static final long SETTLE_NANOS = TimeUnit.SECONDS.toNanos(2);
  static final long HOLD_NANOS = TimeUnit.MINUTES.toNanos(2);
  static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final RaftConfig.Leaders rule;
  private final Replicas replicas;
  /** By shard; each entry belongs to the loop of its replica. */
  private final Map<Integer, Term> terms = new ConcurrentHashMap<>();

  /** What is remembered of one leadership of this node. */
  private static final class Term {
    private final long term;
    private long notBefore;

    Term(long term, long notBefore) {
      this.term = term;
      this.notBefore = notBefore;
    }
  }

  LeaderPlacement(RaftConfig.Leaders rule, Replicas replicas) {
    this.rule = rule;
    this.replicas = replicas;
  }

  /** Hands the replica's leadership over when another node should have it. On its loop. */
  void look(Replica replica, long now) {
    Leadership leadership = replica.leadership();
    if (!leadership.isSettled()) {
      return;
    }
    Term known = terms.get(replica.descriptor().id());
    if (known == null || known.term != leadership.term()) {
      known = new Term(leadership.term(), now + (leadership.isByTransfer() ? HOLD_NANOS : SETTLE_NANOS));
      terms.put(replica.descriptor().id(), known);
    }
    if (now < known.notBefore) {
      return;
    }
    ReplicaId wanted = wanted(replica.descriptor());
    if (!wanted.equals(ReplicaId.NONE) && !wanted.equals(replica.key().replica())) {
      known.notBefore = now + RETRY_NANOS;
      leadership.handOver(wanted, HandoverReason.PLACEMENT);
    }
  }

  /** Who should lead; nobody in particular when it is not known. While that one is away the shard stays where an election put it. */
  private ReplicaId wanted(ShardDescriptor shard) {
    if (rule == RaftConfig.Leaders.SPREAD) {
      var order = new ArrayList<>(shard.replicas().keySet());
      return order.get(shard.id() % order.size());
    }
    Replica system = replicas.get(ShardDescriptor.SYSTEM);
    return system == null || shard.isSystem() ? ReplicaId.NONE : shard.replicaOf(system.leadership().leaderSeen());
  }
}
