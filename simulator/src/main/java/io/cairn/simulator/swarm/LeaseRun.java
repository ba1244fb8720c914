package io.cairn.simulator.swarm;

/** What a seed draws, with leases in use. */
public final class LeaseRun {
  private static final long CALLERS = 4;
  private static final long SECONDS = 12;

  private LeaseRun() {}

  /** Of three seeds one has callers that choose the ids of their leases: few, which come again and again. */
  public static SwarmOptions options(long seed) {
    SwarmOptions drawn = SwarmOptions.draw(seed);
    return drawn.with("seconds", SECONDS).with("leases", CALLERS).with("lease-ids", seed % 3 == 0 ? 1 : 0);
  }
}
