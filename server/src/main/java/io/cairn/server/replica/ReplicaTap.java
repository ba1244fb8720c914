package io.cairn.server.replica;

import io.cairn.raft.Raft;
import io.cairn.raft.Ready;
import io.cairn.raft.SnapshotMeta;
import io.cairn.raft.log.Entry;
import io.cairn.raft.log.HardState;
import io.cairn.raft.log.StableLog;
import io.cairn.server.apply.EntryEffect;
import java.util.List;

/**
 * Sees what the replicas of a node do, as they do it: by it the simulator holds every run against Raft's promises and puts a crash at
 * one exact place. A node of production has {@link #NONE}, whose calls do nothing and are compiled away.
 *
 * <p>Called on the replica's loop, except where a method says otherwise. Nothing of what is shown may be changed.
 */
public interface ReplicaTap {
  ReplicaTap NONE = new ReplicaTap() {};

  /** The replica was read from the disk and takes part from here on. On the log's loop, before the replica's own. */
  default void opened(Replica replica, Raft raft, HardState hardState, StableLog log) {}

  /** Raft asks for this; nothing of it is done yet. */
  default void ready(Replica replica, Ready ready) {}

  /** What this asked to be written is durable; what claims that has not been sent yet. */
  default void persisted(Replica replica, Ready ready) {}

  /** These are applied; nobody has been answered yet. */
  default void applied(Replica replica, List<Entry> entries, List<EntryEffect> effects) {}

  /** The replica stands on the snapshot, durably. */
  default void installed(Replica replica, SnapshotMeta snapshot) {}

  /** The replica's data differs from what the others have; see {@link Fence#raise}. */
  default void fenced(Replica replica) {}

  /** The replica stands on the snapshot, durably; its log is as it was. */
  default void rebuilt(Replica replica, SnapshotMeta snapshot) {}

  /** This replica leads, and has compared what it has with the others: they all have the same at that index, or not. */
  default void compared(Replica replica, long index, boolean same) {}

  /** The oracle of this node hands these revisions out; see {@link io.cairn.server.oracle.RevisionOracle.Leadership#handsOut}. */
  default void handsOut(long first, long last) {}

  /** A turn has ended: everything that was asked for is handed on. */
  default void turned(Replica replica) {}
}
