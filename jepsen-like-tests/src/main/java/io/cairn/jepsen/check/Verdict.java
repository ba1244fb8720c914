package io.cairn.jepsen.check;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a checker found.
 *
 * @param judged how often each rule was applied, also those that found nothing wrong; one that is missing was never met
 * @param violations the first few of each rule
 */
public record Verdict(Map<String, Long> judged, List<Violation> violations) {

  /** @param what which event it was, and what was due instead */
  public record Violation(String rule, String what) {
    @Override
    public String toString() {
      return rule + ": " + what;
    }
  }

  public boolean isClean() {
    return violations.isEmpty();
  }

  /** Rules that do not hold. */
  public Set<String> broken() {
    Set<String> rules = new TreeSet<>();
    violations.forEach(violation -> rules.add(violation.rule()));
    return rules;
  }

  public long judged(String rule) {
    return judged.getOrDefault(rule, 0L);
  }
}
