package io.cairn.storage.log;

import java.util.ArrayDeque;

/**
 * Keeps the newest entries of all replicas in memory within a bound: first in, first out, a run of entries at a time. What
 * followers that keep up are sent, and what is applied, is found here. Owned by the log's loop.
 */
final class EntryCache {
  private final long bytesMax;
  private final ArrayDeque<Run> runs = new ArrayDeque<>();
  private long bytes;

  private record Run(ReplicaLog log, long first, long last, long bytes) {}

  EntryCache(long bytesMax) {
    this.bytesMax = bytesMax;
  }

  /** The entries were just staged in the index, which holds them; here only their order and size are noted. */
  void add(ReplicaLog log, long first, long last, long size) {
    runs.addLast(new Run(log, first, last, size));
    bytes += size;
    while (bytes > bytesMax) {
      Run oldest = runs.removeFirst();
      bytes -= oldest.bytes;
      oldest.log.forgetCached(oldest.first, oldest.last);
    }
  }
}
