package io.cairn.jepsen.check;

import io.cairn.jepsen.history.Call;
import io.cairn.jepsen.history.Change;
import io.cairn.jepsen.history.Event;
import io.cairn.jepsen.history.History;
import io.cairn.jepsen.history.Op;
import io.cairn.jepsen.history.Result;
import io.cairn.jepsen.history.Truth;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Calls: each ends once and in time; what was acknowledged took effect once, what was refused never, what is unknown at most once; and
 * nobody's revisions go back. Needs puts whose values nobody else puts into the same key.
 */
public final class SessionChecker implements Checker {
  /** Every call has one ending, after it was made (CL-08). */
  public static final String ENDS_ONCE = "ends-once";
  /** And by its deadline (CL-07). */
  public static final String IN_TIME = "in-time";
  /** What was acknowledged is written down, once, at the revision that was told. */
  public static final String ACKNOWLEDGED = "acknowledged-is-there";
  /** What was refused is written down nowhere. */
  public static final String REFUSED = "refused-is-not";
  /** What is unknown is written down at most once (CL-01, CL-03). */
  public static final String UNKNOWN = "unknown-at-most-once";
  /** Everything that is written down was asked for. */
  public static final String ASKED_FOR = "asked-for";
  /** A revision belongs to one call. */
  public static final String ONE_CALL = "one-revision-one-call";
  /** What a client is told is never below what it was told before. */
  public static final String FORWARD = "goes-forward";
  /** A client reads what it has written. */
  public static final String OWN_WRITES = "reads-own-writes";

  private record Put(String key, String value) {}

  private final long graceNanos;

  /** @param graceNanos what a call may end late by, for the turns that its end takes in the client */
  public SessionChecker(long graceNanos) {
    this.graceNanos = graceNanos;
  }

  @Override
  public Verdict check(History history) {
    return new Run(history).verdict();
  }

  private final class Run {
    private final History history;
    private final Truth truth;
    private final Findings findings = new Findings();
    private final Map<Put, Call> askers = new HashMap<>();
    private final Set<Put> ambiguous = new HashSet<>();
    private final Set<String> computed = new HashSet<>();

    Run(History history) {
      this.history = history;
      this.truth = history.truth();
    }

    Verdict verdict() {
      history.calls().forEach(this::ends);
      for (Event stray : history.strays()) {
        findings.check(false, ENDS_ONCE, "%s belongs to nothing that was begun before it, or begins it a second time", stray);
      }
      for (Call call : history.calls()) {
        Steps.each(call.op(), step -> ask(call, step));
      }
      effects();
      askedFor();
      oneCallEach();
      order();
      return findings.verdict();
    }

    private void ends(Call call) {
      findings.check(call.endings().size() == 1 && call.endedAt() >= call.invoke().at(), ENDS_ONCE, "%s was made at %d and ended %s", call,
          call.invoke().at(), call.endings());
      if (!call.endings().isEmpty()) {
        findings.check(call.endedAt() <= call.invoke().until() + graceNanos, IN_TIME, "%s ended %d us after its deadline", call,
            (call.endedAt() - call.invoke().until()) / 1_000);
      }
    }

    private void ask(Call call, Op step) {
      switch (step) {
        case Op.Put put -> {
          Put what = new Put(put.key(), put.value());
          Call other = askers.putIfAbsent(what, call);
          if (other != null && other != call) {
            ambiguous.add(what);
          }
        }
        case Op.Add add -> computed.add(add.key());
        case Op.Append append -> computed.add(append.key());
        default -> { }
      }
    }

    private void effects() {
      Map<Put, List<Long>> found = Steps.putsByValue(truth, Put::new);
      askers.forEach((put, call) -> {
        if (ambiguous.contains(put) || computed.contains(put.key())) {
          return;
        }
        List<Long> revisions = found.getOrDefault(put, List.of());
        if (call.ok().isPresent()) {
          List<Long> due = Steps.isPutBy(call, put.key(), put.value()) ? List.of(call.ok().get().result().revision()) : List.of();
          findings.check(revisions.equals(due), ACKNOWLEDGED, "%s was answered %s and put %s=%s at %s, due was %s", call, call.ok().get().result(),
              put.key(), put.value(), revisions, due);
        } else if (call.isRefused()) {
          findings.check(revisions.isEmpty(), REFUSED, "%s was refused and took effect at %s", call, revisions);
        } else {
          findings.check(revisions.size() <= 1, UNKNOWN, "%s took effect at %s", call, revisions);
        }
      });
    }

    private void askedFor() {
      Set<Long> acknowledged = new HashSet<>();
      boolean anyDeleteOpen = false;
      for (Call call : history.calls()) {
        call.ok().ifPresent(ok -> acknowledged.add(ok.result().revision()));
        anyDeleteOpen |= call.isOpen() && Steps.mayDelete(call.op());
      }
      for (Event.Applied each : truth.applied()) {
        for (Change change : each.changes()) {
          if (computed.contains(change.key())) {
            continue;
          }
          boolean asked = change.isDelete()
              ? each.isEnd() || anyDeleteOpen || acknowledged.contains(change.revision())
              : askers.containsKey(new Put(change.key(), change.now().orElseThrow().value()));
          findings.check(asked, ASKED_FOR, "%s is written down, and nobody asked for it", change);
        }
      }
    }

    private void oneCallEach() {
      Map<Long, Call> owners = new HashMap<>();
      for (Call call : history.calls()) {
        if (call.ok().isPresent() && Steps.changed(call.op(), call.ok().get().result())) {
          long revision = call.ok().get().result().revision();
          Call other = owners.putIfAbsent(revision, call);
          findings.check(other == null, ONE_CALL, "revision %d was told to %s and to %s", revision, other, call);
        }
      }
    }

    /** Events stand in the order of their times: what was told before a call was made is what is above it. */
    private void order() {
      Map<Integer, Long> told = new HashMap<>();
      Map<Long, Long> before = new HashMap<>();
      Map<Integer, Map<String, Long>> written = new HashMap<>();
      Map<Long, Long> writtenBefore = new HashMap<>();
      Map<Long, Op> ops = new HashMap<>();
      Map<Long, Integer> sessions = new HashMap<>();
      for (Event event : history.events()) {
        if (event instanceof Event.Invoke invoke) {
          ops.putIfAbsent(invoke.call(), invoke.op());
          sessions.putIfAbsent(invoke.call(), invoke.session());
          before.putIfAbsent(invoke.call(), told.getOrDefault(invoke.session(), 0L));
          if (invoke.op() instanceof Op.Get get) {
            writtenBefore.putIfAbsent(invoke.call(), written.getOrDefault(invoke.session(), Map.of()).getOrDefault(get.key(), 0L));
          }
        } else if (event instanceof Event.Ok ok && ops.containsKey(ok.call()) && isFresh(ops.get(ok.call())) && ok.result().revision() > 0) {
          Op op = ops.get(ok.call());
          int session = sessions.get(ok.call());
          long revision = ok.result().revision();
          findings.check(revision >= before.get(ok.call()), FORWARD, "call %d (%s) of session %d was answered at %d, after the session was told %d",
              ok.call(), op, session, revision, before.get(ok.call()));
          if (op instanceof Op.Get get && ok.result() instanceof Result.Found found) {
            readsOwn(get, found, writtenBefore.getOrDefault(ok.call(), 0L), ok.call());
          }
          if (Steps.changed(op, ok.result())) {
            Map<String, Long> own = written.computeIfAbsent(session, _ -> new HashMap<>());
            truth.at(revision).ifPresent(applied -> applied.changes().forEach(change -> own.merge(change.key(), revision, Math::max)));
          }
          told.merge(session, revision, Math::max);
        }
      }
    }

    private void readsOwn(Op.Get get, Result.Found found, long own, long call) {
      if (own == 0) {
        return;
      }
      boolean holds = found.found().isPresent() ? found.found().get().mod() >= own
          : truth.of(get.key()).stream().anyMatch(change -> change.isDelete() && change.revision() >= own);
      findings.check(holds, OWN_WRITES, "call %d reads %s as %s, its session wrote the key at %d", call, get.key(),
          found.found().map(Object::toString).orElse("absent"), own);
    }

    /** Neither a look at the past nor at one replica as it is. */
    private static boolean isFresh(Op op) {
      return switch (op) {
        case Op.Get get -> get.revision() == 0 && !get.local();
        case Op.Range range -> range.revision() == 0;
        default -> true;
      };
    }
  }
}
