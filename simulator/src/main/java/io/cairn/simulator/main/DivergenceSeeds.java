package io.cairn.simulator.main;

import io.cairn.simulator.scenario.Divergence;
import io.cairn.simulator.schedule.SimFailure;

/** The mutant runner's view of a seed in which one replica comes to differ from the others. */
final class DivergenceSeeds {

  private DivergenceSeeds() {}

  /** Null when it passes, else what failed. */
  static String failureOf(long seed) {
    try {
      Divergence.run(seed);
      return null;
    } catch (SimFailure e) {
      String message = String.valueOf(e.getMessage());
      return message.startsWith("replica-hash:") ? message : "divergence: " + message;
    }
  }
}
