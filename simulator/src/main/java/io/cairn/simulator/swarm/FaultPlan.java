package io.cairn.simulator.swarm;

import io.cairn.simulator.crash.CrashPoint;
import io.cairn.simulator.schedule.SimRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Draws which faults strike when: an explicit list, so that a failing run can be tried without some of them. */
final class FaultPlan {
  private static final long MILLI = 1_000_000L;
  private static final long SECOND = 1_000 * MILLI;
  /** Within what the product promises: monotonic clocks that differ by at most 1 %. */
  private static final long RATE_PPM_MAX = 5_000;
  /** Drawn by {@link OperatorPlan}. */
  private static final Set<FaultClass> OF_OPERATORS = EnumSet.of(FaultClass.LEADERSHIP, FaultClass.MEMBERS, FaultClass.ROT);

  /** They stand in plans that somebody wrote, and are never drawn. */
  static final Set<FaultKind> NAMED_ONLY = EnumSet.of(FaultKind.CRASH_LEADING_AT, FaultKind.CRASH_FOLLOWING_AT);

  private final SimRandom random;
  private final int nodes;

  private FaultPlan(SimRandom random, int nodes) {
    this.random = random;
    this.nodes = nodes;
  }

  static List<Fault> draw(SwarmOptions options) {
    List<Fault> faults = new FaultPlan(new SimRandom(options.seed()).split("swarm.faults"), options.nodes()).drawAll(options);
    faults.addAll(OperatorPlan.draw(options));
    faults.sort(Comparator.comparingLong(Fault::atNanos));
    return faults;
  }

  private List<Fault> drawAll(SwarmOptions options) {
    List<FaultKind> kinds = new ArrayList<>();
    for (FaultKind kind : FaultKind.values()) {
      boolean on = !NAMED_ONLY.contains(kind) && options.classes().contains(kind.faultClass()) && !OF_OPERATORS.contains(kind.faultClass());
      if (on && random.chance(0.6)) {
        kinds.add(kind);
      }
    }
    List<Fault> faults = new ArrayList<>();
    if (kinds.isEmpty()) {
      return faults;
    }
    long end = options.number("seconds") * SECOND;
    long mean = options.number("fault-every-ms") * MILLI;
    for (long at = random.exponential(mean); at < end; at += random.exponential(mean)) {
      FaultKind kind = random.chance(0.3) && kinds.contains(FaultKind.CRASH_AT) ? FaultKind.CRASH_AT
          : kinds.get((int) random.nextLong(kinds.size()));
      int node = node();
      int other = node;
      while (other == node) {
        other = node();
      }
      faults.add(new Fault(at / 1_000 * 1_000, kind, node, other, duration(kind), amount(kind)));
    }
    return faults;
  }

  private int node() {
    return 1 + (int) random.nextLong(nodes);
  }

  /** From the moment to some seconds, the shorter the likelier. */
  private long duration(FaultKind kind) {
    double spread = random.nextDouble();
    long longest = switch (kind) {
      case POWER_LOSS_OF_ALL, HALVE -> 1_500;
      case HALVE_STALLED -> 3_000;
      default -> 6_000;
    };
    return Math.round(5 * StrictMath.pow(longest / 5.0, spread)) * MILLI;
  }

  private long amount(FaultKind kind) {
    return switch (kind) {
      case HALVE, HALVE_STALLED -> 1 + random.nextLong((1L << nodes) - 2);
      case RESETS -> random.between(1_000, 30_000);
      case SLOW_NETWORK -> random.between(1, 40) * MILLI;
      case LOG_WRITE_FAILS, LOG_SYNC_FAILS -> random.between(1, 50);
      case SLOW_FLUSH -> random.between(100, 3_000) * MILLI;
      case CRASH_AT -> random.nextLong(CrashPoint.drawn().size());
      case CLOCK_RATE -> random.between(-RATE_PPM_MAX, RATE_PPM_MAX);
      case WALL_CLOCK -> random.between(-86_400_000_000L, 86_400_000_000L);
      case POWER_LOSS, POWER_LOSS_OF_ALL, KILL_THEN_POWER_LOSS -> random.nextLong(3);
      default -> 0;
    };
  }
}
