package io.cairn.benchmarks;

import io.cairn.benchmarks.LockCrowd.Plan;
import io.cairn.benchmarks.LockCrowd.Turn;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * What became of a crowd that queued on a lock.
 *
 * @param granted clients that had the lock, of which {@code survivors} were in processes that were not killed
 * @param killedHolding clients that were killed while they held it
 * @param handOvers of which the latency is told: from where one begins to release to the grant of the next one, with nobody dead between the two
 * @param longestBlockedMillis the longest time that dead clients kept the next living one from it
 * @param violations what must not be; empty when everything was as promised
 */
public record LockVerdict(int clients, int granted, int survivors, int killedHolding, long handOvers, long p50Micros, long p99Micros, long maxMicros,
    double seconds, long longestBlockedMillis, List<String> violations) {

  /** For what lies between the server's deed and the client's clock, and for machines that do much else. */
  private static final long LEEWAY_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long BEYOND_TTL_NANOS = TimeUnit.SECONDS.toNanos(1);

  public LockVerdict {
    violations = List.copyOf(violations);
  }

  /**
   * @param queue tokens of the places, in the order of the queue, before the first one was granted
   * @param opened when the first one could be granted
   * @param killedAt when processes were killed; -1 when none were
   */
  static LockVerdict of(Plan plan, List<Long> queue, List<Turn> turns, List<String> failures, long opened, long killedAt) {
    var violations = new ArrayList<String>(failures);
    List<Turn> inTime = turns.stream().sorted(Comparator.comparingLong(Turn::grantedAt)).toList();
    long survived = inTime.stream().filter(turn -> turn.process() >= plan.killed() && turn.isReleased()).count();
    if (survived != LockCrowd.survivors(plan)) {
      violations.add(survived + " of " + LockCrowd.survivors(plan) + " survivors had the lock");
    }
    if (plan.killed() > 0 && killedAt < 0) {
      violations.add("nobody was killed: no client of a process that was to be killed had the lock in time");
    }
    var places = new TreeSet<>(queue);
    inTime.stream().filter(turn -> !places.contains(turn.token())).forEach(turn -> violations.add("token " + turn.token() + " is of no place that was in the queue"));
    var handOver = new Histogram(3);
    long longestBlocked = 0;
    for (int i = 1; i < inTime.size(); i++) {
      Turn before = inTime.get(i - 1);
      Turn now = inTime.get(i);
      if (now.token() <= before.token()) {
        violations.add("token " + now.token() + " was granted after " + before.token());
      }
      if (before.isReleased() ? now.grantedAt() < before.releasedAt() : before.process() >= plan.killed()) {
        violations.add("token " + now.token() + " was granted while " + before.token() + " had the lock");
      }
      boolean isNext = before.isReleased() && Long.valueOf(now.token()).equals(places.higher(before.token()));
      if (isNext) {
        handOver.recordValue(Math.max(0, now.grantedAt() - before.releasedAt()) / 1_000);
        continue;
      }
      // Dead ones are between: they may keep it for their leases' time from their death on, and not at all behind that.
      long free = Math.max(before.isReleased() ? before.releasedAt() : killedAt, killedAt);
      long blocked = now.grantedAt() - free;
      longestBlocked = Math.max(longestBlocked, blocked);
      long bound = Math.max(0, killedAt + plan.ttl().toNanos() + BEYOND_TTL_NANOS - free);
      if (blocked > bound + LEEWAY_NANOS) {
        violations.add("dead clients kept token " + now.token() + " from the lock for " + blocked / 1_000_000 + " ms");
      }
    }
    int killedHolding = (int) inTime.stream().filter(turn -> !turn.isReleased()).count();
    double seconds = inTime.isEmpty() ? 0 : (inTime.get(inTime.size() - 1).grantedAt() - opened) / 1e9;
    return new LockVerdict(plan.clients(), inTime.size(), LockCrowd.survivors(plan), killedHolding, handOver.getTotalCount(), handOver.getValueAtPercentile(50),
        handOver.getValueAtPercentile(99), handOver.getMaxValue(), seconds, longestBlocked / 1_000_000, violations);
  }

  /** One line of figures. */
  public String line() {
    return String.format(Locale.ROOT, "clients=%d granted=%d survivors=%d killed_holding=%d hand_overs=%d p50_us=%d p99_us=%d max_us=%d seconds=%.2f "
        + "longest_blocked_by_dead_ms=%d violations=%d", clients, granted, survivors, killedHolding, handOvers, p50Micros, p99Micros, maxMicros, seconds,
        longestBlockedMillis, violations.size());
  }
}
