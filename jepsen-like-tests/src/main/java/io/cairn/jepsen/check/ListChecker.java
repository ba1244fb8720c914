package io.cairn.jepsen.check;

import io.cairn.jepsen.history.Call;
import io.cairn.jepsen.history.Change;
import io.cairn.jepsen.history.History;
import io.cairn.jepsen.history.Op;
import io.cairn.jepsen.history.Truth;
import io.cairn.jepsen.history.Version;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Lists that grow by appends of elements that are all different: none is lost, doubled or invented (CL-01, CL-03). */
public final class ListChecker implements Checker {
  /** Each state of a list is the one before it with more behind it: no update is lost. */
  public static final String GROWS = "grows";
  /** What was acknowledged came into its list once, at the revision that was told. */
  public static final String ACKNOWLEDGED = "acknowledged-is-there";
  /** What was refused did not. */
  public static final String REFUSED = "refused-is-not";
  /** What is unknown did at most once. */
  public static final String UNKNOWN = "unknown-at-most-once";
  /** What is in a list was appended by somebody. */
  public static final String ASKED_FOR = "asked-for";

  private record Element(String key, String element) {}

  @Override
  public Verdict check(History history) {
    Findings findings = new Findings();
    Map<Element, Call> askers = new HashMap<>();
    for (Call call : history.calls()) {
      Steps.each(call.op(), step -> {
        if (step instanceof Op.Append append) {
          askers.put(new Element(append.key(), append.element()), call);
        }
      });
    }
    Map<Element, List<Long>> came = new HashMap<>();
    TreeSet<String> keys = new TreeSet<>();
    askers.keySet().forEach(each -> keys.add(each.key()));
    keys.forEach(key -> grows(key, history.truth(), came, findings));
    askers.forEach((each, call) -> judge(each, call, came.getOrDefault(each, List.of()), findings));
    came.forEach((each, revisions) -> findings.check(askers.containsKey(each), ASKED_FOR, "%s came into %s at %s, and nobody appended it",
        each.element(), each.key(), revisions));
    return findings.verdict();
  }

  private static void grows(String key, Truth truth, Map<Element, List<Long>> came, Findings findings) {
    for (Change change : truth.of(key)) {
      String before = change.previous().map(version -> version.value() + ",").orElse("");
      String now = change.now().map(Version::value).orElse("");
      boolean grows = now.startsWith(before) && now.length() > before.length();
      findings.check(grows, GROWS, "at %d the list %s becomes [%s], it was [%s]", change.revision(), key, now, before);
      if (grows) {
        for (String element : now.substring(before.length()).split(",")) {
          came.computeIfAbsent(new Element(key, element), _ -> new ArrayList<>()).add(change.revision());
        }
      }
    }
  }

  private static void judge(Element what, Call call, List<Long> came, Findings findings) {
    if (call.ok().isPresent()) {
      boolean[] taken = {false};
      Steps.taken(call.op(), call.ok().get().result(), (step, _) -> taken[0] |= step.equals(new Op.Append(what.key(), what.element())));
      List<Long> due = taken[0] ? List.of(call.ok().get().result().revision()) : List.of();
      findings.check(came.equals(due), ACKNOWLEDGED, "%s of %s came into its list at %s, due was %s", what.element(), call, came, due);
    } else if (call.isRefused()) {
      findings.check(came.isEmpty(), REFUSED, "%s of %s was refused and came into its list at %s", what.element(), call, came);
    } else {
      findings.check(came.size() <= 1, UNKNOWN, "%s of %s came into its list at %s", what.element(), call, came);
    }
  }
}
