package io.cairn.raft;

/** What a replica's disk still knows of what the replica has promised: entries it has acknowledged, votes it has given. */
public enum DiskState {

  /** Everything. */
  INTACT,

  /**
   * Term and vote, but perhaps not every acknowledged entry: a record was damaged and the log ends before it. Such a replica takes part,
   * and votes and campaigns only as {@link Suspicion} lets it, until it is known to lack nothing.
   */
  SUSPECT,

  /**
   * Nothing certain: the disk is new or was wiped (MB-08). The replica is sent everything like any other and never votes under this id
   * again; it is to be replaced by one with a new id.
   */
  LOST
}
