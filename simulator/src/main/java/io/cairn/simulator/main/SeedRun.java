package io.cairn.simulator.main;

import io.cairn.simulator.oracle.BrokenPromise;
import io.cairn.simulator.swarm.Fault;
import io.cairn.simulator.swarm.Swarm;
import io.cairn.simulator.swarm.SwarmOptions;
import io.cairn.simulator.swarm.SwarmResult;
import java.util.List;
import java.util.function.Supplier;

/** A run that may fail, and how it did. */
final class SeedRun {
  final SwarmOptions options;
  final List<Fault> plan;
  final SwarmResult result;
  final Throwable failure;

  private SeedRun(SwarmOptions options, List<Fault> plan, SwarmResult result, Throwable failure) {
    this.options = options;
    this.plan = plan;
    this.result = result;
    this.failure = failure;
  }

  static SeedRun of(SwarmOptions options, List<Fault> plan) {
    return of(() -> Swarm.run(options, plan), options, plan);
  }

  static SeedRun of(Supplier<SwarmResult> run, SwarmOptions options, List<Fault> plan) {
    try {
      return new SeedRun(options, plan, run.get(), null);
    } catch (RuntimeException | AssertionError | StackOverflowError failure) {
      return new SeedRun(options, plan, null, failure);
    }
  }

  /** A short name of what did not hold: a smaller run must break the same. */
  static String invariant(Throwable failure) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (each instanceof BrokenPromise broken) {
        return broken.invariant();
      }
    }
    String text = String.valueOf(failure.getMessage());
    if (text.contains(" broke: ")) {
      return "node-broke";
    }
    return text.contains("waited in vain") || text.contains("is not ready") || text.contains("does not answer") ? "liveness" : "crash";
  }

  /** What failed, after its short name; null when nothing did. */
  String failed() {
    return failure == null ? null : invariant(failure) + ": " + failure.getMessage();
  }

  /** The mutant runner's view of a seed, across class loaders: null when it passed, else what failed. */
  public static String failureOf(long seed) {
    SwarmOptions options = SwarmOptions.draw(seed);
    return of(options, Swarm.plan(options)).failed();
  }
}
