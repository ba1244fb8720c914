package io.cairn.client.services.choosers;

import io.cairn.client.services.KnownInstance;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * In turn, by weight, and smoothly: of weights 5, 1 and 1 the heavy one is chosen five times of seven and never five times in a row. Each
 * choice adds to every candidate its weight; the one that has most is chosen and pays the sum of all. In a round of as many choices as the sum
 * of the weights each is chosen exactly as often as its weight, as long as the candidates stay the same.
 */
public final class WeightedRoundRobin implements Chooser {
  /** Also of those that are no candidates at the moment: under another chooser the candidates change from call to call. */
  private static final int REMEMBERED_MAX = 10_000;

  private final Map<String, Long> credits = new HashMap<>();

  @Override
  public synchronized Optional<KnownInstance> choose(List<KnownInstance> candidates, String key) {
    boolean isWeighted = Weights.isWeighted(candidates);
    KnownInstance best = null;
    long most = Long.MIN_VALUE;
    long sum = 0;
    for (KnownInstance each : candidates) {
      long weight = Weights.of(each, isWeighted);
      if (weight == 0) {
        continue;
      }
      sum += weight;
      long credit = credits.merge(each.id(), weight, Long::sum);
      if (credit > most) {
        most = credit;
        best = each;
      }
    }
    if (best != null) {
      credits.merge(best.id(), -sum, Long::sum);
      if (credits.size() > REMEMBERED_MAX) {
        credits.clear(); // Most are long gone; the others begin anew, which costs no more than one uneven round.
      }
    }
    return Optional.ofNullable(best);
  }
}
