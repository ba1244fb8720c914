package io.cairn.server.members;

/** What a change does with its subject. Its place in this list stands in logs and snapshots: new ones are added at the end. */
public enum ChangeKind {
  /** A new node becomes a learner. */
  ADD(1, 1),
  /** A learner becomes a voter. */
  PROMOTE(1, 1),
  /** A node leaves. */
  REMOVE(1, 0),
  /** A new node becomes a learner, catches up, and takes the place of another one in one joint change. */
  REPLACE(3, 2);

  private final int stages;
  private final int stagesToTakeBack;

  ChangeKind(int stages, int stagesToTakeBack) {
    this.stages = stages;
    this.stagesToTakeBack = stagesToTakeBack;
  }

  int stages() {
    return stages;
  }

  /**
   * Whether what the stage has done can be taken back. A stage that takes a replica out of shards cannot: it would bring an id back that
   * has left; it is carried on until it is finished.
   */
  boolean canTakeBack(int stage) {
    return stage < stagesToTakeBack;
  }
}
