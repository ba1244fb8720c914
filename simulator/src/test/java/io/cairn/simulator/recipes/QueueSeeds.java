package io.cairn.simulator.recipes;

/** The mutant runner's view of a seed whose run has queues. */
final class QueueSeeds {
  static final RecipeRuns RUNS = new RecipeRuns((seed, options, calm) -> new QueueTraffic(seed));

  private QueueSeeds() {}

  static String failureOf(long seed) {
    return RUNS.failureOf(seed, false);
  }
}
