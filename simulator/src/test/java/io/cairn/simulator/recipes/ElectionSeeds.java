package io.cairn.simulator.recipes;

/** The mutant runner's view of a seed whose run has elections. */
final class ElectionSeeds {
  static final RecipeRuns RUNS = new RecipeRuns((seed, options, calm) -> new ElectionTraffic(seed));

  private ElectionSeeds() {}

  static String failureOf(long seed) {
    return RUNS.failureOf(seed, false);
  }
}
