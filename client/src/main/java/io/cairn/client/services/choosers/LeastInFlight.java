package io.cairn.client.services.choosers;

import io.cairn.client.services.KnownInstance;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The one with the fewest calls of this chooser's under way for its weight; among equals at random. So one that has grown slow gets fewer by
 * itself. Needs to be told of each end: {@link #ended}.
 */
public final class LeastInFlight implements Chooser {
  private final RandomGenerator random;
  private final Map<String, Integer> open = new HashMap<>();

  public LeastInFlight(RandomGenerator random) {
    this.random = Objects.requireNonNull(random, "random");
  }

  @Override
  public synchronized Optional<KnownInstance> choose(List<KnownInstance> candidates, String key) {
    boolean isWeighted = Weights.isWeighted(candidates);
    List<KnownInstance> best = new ArrayList<>();
    double least = Double.POSITIVE_INFINITY;
    for (KnownInstance each : candidates) {
      long weight = Weights.of(each, isWeighted);
      if (weight == 0) {
        continue;
      }
      // With the call that is to be made: among idle ones the heavier is less burdened by it.
      double burden = (open.getOrDefault(each.id(), 0) + 1.0) / weight;
      if (burden < least) {
        best.clear();
        least = burden;
      }
      if (burden <= least) {
        best.add(each);
      }
    }
    Optional<KnownInstance> chosen = best.isEmpty() ? Optional.empty() : Optional.of(best.get(random.nextInt(best.size())));
    chosen.ifPresent(each -> open.merge(each.id(), 1, Integer::sum));
    return chosen;
  }

  @Override
  public synchronized void ended(KnownInstance chosen) {
    open.computeIfPresent(chosen.id(), (id, calls) -> calls > 1 ? calls - 1 : null);
  }

  /** Calls under way to an instance. */
  public synchronized int inFlight(String id) {
    return open.getOrDefault(id, 0);
  }
}
