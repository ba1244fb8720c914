package io.cairn.platform;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.SplittableRandom;

/**
 * A stream of {@link SplittableRandom}: in a process from a seed of the operating system, in the simulator from the run's.
 *
 * <p>Only the raw 64 bits come from the JDK, whose algorithm is fixed; bounds and doubles are made here, so that a seed means
 * the same on every Java version. Not for secrets. Used by one thread at a time.
 */
public final class JdkRandomSource implements RandomSource {
  private final long seed;
  private final SplittableRandom random;

  /** A stream nobody can foretell. */
  public JdkRandomSource() {
    this(ByteBuffer.wrap(new SecureRandom().generateSeed(Long.BYTES)).getLong());
  }

  /** The stream of {@code seed}: the same numbers each time. */
  public JdkRandomSource(long seed) {
    this.seed = seed;
    this.random = new SplittableRandom(seed);
  }

  @Override
  public long nextLong() {
    return random.nextLong();
  }

  @Override
  public long nextLong(long bound) {
    if (bound <= 0) {
      throw new IllegalArgumentException("a bound must be positive, was " + bound);
    }
    long bits = random.nextLong() >>> 1;
    long value = bits % bound;
    while (bits - value + (bound - 1) < 0) { // the last, incomplete run of bounds would favour small values
      bits = random.nextLong() >>> 1;
      value = bits % bound;
    }
    return value;
  }

  @Override
  public double nextDouble() {
    return (random.nextLong() >>> 11) * 0x1.0p-53;
  }

  /** Made from the parent's seed, not from where the parent stands: draws before a split do not change it. */
  @Override
  public RandomSource split(String purpose) {
    long hash = 0xcbf29ce484222325L;
    for (byte b : purpose.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
    }
    return new JdkRandomSource(mix(seed + mix(hash)));
  }

  private static long mix(long value) {
    long z = value + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
