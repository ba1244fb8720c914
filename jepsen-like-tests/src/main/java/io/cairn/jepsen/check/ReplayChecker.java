package io.cairn.jepsen.check;

import io.cairn.jepsen.history.Call;
import io.cairn.jepsen.history.Change;
import io.cairn.jepsen.history.Event;
import io.cairn.jepsen.history.History;
import io.cairn.jepsen.history.Op;
import io.cairn.jepsen.history.Result;
import io.cairn.jepsen.history.Truth;
import io.cairn.jepsen.history.Version;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Strict serializability, by doing all again. Every transaction that changes a key has one revision, so the order is known: what each call
 * was answered must be what a single machine answers that does them one after the other, what it did must be what is written down at its
 * revision, and the order of revisions must be one that real time allows. No search is needed, and no history is too long.
 */
public final class ReplayChecker implements Checker {
  /** Each revision is taken once, and what is written down of a key follows from what was written before. */
  public static final String RECORD = "record";
  /** The answer of a call that changed something is what doing it just below its revision gives. */
  public static final String ANSWER = "answer";
  /** What a call did is what is written down at its revision, no more and no less: all of it, at once. */
  public static final String EFFECT = "effect";
  /** What a call that changed nothing shows is what was there at its revision. */
  public static final String SHOWN = "shown";
  /** And it misses nothing of its keys that anybody was told before it was made (SM-18). */
  public static final String FRESH = "fresh";
  /** A write's revision is above all that anybody was told before it was made. */
  public static final String REAL_TIME = "real-time";

  @Override
  public Verdict check(History history) {
    return new Run(history).verdict();
  }

  private static final class Run {
    private final History history;
    private final Truth truth;
    private final Findings findings = new Findings();
    private final Map<Long, Call> calls = new HashMap<>();
    /** The highest revision that anybody was told of, by key and of anything. */
    private final TreeMap<String, Long> told = new TreeMap<>();
    private long toldOfAny;

    private record Before(long ofAny, long ofItsKeys) {}

    private final Map<Long, Before> before = new HashMap<>();

    Run(History history) {
      this.history = history;
      this.truth = history.truth();
      history.calls().forEach(call -> calls.put(call.invoke().call(), call));
    }

    Verdict verdict() {
      record();
      for (Event event : history.events()) {
        switch (event) {
          case Event.Invoke invoke -> before.putIfAbsent(invoke.call(), new Before(toldOfAny, toldOfKeys(invoke.op())));
          case Event.Ok ok -> {
            Call call = calls.get(ok.call());
            if (call != null && before.containsKey(ok.call())) {
              answered(call, ok.result());
              tell(call.op(), ok.result());
            }
          }
          case Event.Delivered batch -> batch.changes().forEach(change -> tell(change.key(), change.revision()));
          case Event.Progress progress -> toldOfAny = Math.max(toldOfAny, progress.revision());
          default -> { }
        }
      }
      return findings.verdict();
    }

    private void record() {
      long last = 0;
      for (Event.Applied each : truth.applied()) {
        findings.check(each.revision() > last, RECORD, "revision %d is written down twice", each.revision());
        last = each.revision();
      }
      for (String key : truth.keys()) {
        Optional<Version> held = Optional.empty();
        for (Change change : truth.of(key)) {
          Optional<Version> was = held;
          Optional<Version> due = change.now().map(now -> Model.put(was, key, now.value(), now.lease(), change.revision()));
          findings.check(change.now().equals(due) && change.previous().equals(was) && (due.isPresent() || was.isPresent()), RECORD,
              "%s is written down as %s in place of %s, due was %s in place of %s", change, change.now(), change.previous(), due, was);
          held = change.now();
        }
      }
    }

    private void answered(Call call, Result result) {
      switch (call.op()) {
        case Op.Grant _, Op.KeepAlive _, Op.TimeToLive _, Op.Compact _, Op.Revoke _ -> { }
        default -> {
          if (Steps.changed(call.op(), result)) {
            wrote(call, result);
          } else {
            showed(call, result);
          }
        }
      }
    }

    private void wrote(Call call, Result result) {
      long revision = result.revision();
      findings.check(revision > before.get(call.invoke().call()).ofAny(), REAL_TIME, "%s got revision %d, but %d was told before it was made", call,
          revision, before.get(call.invoke().call()).ofAny());
      Model model = new Model(truth, revision - 1, revision);
      Optional<String> differs = model.differs(call.op(), result);
      // Of a call that was answered wrongly nobody knows what it should have done.
      if (findings.check(differs.isEmpty(), ANSWER, "%s, done at %d: %s", call, revision, differs.orElse(""))) {
        Map<String, Optional<Version>> written = new TreeMap<>();
        truth.at(revision).ifPresent(applied -> applied.changes().forEach(change -> written.put(change.key(), change.now())));
        findings.check(written.equals(model.effects()), EFFECT, "%s at %d should have left %s, written down is %s", call, revision,
            model.effects(), written);
      }
    }

    private void showed(Call call, Result result) {
      boolean absent = result instanceof Result.Found found && found.found().isEmpty();
      if (call.op() instanceof Op.Get get && (get.local() || absent && get.revision() == 0)) {
        showedAtLeast(call, get, result);
        return;
      }
      boolean past = call.op() instanceof Op.Get get && get.revision() > 0 || call.op() instanceof Op.Range range && range.revision() > 0;
      long revision = asked(call.op()).orElse(result.revision());
      Model model = new Model(truth, revision, revision);
      Optional<String> differs = model.differs(call.op(), result);
      findings.check(differs.isEmpty() && model.effects().isEmpty(), SHOWN, "%s, answered at %d: %s", call, revision,
          differs.orElse("it should have left " + model.effects()));
      long due = before.get(call.invoke().call()).ofItsKeys();
      if (!past && due > revision) {
        Optional<String> later = new Model(truth, due, due).differs(call.op(), result);
        findings.check(later.isEmpty(), FRESH, "%s was answered at %d, but %d was told of its keys before it was made: %s", call, revision, due,
            later.orElse(""));
      } else if (!past) {
        findings.check(true, FRESH, "");
      }
    }

    /**
     * What names a revision up to which nothing is missing, and may show more: a replica as it is, and an absence, whose delete may be
     * above the revision that is named for it.
     */
    private void showedAtLeast(Call call, Op.Get get, Result result) {
      Optional<Version> found = result instanceof Result.Found answer ? answer.found() : Optional.empty();
      long told = get.local() ? 0 : before.get(call.invoke().call()).ofItsKeys();
      findings.check(heldSince(get.key(), result.revision(), found), SHOWN, "%s, answered at %d, shows %s, which it did not hold then or later",
          call, result.revision(), found);
      findings.check(get.local() || heldSince(get.key(), Math.max(told, result.revision()), found), FRESH,
          "%s shows %s, but %d was told of its key before it was made, and it did not hold that then or later", call, found, told);
    }

    private boolean heldSince(String key, long revision, Optional<Version> found) {
      boolean held = truth.held(key, revision).equals(found);
      for (Change change : truth.of(key)) {
        held |= change.revision() > revision && change.now().equals(found);
      }
      return held;
    }

    private static Optional<Long> asked(Op op) {
      return switch (op) {
        case Op.Get get when get.revision() > 0 -> Optional.of(get.revision());
        case Op.Range range when range.revision() > 0 -> Optional.of(range.revision());
        default -> Optional.empty();
      };
    }

    private long toldOfKeys(Op op) {
      long[] most = {0};
      if (op instanceof Op.Txn txn) {
        txn.when().forEach(compare -> most[0] = Math.max(most[0], told.getOrDefault(compare.key(), 0L)));
      }
      Steps.each(op, step -> most[0] = Math.max(most[0], switch (step) {
        case Op.Get get -> told.getOrDefault(get.key(), 0L);
        case Op.Put put -> told.getOrDefault(put.key(), 0L);
        case Op.Delete delete -> told.getOrDefault(delete.key(), 0L);
        case Op.Range range -> toldWithin(range.start(), range.end());
        case Op.DeleteRange range -> toldWithin(range.start(), range.end());
        default -> 0L;
      }));
      return most[0];
    }

    private long toldWithin(String start, String end) {
      long most = 0;
      if (start.compareTo(end) < 0) {
        for (long each : told.subMap(start, end).values()) {
          most = Math.max(most, each);
        }
      }
      return most;
    }

    private void tell(String key, long revision) {
      told.merge(key, revision, Math::max);
      toldOfAny = Math.max(toldOfAny, revision);
    }

    private void tell(Op op, Result result) {
      toldOfAny = Math.max(toldOfAny, result.revision());
      if (Steps.changed(op, result)) {
        truth.at(result.revision()).ifPresent(applied -> applied.changes().forEach(change -> tell(change.key(), change.revision())));
      }
      Steps.taken(op, result, (step, answer) -> {
        switch (answer) {
          case Result.Found found -> found.found().ifPresent(version -> tell(version.key(), version.mod()));
          case Result.Shown shown -> shown.items().forEach(version -> tell(version.key(), version.mod()));
          default -> { }
        }
        if (step instanceof Op.Get get && get.revision() == 0 && !get.local()) {
          tell(get.key(), result.revision());
        }
      });
    }
  }
}
