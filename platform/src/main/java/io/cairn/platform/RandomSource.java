package io.cairn.platform;

/**
 * A stream of random numbers. One stream serves one purpose, so that a draw added in one place does not shift the
 * numbers of another: seeds stay comparable from version to version.
 */
public interface RandomSource {

  long nextLong();

  /** Uniform in {@code [0, bound)}; {@code bound} must be positive. */
  long nextLong(long bound);

  /** Uniform in {@code [0, 1)}. */
  double nextDouble();

  /** An independent stream for {@code purpose}; the same parent and purpose give the same stream. */
  RandomSource split(String purpose);
}
