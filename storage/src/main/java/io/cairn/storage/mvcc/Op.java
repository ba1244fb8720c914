package io.cairn.storage.mvcc;

/** What a command asks of the data. */
public sealed interface Op {

  /** @param previous whether the answer shall carry the version that was replaced */
  record Put(byte[] key, byte[] value, long lease, boolean previous) implements Op {}

  record Delete(byte[] key, boolean previous) implements Op {}

  /** Removes the keys in {@code [start, end)}; null as end means to the end of the shard. */
  record DeleteRange(byte[] start, byte[] end) implements Op {}
}
