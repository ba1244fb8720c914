package io.cairn.jepsen.check;

import io.cairn.jepsen.check.ElectionStory.Office;
import io.cairn.jepsen.check.ElectionStory.Outcome;
import io.cairn.jepsen.check.ElectionStory.Proclaimed;
import io.cairn.jepsen.check.ElectionStory.Seen;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What {@link io.cairn.client.LeaderElection} promises, of what was seen. A function of it and nothing else. */
public final class ElectionChecker {
  /** Whoever is elected later has a larger term. */
  public static final String TERMS_GROW = "terms-grow";
  /** From its election until a leader's own conservative deadline nobody else is told to lead. */
  public static final String ONE_LEADER = "one-leader";
  /** What was proclaimed under an earlier term never takes effect after what was under a later one. */
  public static final String IN_ORDER = "proclaimed-in-order";
  /** What is proclaimed once a later leader was elected is refused. */
  public static final String FORMER_REFUSED = "former-leaders-are-refused";
  /** An observer is never shown an earlier term after a later one, nor an earlier word of a term after a later one. */
  public static final String NEVER_BACK = "never-back";
  /** What is shown was said, of that term, and was not refused. */
  public static final String WAS_SAID = "was-said";

  private ElectionChecker() {}

  public static Verdict check(ElectionStory story) {
    var findings = new Findings();
    Map<String, List<Office>> offices = story.offices().stream().collect(Collectors.groupingBy(Office::election, TreeMap::new, Collectors.toList()));
    offices.values().forEach(each -> leaders(findings, each));
    Map<String, List<Proclaimed>> proclaimed =
        story.proclaimed().stream().collect(Collectors.groupingBy(Proclaimed::election, TreeMap::new, Collectors.toList()));
    proclaimed.forEach((election, each) -> proclaimed(findings, each, offices.getOrDefault(election, List.of())));
    Map<String, Proclaimed> words = new HashMap<>();
    story.proclaimed().forEach(each -> words.put(each.word(), each));
    Set<String> stood = new HashSet<>(story.stood());
    record Observer(String election, int number) {}
    story.seen().stream().collect(Collectors.groupingBy(seen -> new Observer(seen.election(), seen.observer()))).values()
        .forEach(each -> seen(findings, each, words, stood));
    return findings.verdict();
  }

  private static void leaders(Findings findings, List<Office> offices) {
    Office before = null;
    long ledUntil = Long.MIN_VALUE;
    for (Office office : offices.stream().sorted(Comparator.comparingLong(Office::electedAt)).toList()) {
      if (before != null) {
        findings.check(office.term() > before.term(), TERMS_GROW, "the leader of %s was told of term %d, and after that one of %d", office.election(),
            before.term(), office.term());
        findings.check(office.electedAt() >= ledUntil, ONE_LEADER, "%s was elected in %s at %d, while another one led until %d", office.word(),
            office.election(), office.electedAt(), ledUntil);
      }
      before = office;
      ledUntil = Math.max(ledUntil, office.certainUntil());
    }
  }

  private static void proclaimed(Findings findings, List<Proclaimed> proclaimed, List<Office> offices) {
    Proclaimed before = null;
    List<Proclaimed> done = proclaimed.stream().filter(each -> each.outcome() == Outcome.DONE && each.revision() > 0)
        .sorted(Comparator.comparingLong(Proclaimed::revision)).toList();
    for (Proclaimed each : done) {
      if (before != null) {
        findings.check(each.term() >= before.term(), IN_ORDER, "%s took effect at %d under term %d, after %s at %d under %d", each.word(), each.revision(),
            each.term(), before.word(), before.revision(), before.term());
      }
      before = each;
    }
    // The largest term of which anybody had been told, by the times of those words.
    List<Office> elected = offices.stream().sorted(Comparator.comparingLong(Office::electedAt)).toList();
    int next = 0;
    long highest = 0;
    for (Proclaimed each : proclaimed.stream().sorted(Comparator.comparingLong(Proclaimed::askedAt)).toList()) {
      while (next < elected.size() && elected.get(next).electedAt() < each.askedAt()) {
        highest = Math.max(highest, elected.get(next++).term());
      }
      if (highest > each.term()) {
        findings.check(each.outcome() != Outcome.DONE, FORMER_REFUSED, "%s, of term %d, was taken at %d, though the leader of term %d had been elected before",
            each.word(), each.term(), each.revision(), highest);
      }
    }
  }

  private static void seen(Findings findings, List<Seen> seen, Map<String, Proclaimed> words, Set<String> stood) {
    Seen last = null;
    long revision = 0;
    for (Seen each : seen) {
      if (each.term() == 0) {
        continue;
      }
      Proclaimed said = words.get(each.word());
      boolean asStood = said == null && stood.contains(each.word());
      findings.check(asStood || said != null && said.term() == each.term() && said.outcome() != Outcome.REFUSED, WAS_SAID,
          "observer %d of %s was shown %s of term %d: %s", each.observer(), each.election(), each.word(), each.term(), said);
      long at = said != null && said.outcome() == Outcome.DONE ? said.revision() : asStood ? each.term() : 0;
      boolean back = last != null && (each.term() < last.term() || each.term() == last.term() && at != 0 && at < revision);
      findings.check(!back, NEVER_BACK, "observer %d of %s was shown %s of term %d after %s of term %d", each.observer(), each.election(), each.word(),
          each.term(), last == null ? "" : last.word(), last == null ? 0 : last.term());
      revision = last == null || each.term() > last.term() ? at : Math.max(revision, at);
      last = each;
    }
  }
}
