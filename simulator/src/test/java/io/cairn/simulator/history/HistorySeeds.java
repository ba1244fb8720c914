package io.cairn.simulator.history;

import io.cairn.jepsen.check.Verdict;
import io.cairn.jepsen.check.WatchChecker;
import io.cairn.simulator.swarm.Swarm;
import io.cairn.simulator.swarm.SwarmOptions;

/** The mutant runner's view of a seed whose run is written down, and its watches judged. */
final class HistorySeeds {

  private HistorySeeds() {}

  /** Null when all is right, else the rules that were broken, and the first time one was. */
  static String failureOf(long seed) {
    RecordingWitness witness = new RecordingWitness();
    SwarmOptions options = SwarmOptions.draw(seed).with("transactions", 0);
    try {
      Swarm.run(options, Swarm.plan(options), witness);
    } catch (RuntimeException | AssertionError failure) {
      return "run: " + failure.getMessage();
    }
    Verdict verdict = new WatchChecker().check(witness.history());
    return verdict.violations().isEmpty() ? null : String.join(", ", verdict.broken()) + ": " + verdict.violations().get(0);
  }
}
