package io.cairn.simulator.oracle;

import java.util.Arrays;

/** What one key held, and from which revision on. Values are told apart by their names; null is "there is no such key". */
final class KeyHistory {
  private long[] revisions = new long[8];
  private String[] values = new String[8];
  private int size;

  void add(long revision, String value) {
    if (size == revisions.length) {
      revisions = Arrays.copyOf(revisions, 2 * size);
      values = Arrays.copyOf(values, 2 * size);
    }
    revisions[size] = revision;
    values[size++] = value;
  }

  String latest() {
    return size == 0 ? null : values[size - 1];
  }

  /** What it held at a revision. */
  String at(long revision) {
    int index = indexAt(revision);
    return index < 0 ? null : values[index];
  }

  /** The revision of what it held then; 0 if it never had been. */
  long changedAt(long revision) {
    int index = indexAt(revision);
    return index < 0 ? 0 : revisions[index];
  }

  /** Since when it has lived without a break; only of a key that lives. */
  long created() {
    return revisions[sinceCreated()];
  }

  /** How often it was put since then. */
  long version() {
    return size - sinceCreated();
  }

  private int sinceCreated() {
    int at = size;
    while (at > 0 && values[at - 1] != null) {
      at--;
    }
    return at;
  }

  /** Whether it held this at some revision from {@code least} on. */
  boolean heldSince(long least, String value, long changedAt) {
    int from = Math.max(0, indexAt(least));
    if (value == null && indexAt(least) < 0) {
      return true;
    }
    for (int i = from; i < size; i++) {
      boolean same = value == null ? values[i] == null : value.equals(values[i]) && revisions[i] == changedAt;
      if (same) {
        return true;
      }
    }
    return false;
  }

  boolean everHeld(String value, long changedAt) {
    int index = indexAt(changedAt);
    return index >= 0 && revisions[index] == changedAt && value.equals(values[index]);
  }

  private int indexAt(long revision) {
    int at = Arrays.binarySearch(revisions, 0, size, revision);
    return at >= 0 ? at : -at - 2;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (int i = Math.max(0, size - 6); i < size; i++) {
      text.append(text.isEmpty() ? "" : ", ").append(revisions[i]).append('=').append(values[i]);
    }
    return text.toString();
  }
}
