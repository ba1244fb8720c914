package io.cairn.simulator.main;

import io.cairn.simulator.swarm.CompactionRun;
import io.cairn.simulator.swarm.Swarm;
import io.cairn.simulator.swarm.SwarmOptions;

/** The mutant runner's view of a seed whose run drops history. */
final class CompactionSeeds {

  private CompactionSeeds() {}

  /** Null when it passes, else what failed. */
  static String failureOf(long seed) {
    SwarmOptions options = CompactionRun.options(seed);
    return SeedRun.of(options, Swarm.plan(options)).failed();
  }
}
