package io.cairn.raft.progress;

import io.cairn.raft.Invariant;

/** The window of appends to one follower that are sent and not acknowledged, bounded in messages and bytes. */
public final class Inflights {

  private final int maxMessages;
  private final long maxBytes;
  private long[] lasts;
  private long[] sizes;
  private int head;
  private int count;
  private long bytes;

  public Inflights(int maxMessages, long maxBytes) {
    this.maxMessages = maxMessages;
    this.maxBytes = maxBytes;
    this.lasts = new long[Math.min(maxMessages, 8)];
    this.sizes = new long[lasts.length];
  }

  /** An empty window always has room, so that one entry above the byte bound can still travel. */
  public boolean hasRoom() {
    return count == 0 || (count < maxMessages && bytes < maxBytes);
  }

  public boolean isEmpty() {
    return count == 0;
  }

  public long bytes() {
    return bytes;
  }

  public void add(long last, long sizeBytes) {
    Invariant.check(count < maxMessages, "%d messages under way, of at most %d", count, maxMessages);
    Invariant.check(count == 0 || last > lasts[(head + count - 1) % lasts.length], "a message up to %d follows one up to %d", last,
        count == 0 ? 0 : lasts[(head + count - 1) % lasts.length]);
    if (count == lasts.length) {
      grow();
    }
    int at = (head + count) % lasts.length;
    lasts[at] = last;
    sizes[at] = sizeBytes;
    count++;
    bytes += sizeBytes;
  }

  /** Frees every message whose last entry is at or below {@code match}. */
  public void acknowledged(long match) {
    while (count > 0 && lasts[head] <= match) {
      bytes -= sizes[head];
      head = (head + 1) % lasts.length;
      count--;
    }
    Invariant.check(bytes >= 0 && (count > 0 || bytes == 0), "%d bytes under way in %d messages (RC-13)", bytes, count);
  }

  private void grow() {
    int size = Math.min(maxMessages, lasts.length * 2);
    long[] grownLasts = new long[size];
    long[] grownSizes = new long[size];
    for (int i = 0; i < count; i++) {
      grownLasts[i] = lasts[(head + i) % lasts.length];
      grownSizes[i] = sizes[(head + i) % lasts.length];
    }
    lasts = grownLasts;
    sizes = grownSizes;
    head = 0;
  }
}
