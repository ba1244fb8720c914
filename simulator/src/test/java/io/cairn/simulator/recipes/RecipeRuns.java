package io.cairn.simulator.recipes;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.jepsen.check.Verdict;
import io.cairn.simulator.oracle.BrokenPromise;
import io.cairn.simulator.swarm.Fault;
import io.cairn.simulator.swarm.LeaseRun;
import io.cairn.simulator.swarm.Swarm;
import io.cairn.simulator.swarm.SwarmOptions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;

/** Runs of seeds with the traffic of one recipe: for its test, and one at a time for the mutant runner. */
final class RecipeRuns {
  private static final long SECONDS = 12;

  /** Makes the traffic of a seed. */
  interface Recipe {
    Traffic of(long seed, SwarmOptions options, boolean calm);
  }

  private final Recipe recipe;

  RecipeRuns(Recipe recipe) {
    this.recipe = recipe;
  }

  /** All faults that the seed draws. */
  static SwarmOptions options(long seed) {
    return SwarmOptions.draw(seed).with("seconds", SECONDS).with("transactions", 0).with("tight", 0).with("shards", 2 + seed % 3);
  }

  /** A majority works always, though leaders move and are killed, and clocks run at rates of their own: what is promised in time comes in time. */
  static SwarmOptions calm(long seed) {
    return LeaseRun.calm(seed).with("seconds", SECONDS).with("leases", 0).with("lease-times", 0).with("lease-ids", 0).with("transactions", 0)
        .with("shards", 2 + seed % 3);
  }

  private static List<Fault> plan(SwarmOptions options, boolean calm) {
    return calm ? LeaseRun.calmPlan(options) : Swarm.plan(options);
  }

  /** What was met and judged in all seeds. */
  record Sum(Map<String, Long> met, Map<String, Long> judged) {}

  /** Runs them all; fails with all that was wrong. */
  Sum assertAllRight(long first, int seeds, boolean calm) {
    List<String> failures = Collections.synchronizedList(new ArrayList<>());
    var sum = new Sum(new TreeMap<>(), new TreeMap<>());
    LongStream.range(first, first + seeds).parallel().forEach(seed -> {
      SwarmOptions options = calm ? calm(seed) : options(seed);
      Traffic its = recipe.of(seed, options, calm);
      try {
        Swarm.run(options, plan(options, calm), its);
        Verdict verdict = its.verdict();
        verdict.violations().forEach(violation -> failures.add("seed " + seed + ": " + violation));
        synchronized (sum) {
          its.met().forEach((what, times) -> sum.met.merge(what, times, Long::sum));
          verdict.judged().forEach((rule, times) -> sum.judged.merge(rule, times, Long::sum));
        }
      } catch (RuntimeException | AssertionError e) {
        failures.add("seed " + seed + ": " + e + "\n  OPTIONS=" + options + "\n  SEEN=" + its.verdict().violations());
      }
    });
    assertThat(failures).isEmpty();
    return sum;
  }

  /** Null when all is right, else the rules that were broken, and the first time one was. A run that does not end is judged by what was seen so far. */
  String failureOf(long seed, boolean calm) {
    SwarmOptions options = calm ? calm(seed) : options(seed);
    Traffic its = recipe.of(seed, options, calm);
    String failed = null;
    try {
      Swarm.run(options, plan(options, calm), its);
    } catch (RuntimeException | AssertionError failure) {
      failed = failureOf(failure);
    }
    Verdict verdict = its.verdict();
    return verdict.isClean() ? failed : String.join(", ", verdict.broken()) + ": " + verdict.violations().get(0) + (failed == null ? "" : "; " + failed);
  }

  private static String failureOf(Throwable failure) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (each instanceof BrokenPromise broken) {
        return broken.invariant() + ": " + failure.getMessage();
      }
    }
    return "run: " + failure.getMessage();
  }
}
