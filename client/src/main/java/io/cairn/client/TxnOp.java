package io.cairn.client;

import java.util.Objects;

/** One operation of a {@link Txn}. It sees what the operations before it did. */
public sealed interface TxnOp {

  static Put put(String key, String value) {
    return put(ByteSeq.utf8(key), ByteSeq.utf8(value));
  }

  static Put put(ByteSeq key, ByteSeq value) {
    return new Put(key, value, false, 0);
  }

  static Delete delete(String key) {
    return delete(ByteSeq.utf8(key));
  }

  static Delete delete(ByteSeq key) {
    return new Delete(key, false);
  }

  static DeleteRange deleteRange(KeyRange range) {
    return new DeleteRange(range, false);
  }

  static Range get(String key) {
    return get(ByteSeq.utf8(key));
  }

  /** Reads one key: a range that has it alone. */
  static Range get(ByteSeq key) {
    return range(KeyRange.single(key));
  }

  static Range range(KeyRange range) {
    return new Range(range, 0, false, false, false);
  }

  /** How many keys the range has. */
  static Range count(KeyRange range) {
    return new Range(range, 0, false, true, false);
  }

  static Add add(String key, long delta) {
    return add(ByteSeq.utf8(key), delta);
  }

  /** Adds to a value that is a whole number of 64 bits in decimal text; a key that is not there counts as 0. */
  static Add add(ByteSeq key, long delta) {
    return new Add(key, delta);
  }

  /** A transaction within the transaction, of the same revision. */
  static Nested txn(Txn txn) {
    return new Nested(txn);
  }

  /** @param lease the key is deleted when this lease ends; 0 for none */
  record Put(ByteSeq key, ByteSeq value, boolean previous, long lease) implements TxnOp {
    public Put {
      Objects.requireNonNull(key, "key");
      Objects.requireNonNull(value, "value");
    }

    /** Has the answer show what was replaced. */
    public Put withPrevious() {
      return new Put(key, value, true, lease);
    }

    /**
     * The transaction is refused with {@link RefusedCode#LEASE_NOT_FOUND} when this put is to be done and there is no such lease, or its end
     * has begun.
     */
    public Put withLease(long id) {
      return new Put(key, value, previous, id);
    }
  }

  record Delete(ByteSeq key, boolean previous) implements TxnOp {
    public Delete {
      Objects.requireNonNull(key, "key");
    }

    /** Has the answer show what was deleted. */
    public Delete withPrevious() {
      return new Delete(key, true);
    }
  }

  record DeleteRange(KeyRange range, boolean previous) implements TxnOp {
    public DeleteRange {
      Objects.requireNonNull(range, "range");
    }

    /** Has the answer show what was deleted. */
    public DeleteRange withPrevious() {
      return new DeleteRange(range, true);
    }
  }

  /** @param limit most keys; 0 for no limit */
  record Range(KeyRange range, long limit, boolean keysOnly, boolean countOnly, boolean reverse) implements TxnOp {
    public Range {
      Objects.requireNonNull(range, "range");
      if (limit < 0) {
        throw new IllegalArgumentException("a limit is not negative (0: none), was " + limit);
      }
    }

    public Range withLimit(long keys) {
      return new Range(range, keys, keysOnly, countOnly, reverse);
    }

    /** Values are left out. */
    public Range withKeysOnly() {
      return new Range(range, limit, true, countOnly, reverse);
    }

    /** From the last key to the first. */
    public Range reversed() {
      return new Range(range, limit, keysOnly, countOnly, true);
    }
  }

  record Add(ByteSeq key, long delta) implements TxnOp {
    public Add {
      Objects.requireNonNull(key, "key");
    }
  }

  record Nested(Txn txn) implements TxnOp {
    public Nested {
      Objects.requireNonNull(txn, "txn");
    }
  }
}
