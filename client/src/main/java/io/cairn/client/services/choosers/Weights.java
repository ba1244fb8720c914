package io.cairn.client.services.choosers;

import io.cairn.client.services.KnownInstance;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Weights of candidates: where nobody has one, all have the same. */
final class Weights {

  private Weights() {}

  static boolean isWeighted(List<KnownInstance> candidates) {
    for (KnownInstance each : candidates) {
      if (each.instance().weight() > 0) {
        return true;
      }
    }
    return false;
  }

  static long of(KnownInstance instance, boolean isWeighted) {
    return isWeighted ? instance.instance().weight() : 1;
  }

  static Optional<KnownInstance> draw(List<KnownInstance> candidates, RandomGenerator random) {
    if (candidates.isEmpty()) {
      return Optional.empty();
    }
    boolean isWeighted = isWeighted(candidates);
    long sum = 0;
    for (KnownInstance each : candidates) {
      sum += of(each, isWeighted);
    }
    long left = random.nextLong(sum);
    for (KnownInstance each : candidates) {
      left -= of(each, isWeighted);
      if (left < 0) {
        return Optional.of(each);
      }
    }
    throw new IllegalStateException("a draw below " + sum + " fell behind every candidate");
  }
}
