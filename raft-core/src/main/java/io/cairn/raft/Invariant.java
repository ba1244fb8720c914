package io.cairn.raft;

/**
 * Claims that are checked always, in production too, in every module that knows this one: a broken one turns a wrong answer into a
 * node that stops. The values are longs, so that a check that holds costs a comparison and allocates nothing.
 */
public final class Invariant {

  private Invariant() {}

  public static void check(boolean claim, String message) {
    if (!claim) {
      throw new InvariantBroken(message);
    }
  }

  /** The most frequent claim: {@code value <= bound}. {@code message} is a format with a {@code %d} for each, in that order. */
  public static void atMost(long value, long bound, String message) {
    if (value > bound) {
      throw new InvariantBroken(message.formatted(value, bound));
    }
  }

  /** {@code message} is a format with a {@code %d} for each value; likewise below. */
  public static void check(boolean claim, String message, long value) {
    if (!claim) {
      throw new InvariantBroken(message.formatted(value));
    }
  }

  public static void check(boolean claim, String message, long first, long second) {
    if (!claim) {
      throw new InvariantBroken(message.formatted(first, second));
    }
  }

  public static void check(boolean claim, String message, long first, long second, long third) {
    if (!claim) {
      throw new InvariantBroken(message.formatted(first, second, third));
    }
  }

  public static void check(boolean claim, String message, long first, long second, long third, long fourth) {
    if (!claim) {
      throw new InvariantBroken(message.formatted(first, second, third, fourth));
    }
  }
}
