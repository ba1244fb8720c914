package io.cairn.simulator.recipes;

/** The mutant runner's view of a seed whose runs have locks: one under all faults, then a calm one. */
final class LockSeeds {
  static final RecipeRuns RUNS = new RecipeRuns(LockTraffic::new);

  private LockSeeds() {}

  static String failureOf(long seed) {
    String failed = RUNS.failureOf(seed, false);
    return failed != null ? failed : RUNS.failureOf(seed, true);
  }
}
