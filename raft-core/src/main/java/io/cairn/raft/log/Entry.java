package io.cairn.raft.log;

/**
 * One entry of a shard's log. The payload is never written to after the entry was made: it is shared by the log's cache,
 * the disk, the messages to followers and the state machine.
 */
public record Entry(long term, long index, EntryKind kind, byte[] payload) {

  public Entry {
    if (index < 1) {
      throw new IllegalArgumentException("entries are counted from 1, not " + index);
    }
    if (term < 0) {
      throw new IllegalArgumentException("the term of entry " + index + " must not be negative, was " + term);
    }
  }

  public EntryId id() {
    return new EntryId(term, index);
  }

  /** What it counts for in windows, caches and limits, in bytes: payload and a fixed part. */
  public int sizeBytes() {
    return payload.length + 32;
  }

  @Override
  public String toString() {
    return term + "/" + index + " " + kind + " " + payload.length + "B";
  }
}
