package io.cairn.simulator.main;

import io.cairn.simulator.swarm.LeaseRun;
import io.cairn.simulator.swarm.Swarm;
import io.cairn.simulator.swarm.SwarmOptions;

/** The mutant runner's view of a seed whose runs have leases. */
final class LeaseSeeds {

  private LeaseSeeds() {}

  /** Null when both of its runs pass, else what failed. */
  static String failureOf(long seed) {
    SwarmOptions options = LeaseRun.options(seed);
    String failed = SeedRun.of(options, Swarm.plan(options)).failed();
    SwarmOptions calm = LeaseRun.calm(seed);
    return failed != null ? failed : SeedRun.of(calm, LeaseRun.calmPlan(calm)).failed();
  }
}
