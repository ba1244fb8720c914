package io.cairn.raft;

import io.cairn.raft.message.RaftMessage;

/**
 * What a replica is at the moment. Each role answers every message, in a switch without a default: a new message does not
 * compile until each role has an answer. A transition is the value returned.
 */
sealed interface Role permits Follower, PreCandidate, Candidate, Leader {

  RoleName name();

  /** Who leads, as far as this replica knows. */
  ReplicaId leader();

  /** Time has passed. */
  Role tick();

  /** A message of the present term; or of an earlier one, where {@link Raft} says that the role decides. */
  Role receive(RaftMessage message);

  /** Something has become durable. */
  default Role persisted() {
    return this;
  }

  /** The state machine has come further. */
  default Role applied() {
    return this;
  }

  /** The shard was quiesced, and something has happened. */
  default void woken() {}

  void readIndex(long read, long context);

  /** Before a Ready is taken: what was put together since the last one goes out. */
  default void flush() {}

  /** Whether {@link #flush} would add anything. */
  default boolean hasUnflushed() {
    return false;
  }

  /** The last thing a role does. */
  default void leave() {}
}
