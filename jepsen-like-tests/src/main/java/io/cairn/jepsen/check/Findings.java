package io.cairn.jepsen.check;

import io.cairn.jepsen.check.Verdict.Violation;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a checker has found so far. */
final class Findings {
  /** More of one rule are counted as judged, and not kept. */
  private static final int KEPT_PER_RULE = 10;

  private final Map<String, Long> judged = new TreeMap<>();
  private final Map<String, Integer> broken = new TreeMap<>();
  private final List<Violation> violations = new ArrayList<>();

  /** Applies a rule; {@code what} and {@code arguments}, as of {@link String#format}, say what is wrong when it does not hold. */
  boolean check(boolean holds, String rule, String what, Object... arguments) {
    judged.merge(rule, 1L, Long::sum);
    if (!holds && broken.merge(rule, 1, Integer::sum) <= KEPT_PER_RULE) {
      violations.add(new Violation(rule, String.format(what, arguments)));
    }
    return holds;
  }

  Verdict verdict() {
    return new Verdict(Collections.unmodifiableMap(judged), List.copyOf(violations));
  }
}
