package io.cairn.raft;

/** What became of asking a leader to hand its leadership over (dissertation 3.10). */
public sealed interface TransferAnswer {

  /** It is under way: over within an election timeout, one way or the other. {@link Raft#transferTarget()} tells as long as it is. */
  record Begun(ReplicaId target) implements TransferAnswer {}

  /** Nothing has changed. */
  record Refused(Reason reason) implements TransferAnswer {}

  enum Reason {
    /** This replica does not lead. */
    NOT_LEADER,
    /** It leads already. */
    SELF,
    /** No member of that id. */
    UNKNOWN,
    /** It has no vote, so it cannot lead. */
    LEARNER,
    /** A voter of the membership that is being left. */
    LEAVING,
    /** Not heard of lately: it would not hear the order. */
    SILENT,
    /** Its log is cut off from the leader's; it needs a snapshot first. */
    NEEDS_SNAPSHOT,
    /** Leadership is being handed to another. */
    UNDER_WAY,
    /** There is nobody who could take over now. */
    NOBODY
  }
}
