package io.cairn.simulator.scenario;

import io.cairn.client.GetResult;
import io.cairn.client.PutResult;
import io.cairn.client.RefusedException;
import io.cairn.simulator.cluster.SimClient;
import io.cairn.simulator.schedule.SimFailure;
import io.cairn.simulator.schedule.SimRandom;
import io.cairn.simulator.schedule.SimScheduler;
import java.util.Map;
import java.util.TreeMap;

/**
 * An application that writes and reads keys of its own, one call after the other, until it is told to stop. It knows what each of
 * its keys may hold: the last acknowledged value, or one of those written later whose outcome is unknown.
 */
final class Writer {
  private static final int KEYS = 8;
  private static final long MILLI = 1_000_000L;

  private final SimScheduler scheduler;
  private final SimClient client;
  private final SimRandom random;
  private final Revisions revisions;
  private final String[] prefixes;
  private final long deadlineNanos;
  private final long paddingMax;
  private final Map<String, Expected> expected = new TreeMap<>();
  private long written;
  private long acknowledged;
  private long refused;
  private long unknown;
  private long reads;
  private boolean stopping;
  private boolean idle = true;

  /** What one key may hold: values count up, so a key holds something from {@code acknowledged} to {@code attempted}. */
  static final class Expected {
    long acknowledged;
    long attempted;
    /** The revision of the acknowledged value. */
    long revision;
  }

  /** The highest revision that any writer was told of: every write begun after that must get a larger one. */
  static final class Revisions {
    long highest;
  }

  Writer(SimScheduler scheduler, SimClient client, SimRandom random, Revisions revisions, String... prefixes) {
    this.scheduler = scheduler;
    this.client = client;
    this.random = random;
    this.revisions = revisions;
    this.prefixes = prefixes;
    this.deadlineNanos = random.between(100, 3_000) * MILLI;
    this.paddingMax = random.chance(0.7) ? 0 : random.between(1, 16_000);
  }

  void start() {
    idle = false;
    next();
  }

  /** The call under way is the last one. */
  void stop() {
    stopping = true;
  }

  boolean idle() {
    return idle;
  }

  Map<String, Expected> expected() {
    return expected;
  }

  long acknowledged() {
    return acknowledged;
  }

  long unknown() {
    return unknown;
  }

  /** Reads that were answered. */
  long reads() {
    return reads;
  }

  long refused() {
    return refused;
  }

  private void next() {
    if (stopping) {
      idle = true;
      return;
    }
    String key = prefixes[(int) random.nextLong(prefixes.length)] + random.nextLong(KEYS);
    if (random.chance(0.2)) {
      read(key);
    } else {
      write(key);
    }
  }

  private void write(String key) {
    Expected entry = expected.computeIfAbsent(key, _ -> new Expected());
    long value = ++written;
    entry.attempted = value;
    long before = revisions.highest;
    client.put(key, value + ":" + "x".repeat((int) random.nextLong(paddingMax + 1)), deadlineNanos).whenComplete((result, failure) -> {
      if (failure == null) {
        acknowledged(key, entry, value, before, result);
      } else if (failure instanceof RefusedException) {
        refused++;
      } else {
        unknown++;
      }
      next();
    });
  }

  private void acknowledged(String key, Expected entry, long value, long before, PutResult result) {
    acknowledged++;
    check(result.revision() > before, "the write of %s got revision %d, but %d was known before it began", key, result.revision(), before);
    entry.acknowledged = value;
    entry.revision = result.revision();
    revisions.highest = Math.max(revisions.highest, result.revision());
  }

  private void read(String key) {
    Expected entry = expected.get(key);
    long least = entry == null ? 0 : entry.acknowledged;
    client.get(key, deadlineNanos).whenComplete((result, failure) -> {
      if (failure == null) {
        reads++;
        judge(key, entry, least, result);
      }
      next();
    });
  }

  /** Fails the run if the key does not hold what it may. What was read counts as seen: no later read may go behind it. */
  void judge(String key, Expected entry, long least, GetResult result) {
    long found = result.valueUtf8().map(Writer::number).orElse(0L);
    long most = entry == null ? 0 : entry.attempted;
    check(found >= least && found <= most, "%s holds %d, but %d was acknowledged and %d the last that was tried", key, found, least, most);
    if (entry != null && found > entry.acknowledged) {
      entry.acknowledged = found;
    }
  }

  private static long number(String value) {
    return Long.parseLong(value.substring(0, value.indexOf(':')));
  }

  private void check(boolean holds, String claim, Object... values) {
    if (!holds) {
      scheduler.fail(new SimFailure(scheduler.describe(String.format(claim, values))));
    }
  }
}
