package io.cairn.simulator.swarm;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Runs with leases in use: under all that a seed brings, and where a majority works always, so that every end must come in time. */
public final class LeaseRun {
  private static final long CALLERS = 4;
  private static final long SECONDS = 12;
  private static final long SECOND = 1_000_000_000L;
  private static final long KILL_EVERY_SECONDS = 3;
  private static final long DOWN_NANOS = SECOND * 3 / 10;
  /** Through these a majority works: no node is down for long, and no two are. */
  private static final Set<FaultClass> BORNE = EnumSet.of(FaultClass.CLOCK, FaultClass.LEADERSHIP);

  private LeaseRun() {}

  /** Of three seeds one has callers that choose the ids of their leases: few, which come again and again. */
  public static SwarmOptions options(long seed) {
    SwarmOptions drawn = SwarmOptions.draw(seed);
    return drawn.with("seconds", SECONDS).with("leases", CALLERS).with("lease-ids", seed % 3 == 0 ? 1 : 0);
  }

  /** Leaders move, are killed and started again, and clocks run at rates of their own: the remaining times are kept. */
  public static SwarmOptions calm(long seed) {
    return options(seed).with(BORNE).with("nodes", 3).with("tight", 0).with("heartbeat-ms", 20 + seed % 40).with("fault-every-ms", 2_000)
        .with("deadline-ms", 1_000).with("lease-times", 1);
  }

  /** What strikes in a calm run. */
  public static List<Fault> calmPlan(SwarmOptions calm) {
    List<Fault> plan = new ArrayList<>(Swarm.plan(calm));
    for (long at = 2; at < calm.number("seconds"); at += KILL_EVERY_SECONDS) {
      plan.add(new Fault(at * SECOND, FaultKind.KILL, 1 + (int) ((calm.seed() + at) % calm.nodes()), 1, DOWN_NANOS, 0));
    }
    plan.sort(Comparator.comparingLong(Fault::atNanos));
    return plan;
  }
}
