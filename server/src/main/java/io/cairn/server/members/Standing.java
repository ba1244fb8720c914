package io.cairn.server.members;

/** How a node takes part in every shard. Its place in this list stands in logs and snapshots: new ones are added at the end. */
public enum Standing {
  /** Named by a change that is under way; a member of those shards that the change has come to. */
  COMING,
  /** Receives everything and decides nothing; may stay so, and serves reads. */
  LEARNER,
  VOTER,
  /** A tombstone: neither its name nor its id is ever given again. */
  REMOVED;

  public boolean isMember() {
    return this == LEARNER || this == VOTER;
  }
}
