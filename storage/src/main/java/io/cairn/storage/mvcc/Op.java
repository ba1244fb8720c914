package io.cairn.storage.mvcc;

import java.util.List;

/** What a command asks of the data. */
public sealed interface Op {

  /**
   * @param previous whether the answer shall carry the version that was replaced
   * @param ttlMillis not 0: the key goes after so long, with a lease of its own
   */
  record Put(byte[] key, byte[] value, long lease, boolean previous, long ttlMillis) implements Op {

    public Put(byte[] key, byte[] value, long lease, boolean previous) {
      this(key, value, lease, previous, 0);
    }
  }

  record Delete(byte[] key, boolean previous) implements Op {}

  /**
   * Removes the keys in {@code [start, end)}; null as end means to the end of the shard.
   *
   * @param previous whether the answer shall carry the versions that were deleted
   */
  record DeleteRange(byte[] start, byte[] end, boolean previous) implements Op {

    /** One that is told their number only. */
    public DeleteRange(byte[] start, byte[] end) {
      this(start, end, false);
    }
  }

  /** Adds to a value that is a signed number of 64 bits in decimal text; a key that is not there counts as 0. Keeps the key's lease. */
  record Add(byte[] key, long delta) implements Op {}

  /** Reads, in a transaction. {@code limit} 0 is none; a null {@code end} means to the end of the shard. */
  record Range(byte[] start, byte[] end, long limit, boolean keysOnly, boolean countOnly, boolean reverse) implements Op {}

  /**
   * All of {@code then} if every comparison holds, else all of {@code otherwise}, under one revision. Each operation sees what those
   * before it did. No key is written by two of them that may be done together: so a key has one event in a revision.
   */
  record Txn(List<Comparison> comparisons, List<Op> then, List<Op> otherwise) implements Op {}

  /** Whether it is worked out as a whole before it changes anything, and answered with an {@link OpAnswer}. */
  default boolean isTransactional() {
    return switch (this) {
      case Put _, Delete _, LeaseGrant _, LeaseRevoke _, LeaseDelete _ -> false;
      case DeleteRange range -> range.previous();
      case Add _, Range _, Txn _ -> true;
    };
  }

  /** @param id 0: one that the state machine chooses */
  record LeaseGrant(long id, long ttlMillis) implements Op {}

  record LeaseRevoke(long id) implements Op {}

  /**
   * Of the shard's own leader: the keys of leases whose ends have begun go, all at one revision.
   *
   * @param leases the shard forgets these
   * @param kept these are fenced from now on, also where the shard has not known them
   */
  record LeaseDelete(List<Generation> leases, List<Generation> kept) implements Op {}

  /** One holder of a lease's id. */
  record Generation(long id, long grant) {}
}
