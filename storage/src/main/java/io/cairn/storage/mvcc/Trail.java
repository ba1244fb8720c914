package io.cairn.storage.mvcc;

import java.util.Arrays;

/** Events of one key, each followed by the one before it, from some event back; by revision and ordinal. Grows at its older end. */
final class Trail {
  private long[] revisions = new long[16];
  private int[] ordinals = new int[16];
  private int length;

  void clear() {
    length = 0;
  }

  int length() {
    return length;
  }

  long revision(int at) {
    return revisions[at];
  }

  int ordinal(int at) {
    return ordinals[at];
  }

  void add(long revision, int ordinal) {
    if (length == revisions.length) {
      grow(2 * length);
    }
    revisions[length] = revision;
    ordinals[length++] = ordinal;
  }

  void addAll(Trail further) {
    if (length + further.length > revisions.length) {
      grow(Math.max(2 * length, length + further.length));
    }
    System.arraycopy(further.revisions, 0, revisions, length, further.length);
    System.arraycopy(further.ordinals, 0, ordinals, length, further.length);
    length += further.length;
  }

  private void grow(int room) {
    revisions = Arrays.copyOf(revisions, room);
    ordinals = Arrays.copyOf(ordinals, room);
  }

  /** Where the oldest event above {@code at} stands; the first one must be above it. */
  int oldestAbove(long at) {
    int low = 0;
    int high = length - 1;
    while (low < high) {
      int middle = low + (high - low + 1) / 2;
      if (revisions[middle] > at) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  /** One that this one's growth does not change. */
  Trail copy() {
    var copy = new Trail();
    copy.revisions = Arrays.copyOf(revisions, length);
    copy.ordinals = Arrays.copyOf(ordinals, length);
    copy.length = length;
    return copy;
  }
}
