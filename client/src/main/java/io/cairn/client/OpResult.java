package io.cairn.client;

import java.util.List;
import java.util.Optional;

/** What became of one operation of a {@link Txn}. */
public sealed interface OpResult {

  /** @param previous what was replaced, when it was asked for and there was something */
  record Put(Optional<KeyValue> previous) implements OpResult {}

  /**
   * Of a delete or a delete of a range.
   *
   * @param deleted how many keys
   * @param previous what was deleted, in the order of keys, when it was asked for
   */
  record Delete(long deleted, List<KeyValue> previous) implements OpResult {
    public Delete {
      previous = List.copyOf(previous);
    }
  }

  /**
   * @param count keys returned, or counted
   * @param more whether the limit left keys out
   */
  record Range(List<KeyValue> kvs, long count, boolean more) implements OpResult {
    public Range {
      kvs = List.copyOf(kvs);
    }

    /** The one key that was read, or the first. */
    public Optional<KeyValue> first() {
      return kvs.isEmpty() ? Optional.empty() : Optional.of(kvs.get(0));
    }
  }

  /** @param value what the key's value is now */
  record Add(long value) implements OpResult {}

  /** Of a transaction within it. */
  record Nested(boolean succeeded, List<OpResult> results) implements OpResult {
    public Nested {
      results = List.copyOf(results);
    }
  }
}
