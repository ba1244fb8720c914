package io.cairn.simulator.schedule;

import io.cairn.platform.RandomSource;

/**
 * SplitMix64 (Steele, Lea, Flood 2014), written out so that a seed means the same in every JDK. Streams are split by purpose from
 * the seed of their parent, never from its state: a draw added to one stream shifts no other.
 */
public final class SimRandom implements RandomSource {
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private final long seed;
  private long state;

  public SimRandom(long seed) {
    this.seed = seed;
    this.state = seed;
  }

  @Override
  public long nextLong() {
    state += GOLDEN_GAMMA;
    return mix(state);
  }

  /** Without rejection: the bias is below 2^-40 for every bound used here, and a draw always takes exactly one step. */
  @Override
  public long nextLong(long bound) {
    if (bound <= 0) {
      throw new IllegalArgumentException("bound must be positive, was " + bound);
    }
    return Math.unsignedMultiplyHigh(nextLong(), bound);
  }

  @Override
  public double nextDouble() {
    return (nextLong() >>> 11) * 0x1.0p-53;
  }

  @Override
  public SimRandom split(String purpose) {
    long hash = mix(seed + GOLDEN_GAMMA);
    for (int i = 0; i < purpose.length(); i++) {
      hash = mix(hash ^ purpose.charAt(i));
    }
    return new SimRandom(hash);
  }

  /** True once in {@code 1 / probability}. Draws even when the answer is certain, so that settings do not shift the stream. */
  public boolean chance(double probability) {
    return nextDouble() < probability;
  }

  /** Uniform in {@code [from, to]}. */
  public long between(long from, long to) {
    return from + nextLong(to - from + 1);
  }

  /**
   * Exponential with the given mean. StrictMath, because Math.log may differ in its last bit between the interpreter and the
   * compiler, and one bit is another run.
   */
  public long exponential(long mean) {
    double draw = nextDouble();
    return mean == 0 ? 0 : (long) (-StrictMath.log(1 - draw) * mean);
  }

  /** Stafford's mix 13: every bit of the answer depends on every bit of {@code z}. */
  static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
