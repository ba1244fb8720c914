package io.cairn.simulator.oracle;

import io.cairn.storage.lease.Lease;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** When leases may end, and when they must, in the world's time. No replica can have known of a renewal before it was applied anywhere. */
public final class LeaseTimes {
  private static final long MILLI = 1_000_000L;
  /** Clocks of a run are at most so far off: half a percent, and what dividing by it adds. */
  public static final double CLOCK_RATE = 0.0051;

  private record Leader(long at, long sinceNanos) {}

  private final Checks checks;
  private final Map<Integer, Map<Long, Long>> renewedAt = new TreeMap<>();
  private final Map<Integer, List<Leader>> leaders = new TreeMap<>();
  private long goneNanos = -1;
  private long electionNanos;

  LeaseTimes(Checks checks) {
    this.checks = checks;
  }

  /**
   * From now on every end must come in time: its home has a majority that works, always.
   *
   * @param gone within which an end is applied once the time is over
   * @param election what each change of leader may add
   */
  public void bound(long gone, long election) {
    goneNanos = gone;
    electionNanos = election;
  }

  void leads(int shard, long sinceNanos) {
    leaders.computeIfAbsent(shard, _ -> new ArrayList<>()).add(new Leader(checks.now(), sinceNanos));
  }

  /** It was granted or renewed. */
  void renewed(int home, Lease lease) {
    renewedAt.computeIfAbsent(home, _ -> new TreeMap<>()).put(lease.id(), checks.now());
  }

  /** It ends because its time is over. */
  void expires(int home, Lease lease) {
    long since = renewedAt.get(home).get(lease.id());
    long ttl = lease.ttlMillis() * MILLI;
    long lived = checks.now() - since;
    checks.check(lived >= ttl * (1 - CLOCK_RATE), "never-early", "%s ends in shard %d, %d ms after it was renewed", lease, home, lived / MILLI);
    if (goneNanos < 0) {
      return;
    }
    long added = 0;
    for (Leader leader : leaders.getOrDefault(home, List.of())) {
      // One that has begun its life since counts from there.
      added += leader.at <= since ? 0 : electionNanos + (leader.sinceNanos > since ? ttl : 0);
    }
    checks.check(lived <= ttl * (1 + CLOCK_RATE) + goneNanos + added, "gone-in-time", "%s ends in shard %d, %d ms after it was renewed", lease, home,
        lived / MILLI);
  }
}
