package io.cairn.simulator.swarm;

import io.cairn.simulator.crash.CrashPoint;
import io.cairn.simulator.crash.CrashRole;
import io.cairn.simulator.crash.Death;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;

/**
 * Runs in which every node is armed, again and again, to lose its power at one crash point, being one thing: so each is met, the rare
 * ones too. All of it happens in each run: leases, transactions, compactions, changes of members, followers that lag behind what the
 * log keeps, leaders that are cut off with entries that nobody else has.
 */
public final class CrashSweep {
  private static final long SECONDS = 12;
  private static final long SECOND = 1_000_000_000L;
  private static final long MILLI = 1_000_000L;
  private static final long ARM_EVERY_MILLIS = 1_900;
  /** One after the other: an entry that all nodes have applied, durably, and died before telling, is one that the oracle never hears of. */
  private static final long STAGGER_MILLIS = 600;
  private static final long CUT_EVERY_MILLIS = 3_700;
  private static final long CUT_MILLIS = 2_400;
  private static final long LATE_SECONDS = 2;

  private CrashSweep() {}

  /** Every point with every role in which a node has to have died there. */
  public static List<Death> wanted() {
    var wanted = new ArrayList<Death>();
    for (CrashPoint point : CrashPoint.values()) {
      for (CrashRole role : point.roles()) {
        wanted.add(new Death(point, role));
      }
    }
    return wanted;
  }

  /** One run of this seed; {@link SwarmResult#deaths()} tells whether it came to it. */
  public static SwarmResult run(Death wanted, long seed) {
    SwarmOptions options = options(wanted, seed);
    return Swarm.run(options, plan(options, wanted));
  }

  private static SwarmOptions options(Death wanted, long seed) {
    boolean changesMembers = wanted.point().name().startsWith("MEMBERS");
    EnumSet<FaultClass> classes = changesMembers ? EnumSet.of(FaultClass.PROCESS, FaultClass.MEMBERS) : EnumSet.of(FaultClass.PROCESS);
    return SwarmOptions.draw(seed).with(classes).with("seconds", SECONDS).with("nodes", 3).with("shards", 2).with("tight", 0)
        .with("clients", 3).with("think-ms", 25).with("value-bytes", 3_000).with("segment-kib", 64).with("keep-kib", 128).with("flush-kib", 64)
        .with("heartbeat-ms", 20 + seed % 40).with("leases", 3).with("compact-ms", 400).with("deadline-ms", 1_500);
  }

  /** Who is cut off for longer than the log waits needs a snapshot; who led before has entries that go. */
  private static List<Fault> plan(SwarmOptions options, Death wanted) {
    var plan = new ArrayList<Fault>(OperatorPlan.draw(options));
    long end = SECONDS * 1_000;
    FaultKind kind = switch (wanted.role()) {
      case LEADING -> FaultKind.CRASH_LEADING_AT;
      case FOLLOWING -> FaultKind.CRASH_FOLLOWING_AT;
      case CAMPAIGNING, STARTING -> FaultKind.CRASH_AT;
    };
    for (long at = 700, cut = 0; at < end - LATE_SECONDS * 1_000; at += CUT_EVERY_MILLIS, cut++) {
      int node = 1 + (int) ((options.seed() + cut) % 3);
      plan.add(new Fault(at * MILLI, FaultKind.ISOLATE, node, 1 + node % 3, CUT_MILLIS * MILLI, 0));
    }
    for (long at = 300; at < end - LATE_SECONDS * 1_000; at += ARM_EVERY_MILLIS) {
      for (int node = 1; node <= 3; node++) {
        plan.add(new Fault((at + STAGGER_MILLIS * node) * MILLI, kind, node, 1 + node % 3, SECOND / 2, wanted.point().ordinal()));
      }
    }
    plan.sort(Comparator.comparingLong(Fault::atNanos));
    return plan;
  }
}
