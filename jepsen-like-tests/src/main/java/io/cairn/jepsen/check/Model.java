package io.cairn.jepsen.check;

import io.cairn.jepsen.history.Compare;
import io.cairn.jepsen.history.Op;
import io.cairn.jepsen.history.Result;
import io.cairn.jepsen.history.Truth;
import io.cairn.jepsen.history.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A single machine that does one call, upon what was there at a revision. */
final class Model {
  private final Truth truth;
  private final long base;
  private final long revision;
  private final TreeMap<String, Optional<Version>> written = new TreeMap<>();

  /**
   * @param base the revision it begins with
   * @param revision the one that what it writes gets
   */
  Model(Truth truth, long base, long revision) {
    this.truth = truth;
    this.base = base;
    this.revision = revision;
  }

  static Version put(Optional<Version> before, String key, String value, long lease, long revision) {
    return new Version(key, value, before.map(Version::create).orElse(revision), revision, before.map(Version::version).orElse(0L) + 1, lease);
  }

  /** What it has left, by key. */
  Map<String, Optional<Version>> effects() {
    Map<String, Optional<Version>> net = new TreeMap<>(written);
    net.entrySet().removeIf(each -> each.getValue().equals(truth.held(each.getKey(), base)));
    return net;
  }

  /** Does the call; what in its answer is not as it should be. */
  Optional<String> differs(Op op, Result answer) {
    return switch (op) {
      case Op.Put put -> write(put.key(), Optional.of(put(held(put.key()), put.key(), put.value(), put.lease(), revision)), 1, answer);
      case Op.Delete delete -> write(delete.key(), Optional.empty(), held(delete.key()).isPresent() ? 1 : 0, answer);
      case Op.DeleteRange range -> deleteRange(range, answer);
      case Op.Get get -> compare(answer, answer instanceof Result.Found found ? found.found() : null, held(get.key()));
      case Op.Range range -> compare(answer, answer instanceof Result.Shown shown ? shown.items() : null, held(range.start(), range.end()));
      case Op.Add add -> add(add, answer);
      case Op.Append append -> append(append, answer);
      case Op.Txn txn -> txn(txn, answer);
      default -> Optional.of(op + " is none that keys are read or changed by");
    };
  }

  private static Optional<String> compare(Result answer, Object shown, Object due) {
    return due.equals(shown) ? Optional.empty() : Optional.of("the answer " + answer + " should show " + due);
  }

  private Optional<Version> held(String key) {
    Optional<Version> own = written.get(key);
    return own != null ? own : truth.held(key, base);
  }

  private List<Version> held(String start, String end) {
    if (start.compareTo(end) >= 0) {
      return List.of();
    }
    TreeMap<String, Version> found = new TreeMap<>();
    truth.held(start, end, base).forEach(version -> found.put(version.key(), version));
    written.subMap(start, end).forEach((key, version) -> {
      found.remove(key);
      version.ifPresent(now -> found.put(key, now));
    });
    return new ArrayList<>(found.values());
  }

  private Optional<String> write(String key, Optional<Version> now, long changed, Result answer) {
    Optional<Version> before = held(key);
    if (changed > 0) {
      written.put(key, now);
    }
    if (!(answer instanceof Result.Written told) || told.changed() != changed) {
      return Optional.of("the answer " + answer + " should say that it changed " + changed + ", the key was " + before);
    }
    return told.previous().isEmpty() || told.previous().equals(before) ? Optional.empty()
        : Optional.of("the answer " + answer + " should show that it replaced " + before);
  }

  private Optional<String> deleteRange(Op.DeleteRange range, Result answer) {
    List<Version> there = held(range.start(), range.end());
    there.forEach(version -> written.put(version.key(), Optional.empty()));
    return answer instanceof Result.Written told && told.changed() == there.size() ? Optional.empty()
        : Optional.of("the answer " + answer + " should say that it deleted " + there);
  }

  private Optional<String> add(Op.Add add, Result answer) {
    Optional<Version> before = held(add.key());
    long sum = Steps.number(before.map(Version::value)) + add.delta();
    written.put(add.key(), Optional.of(put(before, add.key(), Long.toString(sum), before.map(Version::lease).orElse(0L), revision)));
    return answer instanceof Result.Added told && told.value() == sum ? Optional.empty()
        : Optional.of("the answer " + answer + " should show " + sum);
  }

  private Optional<String> append(Op.Append append, Result answer) {
    Optional<Version> before = held(append.key());
    String list = before.map(version -> version.value() + ",").orElse("") + append.element();
    return write(append.key(), Optional.of(put(before, append.key(), list, before.map(Version::lease).orElse(0L), revision)), 1, answer);
  }

  private Optional<String> txn(Op.Txn txn, Result answer) {
    boolean succeeds = txn.when().stream().allMatch(this::holds);
    List<Op> side = succeeds ? txn.then() : txn.otherwise();
    if (!(answer instanceof Result.TxnDone told) || told.succeeded() != succeeds || told.results().size() != side.size()) {
      return Optional.of("the answer " + answer + " should say that its conditions " + (succeeds ? "hold" : "do not hold") + ", with "
          + side.size() + " results");
    }
    Optional<String> first = Optional.empty();
    for (int i = 0; i < side.size(); i++) {
      Optional<String> differs = differs(side.get(i), told.results().get(i));
      first = first.isPresent() ? first : differs;
    }
    return first;
  }

  private boolean holds(Compare compare) {
    Optional<Version> there = held(compare.key());
    if (compare.field() == Compare.Field.VALUE) {
      return there.isPresent() && relates(there.get().value().compareTo(compare.operand()), compare.relation());
    }
    long value = switch (compare.field()) {
      case VERSION -> there.map(Version::version).orElse(0L);
      case CREATE -> there.map(Version::create).orElse(0L);
      case MOD -> there.map(Version::mod).orElse(0L);
      default -> there.map(Version::lease).orElse(0L);
    };
    return relates(Long.compare(value, Long.parseLong(compare.operand())), compare.relation());
  }

  private static boolean relates(int order, Compare.Relation relation) {
    return switch (relation) {
      case EQUAL -> order == 0;
      case NOT_EQUAL -> order != 0;
      case LESS -> order < 0;
      case GREATER -> order > 0;
    };
  }
}
