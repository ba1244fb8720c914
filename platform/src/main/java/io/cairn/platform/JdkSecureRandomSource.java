package io.cairn.platform;

import java.security.SecureRandom;

/**
 * Numbers from the operating system that nobody can foretell or meet twice: for ids that must differ between processes that
 * know nothing of each other. Slower than {@link JdkRandomSource}, and never the same again. From any thread.
 */
public final class JdkSecureRandomSource implements RandomSource {
  private final SecureRandom random = new SecureRandom();

  @Override
  public long nextLong() {
    return random.nextLong();
  }

  @Override
  public long nextLong(long bound) {
    return random.nextLong(bound);
  }

  @Override
  public double nextDouble() {
    return random.nextDouble();
  }

  /** This same source: its numbers are independent already. */
  @Override
  public RandomSource split(String purpose) {
    return this;
  }
}
