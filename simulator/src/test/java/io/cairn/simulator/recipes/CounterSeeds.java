package io.cairn.simulator.recipes;

/** The mutant runner's view of a seed whose run has counters. */
final class CounterSeeds {
  static final RecipeRuns RUNS = new RecipeRuns((seed, options, calm) -> new CounterTraffic(seed, options));

  private CounterSeeds() {}

  static String failureOf(long seed) {
    return RUNS.failureOf(seed, false);
  }
}
