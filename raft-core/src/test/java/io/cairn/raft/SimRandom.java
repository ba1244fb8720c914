package io.cairn.raft;

/** Chance that is the same on every machine and in every JVM, and costs next to nothing (splitmix64). */
final class SimRandom {

  /** Quantiles of the exponential distribution with mean 1, worked out once: a logarithm for each delay would be felt. */
  private static final double[] EXPONENTIAL = new double[1024];

  static {
    for (int i = 0; i < EXPONENTIAL.length; i++) {
      EXPONENTIAL[i] = -StrictMath.log(1 - (i + 0.5) / EXPONENTIAL.length);
    }
  }

  private long state;

  SimRandom(long seed) {
    state = seed * 0x9E3779B97F4A7C15L + 0x1234567;
  }

  long next() {
    state += 0x9E3779B97F4A7C15L;
    long z = state;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** Uniform in {@code [0, bound)}. */
  long below(long bound) {
    return bound <= 1 ? 0 : Long.remainderUnsigned(next() >>> 1, bound);
  }

  int below(int bound) {
    return (int) (((next() >>> 33) * bound) >>> 31);
  }

  /** Uniform in {@code [0, 1)}. */
  double fraction() {
    return (next() >>> 11) * 0x1.0p-53;
  }

  /** Draws only when it must: a fault that is off costs nothing. */
  boolean chance(double probability) {
    return probability > 0 && fraction() < probability;
  }

  long exponential(double mean) {
    return (long) (EXPONENTIAL[(int) (next() >>> 54)] * mean);
  }

  @SafeVarargs
  final <T> T pick(T... values) {
    return values[below(values.length)];
  }
}
