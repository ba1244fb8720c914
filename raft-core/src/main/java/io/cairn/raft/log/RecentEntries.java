package io.cairn.raft.log;

import io.cairn.raft.Invariant;

/**
 * The tail of the log in memory: every entry that is not durable yet, and as many durable ones before it as a byte bound
 * allows, so that a leader sends to followers that keep up without reading the disk. A ring: nothing moves when entries come
 * at one end and go at the other.
 */
final class RecentEntries {

  private final long maxBytes;
  private Entry[] ring = new Entry[64];
  private int head;
  private int count;
  private long first;
  private long bytes;

  /** Empty; the first entry to come has index {@code first}. */
  RecentEntries(long first, long maxBytes) {
    this.first = first;
    this.maxBytes = maxBytes;
  }

  /** Index of the oldest entry held; the next to come when none is. */
  long first() {
    return first;
  }

  long end() {
    return first + count;
  }

  boolean holds(long index) {
    return index >= first && index < first + count;
  }

  Entry get(long index) {
    Invariant.check(holds(index), "entry %d is in memory, which holds %d and %d more", index, first, count);
    return ring[(head + (int) (index - first)) & (ring.length - 1)];
  }

  void append(Entry entry) {
    Invariant.check(entry.index() == end(), "entry %d follows in memory, where %d is next", entry.index(), end());
    if (count == ring.length) {
      grow();
    }
    ring[(head + count) & (ring.length - 1)] = entry;
    count++;
    bytes += entry.sizeBytes();
  }

  /** Drops {@code index} and all after it; the next to come is {@code index}, also when it lies before all held. */
  void truncateFrom(long index) {
    if (index <= first) {
      restart(index);
      return;
    }
    while (end() > index) {
      int at = (head + count - 1) & (ring.length - 1);
      bytes -= ring[at].sizeBytes();
      ring[at] = null;
      count--;
    }
  }

  /** Drops the oldest entries while there are too many bytes, but none above {@code upTo}. */
  void evict(long upTo) {
    while (bytes > maxBytes && count > 0 && first <= upTo) {
      bytes -= ring[head].sizeBytes();
      ring[head] = null;
      head = (head + 1) & (ring.length - 1);
      count--;
      first++;
    }
    Invariant.check(bytes >= 0, "%d bytes in memory after leaving out up to %d", bytes, upTo);
  }

  void restart(long next) {
    Invariant.check(next > 0, "entries begin at 1, not at %d (were at %d)", next, first);
    java.util.Arrays.fill(ring, null);
    head = 0;
    count = 0;
    bytes = 0;
    first = next;
  }

  private void grow() {
    Entry[] grown = new Entry[ring.length * 2];
    for (int i = 0; i < count; i++) {
      grown[i] = ring[(head + i) & (ring.length - 1)];
    }
    ring = grown;
    head = 0;
  }
}
