package io.cairn.server.replica;

/** Why leadership is handed to another replica. */
public enum HandoverReason {
  /** Somebody asked for it. */
  OPERATOR,
  /** {@code raft.leaders} says that another node should lead. */
  PLACEMENT,
  /** This node is about to stop. */
  STOPPING,
  /** This node's disk answers too late. */
  DISK,
  /** This node's process stands still again and again. */
  PAUSE,
  /** This node's data is not what the others have. */
  FENCED
}
