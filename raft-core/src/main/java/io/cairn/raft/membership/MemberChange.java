package io.cairn.raft.membership;

import io.cairn.raft.ReplicaId;

/**
 * One wish of an operator. Several are carried out as one change: to replace a replica is to promote the new one and remove the
 * old one at once. A new replica always starts as a learner, so that it counts for nothing until it has caught up.
 */
public sealed interface MemberChange {

  ReplicaId replica();

  /** Begins to send everything to a new replica, whose id is {@link Membership#nextReplica()} or higher. */
  record AddLearner(ReplicaId replica) implements MemberChange {}

  /** Makes a learner that has caught up a voter. */
  record Promote(ReplicaId replica) implements MemberChange {}

  /** Makes a voter a learner. */
  record Demote(ReplicaId replica) implements MemberChange {}

  /** Ends a replica; its id is never used again. */
  record Remove(ReplicaId replica) implements MemberChange {}
}
