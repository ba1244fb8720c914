package io.cairn.storage.mvcc;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** A transaction done the plainest way: at once, on a copy of the map that nobody keeps if it fails. Test scope. */
final class TxnModel {
  private final TreeMap<String, Version> map;
  private final long revision;
  long changed;
  WriteResult.Reason failure;

  TxnModel(TreeMap<String, Version> map, long revision) {
    this.map = map;
    this.revision = revision;
  }

  OpAnswer run(Op op) {
    return switch (op) {
      case Op.Put put -> {
        Version before = put(put.key(), put.value(), put.lease());
        yield new OpAnswer.Replaced(put.previous() ? before : null);
      }
      case Op.Delete delete -> {
        Version before = map.remove(new String(delete.key()));
        changed += before == null ? 0 : 1;
        yield new OpAnswer.Deleted(before == null ? 0 : 1, before != null && delete.previous() ? List.of(before) : List.of());
      }
      case Op.DeleteRange range -> {
        var inside = StoreModel.range(map, range.start(), range.end());
        var gone = List.copyOf(inside.values());
        inside.clear();
        changed += gone.size();
        yield new OpAnswer.Deleted(gone.size(), range.previous() ? gone : List.of());
      }
      case Op.Add add -> add(add);
      case Op.Range range -> range(range);
      case Op.Txn txn -> {
        boolean holds = txn.comparisons().stream().allMatch(this::holds);
        var answers = new ArrayList<OpAnswer>();
        for (Op each : holds ? txn.then() : txn.otherwise()) {
          answers.add(run(each));
        }
        yield new OpAnswer.Txn(holds, answers);
      }
      case Op.LeaseGrant _, Op.LeaseRevoke _, Op.LeaseDelete _ -> throw new IllegalArgumentException("no part of a transaction: " + op);
    };
  }

  private Version put(byte[] key, byte[] value, long lease) {
    Version before = map.get(new String(key));
    map.put(new String(key), before == null ? new Version(key, value, revision, revision, 1, lease)
        : new Version(key, value, before.create(), revision, before.version() + 1, lease));
    changed++;
    return before;
  }

  private OpAnswer add(Op.Add add) {
    Version before = map.get(new String(add.key()));
    try {
      long sum = (before == null ? 0 : Long.parseLong(new String(before.value()))) + add.delta();
      put(add.key(), ("" + sum).getBytes(), before == null ? 0 : before.lease());
      return new OpAnswer.Sum(sum);
    } catch (NumberFormatException e) {
      failure = WriteResult.Reason.NOT_A_NUMBER;
      return new OpAnswer.Sum(0);
    }
  }

  private OpAnswer range(Op.Range range) {
    var all = new ArrayList<>(StoreModel.range(map, range.start(), range.end()).values());
    if (range.reverse()) {
      java.util.Collections.reverse(all);
    }
    boolean more = range.limit() > 0 && all.size() > range.limit();
    var shown = more ? all.subList(0, (int) range.limit()) : all;
    var versions = shown.stream().map(v -> range.keysOnly() ? new Version(v.key(), new byte[0], v.create(), v.mod(), v.version(), v.lease()) : v);
    return new OpAnswer.Read(range.countOnly() ? List.of() : versions.toList(), shown.size(), more);
  }

  private boolean holds(Comparison comparison) {
    if (comparison.end() == null) {
      return one(comparison, map.get(new String(comparison.start())));
    }
    var inside = StoreModel.range(map, comparison.start(), comparison.end()).values();
    return switch (comparison.target()) {
      case COUNT -> relates(comparison.relation(), Long.compare(inside.size(), comparison.number()));
      case EXISTS -> relates(comparison.relation(), Long.compare(inside.isEmpty() ? 0 : 1, comparison.number()));
      default -> inside.stream().allMatch(version -> one(comparison, version));
    };
  }

  private static boolean one(Comparison comparison, Version version) {
    if (comparison.target() == Comparison.Target.VALUE) {
      return version != null && relates(comparison.relation(), new String(version.value()).compareTo(new String(comparison.value())));
    }
    long stored = version == null ? 0 : switch (comparison.target()) {
      case VERSION -> version.version();
      case CREATE -> version.create();
      case MOD -> version.mod();
      case LEASE -> version.lease();
      default -> 1;
    };
    return relates(comparison.relation(), Long.compare(stored, comparison.number()));
  }

  private static boolean relates(Comparison.Relation relation, int order) {
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
