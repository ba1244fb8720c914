package io.cairn.client.services.choosers;

import io.cairn.client.services.KnownInstance;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** At random, each as likely as its weight. Many callers that know nothing of each other do not meet at one instance, as those in turn may. */
public final class RandomByWeight implements Chooser {
  private final RandomGenerator random;

  /** @param random safe for as many threads as choose */
  public RandomByWeight(RandomGenerator random) {
    this.random = Objects.requireNonNull(random, "random");
  }

  @Override
  public Optional<KnownInstance> choose(List<KnownInstance> candidates, String key) {
    return Weights.draw(candidates, random);
  }
}
