package io.cairn.storage.log;

import io.cairn.raft.log.HardState;
import io.cairn.raft.log.StableLog;
import java.util.List;
import java.util.Set;

/**
 * One log for all replicas of a node. {@link #append} and {@link #clean} are called from the log's loop alone; the
 * {@link StableLog} views may be read from each replica's loop at the same time.
 *
 * <p>Every failure is a {@link io.cairn.storage.StorageFailure}: the node stops.
 */
public interface LogStore extends AutoCloseable {

  /** The replicas found at opening, or written since. */
  Set<ReplicaKey> replicas();

  /** The replica's last durable hard state; {@link HardState#INITIAL} for one that is not known. */
  HardState hardState(ReplicaKey replica);

  /** The replica's durable entries; empty from {@link io.cairn.raft.log.EntryId#ZERO} on for one that is not known. */
  StableLog view(ReplicaKey replica);

  /** Makes all writes durable with one sync, in order; they are in the views when this returns. */
  void append(List<LogWrite> writes);

  /**
   * Forgets the replica, durably: its entries and hard state never come back (LG-10). Its key is not used again
   * ({@link io.cairn.raft.ReplicaId}). Called from the log's loop alone.
   */
  void destroy(ReplicaKey replica);

  /**
   * Notes what is no longer needed and frees segments that hold nothing else. Where replicas that apply nothing keep too much, it writes what
   * they need again further on, a bounded part of it in each call and the rest along with appends: a stated bound is kept (docs/disk-space.md).
   */
  void clean(List<LogFloor> floors);

  /** Bytes of files that hold entries or wait to be used again. */
  long diskBytes();

  @Override
  void close();
}
