package io.cairn.simulator.oracle;

import io.cairn.storage.mvcc.Comparison;
import io.cairn.storage.mvcc.Op;
import io.cairn.storage.mvcc.OpAnswer;
import io.cairn.storage.mvcc.Version;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;

/**
 * Does one transaction on the true history, at once and in the plainest way, and holds what apply answered against it. Values are their
 * names, so workloads compare values only where those are whole ({@link DataOracle#valueName}).
 */
final class TxnTruth {

  /** Makes a change of the true history; null deletes, lease 0 is none. */
  interface Changer {
    void change(String key, String value, long lease);
  }

  private final Checks checks;
  private final NavigableMap<String, KeyHistory> keys;
  private final LeaseTruth leases;
  private final Changer changer;
  private long changed;

  TxnTruth(Checks checks, NavigableMap<String, KeyHistory> keys, LeaseTruth leases, Changer changer) {
    this.checks = checks;
    this.keys = keys;
    this.leases = leases;
    this.changer = changer;
  }

  /** How many keys it changed. */
  long changed() {
    return changed;
  }

  void judge(Op op, OpAnswer answer) {
    switch (op) {
      case Op.Put put -> {
        String key = text(put.key(), 1);
        same(op, put.previous() ? latest(key) : null, ((OpAnswer.Replaced) answer).previous());
        change(key, DataOracle.valueName(text(put.value(), 0)), put.lease());
      }
      case Op.Delete delete -> {
        String key = text(delete.key(), 1);
        deleted(op, latest(key) == null ? List.of() : List.of(key), delete.previous(), (OpAnswer.Deleted) answer);
      }
      case Op.DeleteRange range -> deleted(op, inside(range.start(), range.end()), range.previous(), (OpAnswer.Deleted) answer);
      case Op.Add add -> {
        String key = text(add.key(), 1);
        long sum = (latest(key) == null ? 0 : Long.parseLong(latest(key))) + add.delta();
        check(((OpAnswer.Sum) answer).value() == sum, op, sum, answer);
        change(key, Long.toString(sum), leases.leaseOf(key));
      }
      case Op.Range range -> range(range, (OpAnswer.Read) answer);
      case Op.LeaseGrant _, Op.LeaseRevoke _, Op.LeaseDelete _ -> throw new IllegalStateException("is no part of a transaction: " + op);
      case Op.Txn txn -> {
        var told = (OpAnswer.Txn) answer;
        boolean holds = txn.comparisons().stream().allMatch(this::holds);
        check(told.succeeded() == holds, op, holds, told.succeeded());
        List<Op> branch = holds ? txn.then() : txn.otherwise();
        check(told.answers().size() == branch.size(), op, branch.size(), told.answers().size());
        for (int i = 0; i < branch.size(); i++) {
          judge(branch.get(i), told.answers().get(i));
        }
      }
    }
  }

  private void deleted(Op op, List<String> gone, boolean previous, OpAnswer.Deleted told) {
    check(told.count() == gone.size(), op, gone, told.count());
    check(told.previous().size() == (previous ? gone.size() : 0), op, gone, told.previous().size());
    for (int i = 0; i < told.previous().size(); i++) {
      same(op, latest(gone.get(i)), told.previous().get(i));
    }
    gone.forEach(key -> change(key, null, 0));
  }

  private void range(Op.Range range, OpAnswer.Read told) {
    var found = new ArrayList<>(inside(range.start(), range.end()));
    if (range.reverse()) {
      Collections.reverse(found);
    }
    boolean more = range.limit() > 0 && found.size() > range.limit();
    List<String> shown = more ? found.subList(0, (int) range.limit()) : found;
    check(told.count() == shown.size() && told.more() == more, range, shown, told.count());
    check(told.versions().size() == (range.countOnly() ? 0 : shown.size()), range, shown, told.versions().size());
    for (int i = 0; i < told.versions().size(); i++) {
      check(text(told.versions().get(i).key(), 1).equals(shown.get(i)), range, shown, i);
      if (!range.keysOnly()) {
        same(range, latest(shown.get(i)), told.versions().get(i));
      }
    }
  }

  private boolean holds(Comparison comparison) {
    if (comparison.end() == null) {
      return holds(comparison, text(comparison.start(), 1));
    }
    List<String> found = inside(comparison.start(), comparison.end());
    return switch (comparison.target()) {
      case COUNT -> relates(comparison, found.size());
      case EXISTS -> relates(comparison, found.isEmpty() ? 0 : 1);
      default -> found.stream().allMatch(key -> holds(comparison, key));
    };
  }

  private boolean holds(Comparison comparison, String key) {
    String value = latest(key);
    KeyHistory history = keys.get(key);
    return switch (comparison.target()) {
      case VALUE -> value != null && relates(comparison.relation(), value.compareTo(text(comparison.value(), 0)));
      case VERSION -> relates(comparison, value == null ? 0 : history.version());
      case CREATE -> relates(comparison, value == null ? 0 : history.created());
      case MOD -> relates(comparison, value == null ? 0 : history.changedAt(Long.MAX_VALUE));
      case LEASE -> relates(comparison, leases.leaseOf(key));
      case EXISTS, COUNT -> relates(comparison, value == null ? 0 : 1);
    };
  }

  private static boolean relates(Comparison comparison, long stored) {
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

  /** The keys that live in a range now; one that ends with the keyspace ends nowhere. */
  private List<String> inside(byte[] start, byte[] end) {
    boolean open = end == null || end[0] != start[0];
    var found = new ArrayList<String>();
    keys.tailMap(text(start, 1), true).forEach((key, history) -> {
      if (history.latest() != null && (open || key.compareTo(text(end, 1)) < 0)) {
        found.add(key);
      }
    });
    return found;
  }

  private String latest(String key) {
    KeyHistory history = keys.get(key);
    return history == null ? null : history.latest();
  }

  private void change(String key, String value, long lease) {
    changed++;
    changer.change(key, value, lease);
  }

  private void same(Op op, String value, Version told) {
    String name = told == null ? null : DataOracle.valueName(text(told.value(), 0));
    check(Objects.equals(value, name), op, value, name);
  }

  private void check(boolean holds, Op op, Object truth, Object told) {
    checks.check(holds, "apply-is-right", "%s of a transaction: it was %s, told was %s", op.getClass().getSimpleName(), truth, told);
  }

  static String text(byte[] bytes, int from) {
    return new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8);
  }
}
