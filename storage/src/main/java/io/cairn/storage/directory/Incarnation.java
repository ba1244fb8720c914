package io.cairn.storage.directory;

import io.cairn.platform.RandomSource;
import java.util.Locale;

/**
 * Which life of a node a data directory belongs to: 128 random bits, made with the directory. A node that comes back under its
 * name with an empty directory has another incarnation, and with it has forgotten what it voted for (MB-02).
 */
public record Incarnation(long high, long low) {

  static Incarnation random(RandomSource random) {
    return new Incarnation(random.nextLong(), random.nextLong());
  }

  /** @throws IllegalArgumentException unless given 32 hexadecimal digits */
  public static Incarnation parse(String digits) {
    if (digits.length() != 32) {
      throw new IllegalArgumentException("an incarnation has 32 hexadecimal digits, was '" + digits + "'");
    }
    return new Incarnation(Long.parseUnsignedLong(digits, 0, 16, 16), Long.parseUnsignedLong(digits, 16, 32, 16));
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%016x%016x", high, low);
  }
}
