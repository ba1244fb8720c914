package io.cairn.simulator.swarm;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Makes a failing run smaller, as long as it goes on breaking the same promise: whole classes of faults away, fewer clients, shards and
 * nodes, an earlier end, then faults one after the other (delta debugging, Zeller and Hildebrandt 2002), at last shorter ones.
 */
public final class Shrinker {

  /** Whether a run still breaks what it broke. */
  @FunctionalInterface
  public interface StillFails {
    boolean test(SwarmOptions options, List<Fault> plan);
  }

  private final StillFails stillFails;
  private final BooleanSupplier timeLeft;
  private SwarmOptions options;
  private List<Fault> plan;
  private int tries;

  public Shrinker(StillFails stillFails, BooleanSupplier timeLeft) {
    this.stillFails = stillFails;
    this.timeLeft = timeLeft;
  }

  /** Runs made so far. */
  public int tries() {
    return tries;
  }

  public Scenario shrink(Scenario failing) {
    options = failing.options();
    plan = failing.plan();
    for (FaultClass each : FaultClass.values()) {
      keepIf(options, plan.stream().filter(fault -> fault.kind().faultClass() != each).toList());
    }
    smallest("clients", 1);
    smallest("in-flight", 1);
    smallest("shards", 1);
    shorten();
    withoutSome();
    shorten();
    if (options.nodes() == 5 && plan.stream().allMatch(fault -> fault.node() <= 3 && fault.other() <= 3)) {
      keepIf(options.with("nodes", 3), plan);
    }
    for (int i = 0; i < plan.size(); i++) {
      Fault fault = plan.get(i);
      List<Fault> shorter = new ArrayList<>(plan);
      shorter.set(i, new Fault(fault.atNanos(), fault.kind(), fault.node(), fault.other(), fault.durationNanos() / 2_000 * 1_000, fault.amount()));
      keepIf(options, shorter);
    }
    return new Scenario(failing.broke(), options, plan);
  }

  private boolean keepIf(SwarmOptions lessOptions, List<Fault> lessPlan) {
    boolean same = lessPlan.equals(plan) && lessOptions.toString().equals(options.toString());
    if (same || !timeLeft.getAsBoolean()) {
      return false;
    }
    tries++;
    boolean keeps = stillFails.test(lessOptions, lessPlan);
    if (keeps) {
      options = lessOptions;
      plan = List.copyOf(lessPlan);
    }
    return keeps;
  }

  private void smallest(String name, long least) {
    long now = options.number(name);
    for (long fewer = least; fewer < now; fewer++) {
      if (keepIf(options.with(name, fewer), plan)) {
        return;
      }
    }
  }

  /** Halves the step by which the end comes earlier until it is a second. */
  private void shorten() {
    for (long step = options.number("seconds") / 2; step >= 1; step /= 2) {
      while (options.number("seconds") > step && keepIf(options.with("seconds", options.number("seconds") - step), plan)) {
        // Once more by as much.
      }
    }
    long end = options.number("seconds") * 1_000_000_000L;
    keepIf(options, plan.stream().filter(fault -> fault.atNanos() < end).toList());
  }

  /** Leaves out halves, then quarters, and so on to single faults. */
  private void withoutSome() {
    for (int size = Math.max(1, plan.size() / 2); ; size /= 2) {
      for (int from = 0; from < plan.size(); ) {
        List<Fault> rest = new ArrayList<>(plan.subList(0, from));
        rest.addAll(plan.subList(Math.min(plan.size(), from + size), plan.size()));
        if (!keepIf(options, rest)) {
          from += size;
        }
      }
      if (size <= 1) {
        return;
      }
    }
  }
}
