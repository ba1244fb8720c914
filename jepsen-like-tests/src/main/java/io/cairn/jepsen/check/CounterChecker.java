package io.cairn.jepsen.check;

import io.cairn.jepsen.history.Call;
import io.cairn.jepsen.history.Change;
import io.cairn.jepsen.history.Event;
import io.cairn.jepsen.history.History;
import io.cairn.jepsen.history.Op;
import io.cairn.jepsen.history.Result;
import io.cairn.jepsen.history.Version;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Numbers that are added to, alone or several in one transaction: each call's additions happen together, once when it was acknowledged, at
 * most once when its outcome is unknown, and nothing else happens to the numbers (CL-01, CL-03).
 */
public final class CounterChecker implements Checker {
  /** What was acknowledged was added at the revision that was told. */
  public static final String ACKNOWLEDGED = "acknowledged-is-there";
  /** Whatever else was added is that of one call of unknown outcome, each used once. */
  public static final String ASKED_FOR = "asked-for";

  @Override
  public Verdict check(History history) {
    Findings findings = new Findings();
    Set<String> counters = new HashSet<>();
    Map<Map<String, Long>, Integer> open = new HashMap<>();
    Map<Long, Map<String, Long>> acknowledged = new HashMap<>();
    for (Call call : history.calls()) {
      Map<String, Long> deltas = new TreeMap<>();
      Steps.each(call.op(), step -> {
        if (step instanceof Op.Add add) {
          counters.add(add.key());
          deltas.merge(add.key(), add.delta(), Long::sum);
        }
      });
      if (deltas.isEmpty()) {
        continue;
      }
      if (call.isOpen()) {
        open.merge(deltas, 1, Integer::sum);
      } else if (call.ok().isPresent()) {
        Map<String, Long> taken = new TreeMap<>();
        Result result = call.ok().get().result();
        Steps.taken(call.op(), result, (step, _) -> {
          if (step instanceof Op.Add add) {
            taken.merge(add.key(), add.delta(), Long::sum);
          }
        });
        acknowledged.put(result.revision(), taken);
      }
    }
    for (Event.Applied each : history.truth().applied()) {
      judge(each, counters, open, acknowledged, findings);
    }
    acknowledged.forEach((revision, deltas) -> findings.check(deltas.isEmpty(), ACKNOWLEDGED,
        "at %d %s was added, as was acknowledged, but nothing is written down there", revision, deltas));
    return findings.verdict();
  }

  private static void judge(Event.Applied applied, Set<String> counters, Map<Map<String, Long>, Integer> open,
      Map<Long, Map<String, Long>> acknowledged, Findings findings) {
    Map<String, Long> deltas = new TreeMap<>();
    for (Change change : applied.changes()) {
      if (counters.contains(change.key())) {
        deltas.put(change.key(), Steps.number(change.now().map(Version::value)) - Steps.number(change.previous().map(Version::value)));
      }
    }
    if (deltas.isEmpty()) {
      return;
    }
    Map<String, Long> told = acknowledged.remove(applied.revision());
    if (told != null) {
      findings.check(told.equals(deltas), ACKNOWLEDGED, "at %d %s was added, %s was acknowledged", applied.revision(), deltas, told);
    } else {
      int left = open.getOrDefault(deltas, 0);
      findings.check(left > 0, ASKED_FOR, "at %d %s was added: no call of unknown outcome is left that would", applied.revision(), deltas);
      open.put(deltas, left - 1);
    }
  }
}
