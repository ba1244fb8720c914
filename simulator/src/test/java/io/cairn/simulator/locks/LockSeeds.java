package io.cairn.simulator.locks;

import io.cairn.jepsen.check.LockChecker;
import io.cairn.jepsen.check.Verdict;
import io.cairn.simulator.swarm.Swarm;
import io.cairn.simulator.swarm.SwarmOptions;

/** Runs with callers that want the same locks; also the mutant runner's view of a seed whose run has them. */
final class LockSeeds {

  private LockSeeds() {}

  static SwarmOptions options(long seed) {
    return SwarmOptions.draw(seed).with("seconds", 12).with("transactions", 0).with("tight", 0).with("shards", 2 + seed % 3);
  }

  /** @throws RuntimeException when the run itself does not hold */
  static Verdict judge(LockTraffic traffic, SwarmOptions options) {
    Swarm.run(options, Swarm.plan(options), traffic);
    return LockChecker.check(traffic.story());
  }

  /** Null when all is right, else the rules that were broken, and the first time one was. */
  static String failureOf(long seed) {
    Verdict verdict;
    try {
      verdict = judge(new LockTraffic(seed), options(seed));
    } catch (RuntimeException | AssertionError failure) {
      return "run: " + failure.getMessage();
    }
    return verdict.violations().isEmpty() ? null : String.join(", ", verdict.broken()) + ": " + verdict.violations().get(0);
  }
}
