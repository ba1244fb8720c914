package io.cairn.simulator.oracle;

import io.cairn.simulator.schedule.SimFailure;

/** An invariant did not hold. */
public final class BrokenPromise extends SimFailure {
  private static final long serialVersionUID = 1L;

  private final String invariant;

  public BrokenPromise(String invariant, String message) {
    super(invariant + ": " + message);
    this.invariant = invariant;
  }

  /** Which one: a short name that stays the same, such as {@code election-safety}. */
  public String invariant() {
    return invariant;
  }
}
