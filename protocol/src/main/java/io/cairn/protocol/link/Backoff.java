package io.cairn.protocol.link;

import io.cairn.platform.RandomSource;

/**
 * Full jitter: each delay is drawn evenly between nothing and a ceiling that doubles, so that those who lost the same node
 * at the same instant do not come back at the same instant.
 */
final class Backoff {

  private final long minNanos;
  private final long maxNanos;
  private final RandomSource random;
  private long ceilingNanos;

  Backoff(long minNanos, long maxNanos, RandomSource random) {
    this.minNanos = minNanos;
    this.maxNanos = maxNanos;
    this.random = random;
    this.ceilingNanos = minNanos;
  }

  long nextNanos() {
    long drawn = random.nextLong(ceilingNanos) + 1;
    ceilingNanos = ceilingNanos > maxNanos / 2 ? maxNanos : 2 * ceilingNanos;
    return drawn;
  }

  /** A connection held: the next failure is a first one again. */
  void reset() {
    ceilingNanos = minNanos;
  }
}
