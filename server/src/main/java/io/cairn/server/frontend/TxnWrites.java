package io.cairn.server.frontend;

import com.google.protobuf.ByteString;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.Txn;
import io.cairn.protocol.wire.TxnOp;
import io.cairn.server.outcome.Refusal;
import java.util.ArrayList;
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

  /** Bounds of keys that are deleted; {@code end} null: to the last key. */
  private record Deleted(ByteString start, ByteString end) {}

  private final TreeSet<ByteString> put = new TreeSet<>(ORDER);
  private final TreeSet<ByteString> deletedKeys = new TreeSet<>(ORDER);
  private final List<Deleted> deleted = new ArrayList<>();

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

  private static TxnWrites of(Txn txn) {
    TxnWrites both = of(txn.getThenList());
    TxnWrites otherwise = of(txn.getOtherwiseList());
    both.put.addAll(otherwise.put);
    both.deletedKeys.addAll(otherwise.deletedKeys);
    both.deleted.addAll(otherwise.deleted);
    return both;
  }

  private static TxnWrites of(List<TxnOp> branch) {
    var writes = new TxnWrites();
    for (TxnOp op : branch) {
      switch (op.getOpCase()) {
        case PUT -> writes.put(op.getPut().getKey());
        case ADD -> writes.put(op.getAdd().getKey());
        case DELETE -> writes.deletedKeys.add(op.getDelete().getKey());
        case DELETE_RANGE -> writes.deleted.add(new Deleted(op.getDeleteRange().getStart(),
            op.getDeleteRange().getEndOpen() ? null : op.getDeleteRange().getEnd()));
        case TXN -> writes.add(of(op.getTxn()));
        case RANGE, OP_NOT_SET -> { }
      }
    }
    writes.check();
    return writes;
  }

  private void put(ByteString key) {
    if (!put.add(key)) {
      throw new Twice(key);
    }
  }

  private void add(TxnWrites inner) {
    inner.put.forEach(this::put);
    deletedKeys.addAll(inner.deletedKeys);
    deleted.addAll(inner.deleted);
  }

  private void check() {
    for (ByteString key : deletedKeys) {
      if (put.contains(key)) {
        throw new Twice(key);
      }
    }
    if (put.isEmpty()) {
      return;
    }
    for (var bounds : widest().entrySet()) {
      ByteString key = put.ceiling(bounds.getKey());
      if (key != null && (bounds.getValue() == null || ORDER.compare(key, bounds.getValue()) < 0)) {
        throw new Twice(key);
      }
    }
  }

  /** Of ranges that begin at the same key the one that reaches farthest: the first put behind a start tells of each. */
  private TreeMap<ByteString, ByteString> widest() {
    var widest = new TreeMap<ByteString, ByteString>(ORDER);
    for (Deleted range : deleted) {
      boolean known = widest.containsKey(range.start);
      ByteString before = widest.get(range.start);
      if (!known || range.end == null || before != null && ORDER.compare(before, range.end) < 0) {
        widest.put(range.start, range.end);
      }
    }
    return widest;
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
