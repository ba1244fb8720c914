package io.cairn.raft.log;

import java.util.List;

/**
 * One replica's entries as far as they are durable: what {@code storage} gives to raft-core. Indexes are contiguous from
 * {@link #base()} + 1 to {@link #last()}.
 */
public interface StableLog {

  /** The entry before the first one kept: what a snapshot or a clean-up stands for. {@link EntryId#ZERO} at the start. */
  EntryId base();

  /** The last durable entry, or {@link #base()} when none is kept. */
  EntryId last();

  /** The term at {@code index}, or -1 when it is below the base or beyond the last. */
  long term(long index);

  /**
   * Entries from {@code from} on, at most up to {@code to} (inclusive) and until {@code maxBytes} are reached, but always
   * at least one. May read a file.
   *
   * @throws IllegalArgumentException when {@code from} is not in the log
   */
  List<Entry> entries(long from, long to, long maxBytes);
}
