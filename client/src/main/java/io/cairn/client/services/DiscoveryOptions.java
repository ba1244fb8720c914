package io.cairn.client.services;

import java.time.Duration;

/**
 * How a view judges what it sees.
 *
 * @param panicPercent it panics when fewer than this share of the instances it should have are there; 0: never
 * @param keepSuspected for how long an instance whose entry went without a word counts as one that should be there; time in which the view is
 *     told nothing is left out
 */
public record DiscoveryOptions(int panicPercent, Duration keepSuspected) {

  /** Half of them, five minutes. */
  public static final DiscoveryOptions DEFAULT = new DiscoveryOptions(50, Duration.ofMinutes(5));

  private static final int WHOLE = 100;

  public DiscoveryOptions {
    if (panicPercent < 0 || panicPercent > WHOLE) {
      throw new IllegalArgumentException("a panic threshold is 0 to 100 percent, was " + panicPercent);
    }
    if (keepSuspected.isNegative()) {
      throw new IllegalArgumentException("suspected instances are not kept for less than no time, was " + keepSuspected);
    }
  }

  public DiscoveryOptions withPanicBelow(int percent) {
    return new DiscoveryOptions(percent, keepSuspected);
  }

  public DiscoveryOptions withSuspectedFor(Duration time) {
    return new DiscoveryOptions(panicPercent, time);
  }
}
