package io.cairn.storage;

/**
 * Claims that hold always, checked always: one that fails stops the node (Broken) rather than letting a wrong state spread.
 * The variants take numbers as they are, so that a claim that holds costs a comparison and no allocation.
 */
public final class Invariant {

  private Invariant() {}

  /** @throws IllegalStateException when the claim does not hold */
  public static void check(boolean holds, String claim) {
    if (!holds) {
      throw broken(claim);
    }
  }

  /** @param claim with one {@code %d} for the value */
  public static void check(boolean holds, String claim, long value) {
    if (!holds) {
      throw broken(String.format(claim, value));
    }
  }

  /** @param claim with a {@code %d} for each of the values */
  public static void check(boolean holds, String claim, long first, long second) {
    if (!holds) {
      throw broken(String.format(claim, first, second));
    }
  }

  /** @param claim with a {@code %d} for each of the values */
  public static void check(boolean holds, String claim, long first, long second, long third) {
    if (!holds) {
      throw broken(String.format(claim, first, second, third));
    }
  }

  private static IllegalStateException broken(String claim) {
    return new IllegalStateException("invariant broken: " + claim);
  }
}
