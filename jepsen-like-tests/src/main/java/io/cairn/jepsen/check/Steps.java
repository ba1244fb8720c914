package io.cairn.jepsen.check;

import io.cairn.jepsen.history.Call;
import io.cairn.jepsen.history.Change;
import io.cairn.jepsen.history.Event;
import io.cairn.jepsen.history.Op;
import io.cairn.jepsen.history.Result;
import io.cairn.jepsen.history.Truth;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/** What calls are made of: a transaction of its steps, anything else of itself. */
final class Steps {
  private Steps() {}

  /** Every step on either side. */
  static void each(Op op, Consumer<Op> visit) {
    if (op instanceof Op.Txn txn) {
      txn.then().forEach(step -> each(step, visit));
      txn.otherwise().forEach(step -> each(step, visit));
    } else {
      visit.accept(op);
    }
  }

  /** Every step that was taken, with its result. */
  static void taken(Op op, Result result, BiConsumer<Op, Result> visit) {
    if (op instanceof Op.Txn txn && result instanceof Result.TxnDone done) {
      List<Op> side = done.succeeded() ? txn.then() : txn.otherwise();
      for (int i = 0; i < Math.min(side.size(), done.results().size()); i++) {
        taken(side.get(i), done.results().get(i), visit);
      }
    } else {
      visit.accept(op, result);
    }
  }

  /** Whether it changed a key, as its answer tells. */
  static boolean changed(Op op, Result result) {
    boolean[] found = {false};
    taken(op, result, (step, answer) -> found[0] |= switch (answer) {
      case Result.Written written -> written.changed() > 0;
      case Result.Added _ -> true;
      default -> false;
    });
    return found[0];
  }

  static boolean mayDelete(Op op) {
    boolean[] found = {false};
    each(op, step -> found[0] |= step instanceof Op.Delete || step instanceof Op.DeleteRange || step instanceof Op.Revoke);
    return found[0];
  }

  /** Whether that value is what the call, which was answered, left in the key. */
  static boolean isPutBy(Call call, String key, String value) {
    String[] last = {null};
    taken(call.op(), call.ok().orElseThrow().result(), (step, _) -> {
      switch (step) {
        case Op.Put put when put.key().equals(key) -> last[0] = put.value();
        case Op.Delete delete when delete.key().equals(key) -> last[0] = null;
        case Op.DeleteRange range when key.compareTo(range.start()) >= 0 && key.compareTo(range.end()) < 0 -> last[0] = null;
        default -> { }
      }
    });
    return value.equals(last[0]);
  }

  static <P> Map<P, List<Long>> putsByValue(Truth truth, BiFunction<String, String, P> name) {
    Map<P, List<Long>> found = new HashMap<>();
    for (Event.Applied each : truth.applied()) {
      for (Change change : each.changes()) {
        change.now().ifPresent(
            now -> found.computeIfAbsent(name.apply(now.key(), now.value()), _ -> new ArrayList<>()).add(change.revision()));
      }
    }
    return found;
  }

  /** The decimal number that a value begins with, up to a space; a key that is not there holds 0. */
  static long number(Optional<String> value) {
    if (value.isEmpty()) {
      return 0;
    }
    int space = value.get().indexOf(' ');
    return Long.parseLong(space < 0 ? value.get() : value.get().substring(0, space));
  }
}
