package io.cairn.client.recipes;

import io.cairn.client.ByteSeq;
import io.cairn.client.Compare;
import io.cairn.client.KeyRange;
import io.cairn.client.KeyValue;
import io.cairn.client.OpResult;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.Txn;
import io.cairn.client.TxnOp;
import io.cairn.client.TxnResult;
import io.cairn.client.WatchEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongPredicate;

/** One transaction on a map of keys, at its revision, with the events that it makes. */
final class TxnRun {
  private final TreeMap<ByteSeq, KeyValue> keys;
  private final long revision;
  private final List<WatchEvent> events = new ArrayList<>();

  TxnRun(TreeMap<ByteSeq, KeyValue> keys, long revision) {
    this.keys = keys;
    this.revision = revision;
  }

  List<WatchEvent> events() {
    return events;
  }

  TxnResult of(Txn txn, LongPredicate alive) {
    boolean holds = txn.conditions().stream().allMatch(this::holds);
    List<OpResult> results = new ArrayList<>();
    for (TxnOp op : holds ? txn.then() : txn.otherwise()) {
      results.add(of(op, alive));
    }
    return new TxnResult(events.isEmpty() ? revision - 1 : revision, holds, results);
  }

  private OpResult of(TxnOp op, LongPredicate alive) {
    if (op instanceof TxnOp.Put put) {
      if (put.lease() != 0 && !alive.test(put.lease())) {
        throw new RefusedException(RefusedCode.LEASE_NOT_FOUND, "ended");
      }
      put(put.key(), put.value(), put.lease());
      return new OpResult.Put(Optional.empty());
    } else if (op instanceof TxnOp.Delete delete) {
      return new OpResult.Delete(delete(delete.key()) ? 1 : 0, List.of());
    } else if (op instanceof TxnOp.DeleteRange delete) {
      return new OpResult.Delete(in(delete.range()).stream().filter(kv -> delete(kv.key())).count(), List.of());
    } else if (op instanceof TxnOp.Range range) {
      List<KeyValue> found = in(range.range());
      return new OpResult.Range(range.countOnly() ? List.of() : found, found.size(), false);
    } else if (op instanceof TxnOp.Add add) {
      KeyValue old = keys.get(add.key());
      long sum = Numbers.of(add.key(), Optional.ofNullable(old)) + add.delta();
      put(add.key(), Numbers.text(sum), old == null ? 0 : old.lease());
      return new OpResult.Add(sum);
    } else if (op instanceof TxnOp.Nested nested) {
      TxnResult result = of(nested.txn(), alive);
      return new OpResult.Nested(result.succeeded(), result.results());
    }
    throw new IllegalArgumentException("no such operation: " + op);
  }

  void put(ByteSeq key, ByteSeq value, long lease) {
    once(key);
    KeyValue old = keys.get(key);
    KeyValue kv = new KeyValue(key, value, old == null ? revision : old.createRevision(), revision, old == null ? 1 : old.version() + 1, lease);
    keys.put(key, kv);
    events.add(new WatchEvent(WatchEvent.Type.PUT, revision, kv, Optional.empty()));
  }

  boolean delete(ByteSeq key) {
    if (keys.remove(key) == null) {
      return false;
    }
    once(key);
    events.add(new WatchEvent(WatchEvent.Type.DELETE, revision, new KeyValue(key, ByteSeq.EMPTY, 0, revision, 0, 0), Optional.empty()));
    return true;
  }

  /** As the server has it: a key has one event in a revision. */
  private void once(ByteSeq key) {
    if (events.stream().anyMatch(event -> event.key().equals(key))) {
      throw new RefusedException(RefusedCode.TXN_WRITES_TWICE, key + " twice");
    }
  }

  private List<KeyValue> in(KeyRange range) {
    return keys.values().stream().filter(kv -> range.contains(kv.key())).toList();
  }

  private boolean holds(Compare compare) {
    List<KeyValue> found = in(compare.range());
    if (compare.target() == Compare.Target.EXISTS) {
      return found.isEmpty() == (compare.number() == 0);
    }
    if (compare.target() == Compare.Target.COUNT) {
      return relates(compare.relation(), Long.compare(found.size(), compare.number()));
    }
    if (!compare.single()) {
      return found.stream().allMatch(kv -> holds(compare, kv));
    }
    return holds(compare, found.isEmpty() ? null : found.get(0));
  }

  private static boolean holds(Compare compare, KeyValue kv) {
    if (compare.target() == Compare.Target.VALUE) {
      return kv != null && relates(compare.relation(), kv.value().compareTo(compare.value()));
    }
    long stored = kv == null ? 0 : switch (compare.target()) {
      case VERSION -> kv.version();
      case CREATE_REVISION -> kv.createRevision();
      case MOD_REVISION -> kv.modRevision();
      case LEASE -> kv.lease();
      default -> throw new IllegalArgumentException("no number: " + compare);
    };
    return relates(compare.relation(), Long.compare(stored, compare.number()));
  }

  private static boolean relates(Compare.Relation relation, int order) {
    return switch (relation) {
      case EQUAL -> order == 0;
      case NOT_EQUAL -> order != 0;
      case LESS -> order < 0;
      case LESS_OR_EQUAL -> order <= 0;
      case GREATER -> order > 0;
      case GREATER_OR_EQUAL -> order >= 0;
    };
  }
}
