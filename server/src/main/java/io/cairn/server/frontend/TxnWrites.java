package io.cairn.server.frontend;

import com.google.protobuf.ByteString;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.Txn;
import io.cairn.protocol.wire.TxnOp;
import io.cairn.server.outcome.Refusal;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The keys that operations of a transaction write. One that is put (or added to) is written by nothing else that may be done with it:
 * so a key has at most one event in a revision, and which came last is never a question. The two branches of a transaction are
 * never done together. What is only deleted may be deleted again: that deletes nothing.
 */
final class TxnWrites {
  private static final Comparator<ByteString> ORDER = ByteString.unsignedLexicographicalComparator();
  private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);

  private final TreeSet<ByteString> put = new TreeSet<>(ORDER);
  /** Ranges of keys that are deleted, from start to end (null: to the last key); no two of them meet. */
  private final TreeMap<ByteString, ByteString> deleted = new TreeMap<>(ORDER);

  private TxnWrites() {}

  /** Refuses a transaction that writes a key twice. */
  static Refusal twice(Txn txn) {
    try {
      of(txn);
      return null;
    } catch (Twice twice) {
      return Refusal.of(ErrorCode.TXN_WRITES_TWICE, "two operations of the transaction that may be done together write the key '"
          + WriteService.printable(twice.key) + "'; one must do, or they must stand in different branches");
    }
  }

  /** What either branch may write: they are never done together, so they may write the same. */
  private static TxnWrites of(Txn txn) {
    TxnWrites either = of(txn.getThenList());
    TxnWrites otherwise = of(txn.getOtherwiseList());
    either.put.addAll(otherwise.put);
    otherwise.deleted.forEach(either::delete);
    return either;
  }

  private static TxnWrites of(List<TxnOp> branch) {
    var writes = new TxnWrites();
    for (TxnOp op : branch) {
      switch (op.getOpCase()) {
        case PUT -> writes.addPut(op.getPut().getKey());
        case ADD -> writes.addPut(op.getAdd().getKey());
        case DELETE -> writes.addDelete(op.getDelete().getKey(), op.getDelete().getKey().concat(ZERO));
        case DELETE_RANGE -> writes.addDelete(op.getDeleteRange().getStart(),
            op.getDeleteRange().getEndOpen() ? null : op.getDeleteRange().getEnd());
        case TXN -> writes.add(of(op.getTxn()));
        case RANGE, OP_NOT_SET -> { }
      }
    }
    return writes;
  }

  /** Compared with what was there before it, not with itself: its puts and deletes may be of different branches. */
  private void add(TxnWrites inner) {
    inner.put.forEach(this::checkPut);
    inner.deleted.forEach(this::checkDelete);
    put.addAll(inner.put);
    inner.deleted.forEach(this::delete);
  }

  private void addPut(ByteString key) {
    checkPut(key);
    put.add(key);
  }

  private void addDelete(ByteString start, ByteString end) {
    checkDelete(start, end);
    delete(start, end);
  }

  private void checkPut(ByteString key) {
    var before = deleted.floorEntry(key);
    if (put.contains(key) || before != null && isBefore(key, before.getValue())) {
      throw new Twice(key);
    }
  }

  private void checkDelete(ByteString start, ByteString end) {
    ByteString key = put.ceiling(start);
    if (key != null && isBefore(key, end)) {
      throw new Twice(key);
    }
  }

  /** Takes a range in, and those that it meets into it. */
  private void delete(ByteString start, ByteString end) {
    if (!isBefore(start, end)) {
      return;
    }
    ByteString from = start;
    ByteString to = end;
    var before = deleted.floorEntry(start);
    if (before != null && !isBefore(before.getValue(), start)) {
      from = before.getKey();
      to = later(to, before.getValue());
    }
    for (var next = deleted.ceilingEntry(from); next != null && !isBehind(next.getKey(), to); next = deleted.ceilingEntry(from)) {
      to = later(to, next.getValue());
      deleted.remove(next.getKey());
    }
    deleted.put(from, to);
  }

  /** Ends are compared with null for the last; nothing that is one is before another bound. */
  private static boolean isBefore(ByteString bound, ByteString end) {
    return bound != null && (end == null || ORDER.compare(bound, end) < 0);
  }

  private static boolean isBehind(ByteString start, ByteString end) {
    return end != null && ORDER.compare(start, end) > 0;
  }

  private static ByteString later(ByteString one, ByteString other) {
    return one == null || other == null ? null : ORDER.compare(one, other) >= 0 ? one : other;
  }

  private static final class Twice extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient ByteString key;

    Twice(ByteString key) {
      super(null, null, false, false);
      this.key = key;
    }
  }
}
