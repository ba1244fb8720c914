package io.cairn.benchmarks;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntConsumer;
import org.HdrHistogram.ConcurrentHistogram;

/**
 * What puts were acknowledged, and what each watcher saw of them. Each watcher has seen every put once and in order when the revisions it
 * saw only grew and their count and sum are those of all puts: a put that is missing and one that came twice cannot make up for each
 * other, since twice means a revision that did not grow.
 *
 * <p>Any thread may call; each watcher's events come one after the other. Memory does not grow with the number of puts.
 */
final class WatchTally {
  /** So many puts may be on their way to their watchers at once. */
  static final int WINDOW = 1 << 16;
  private static final long LONGEST_MICROS = TimeUnit.MINUTES.toMicros(5);
  private static final int MASK = WINDOW - 1;

  private final int watchers;
  private final IntConsumer seenByAll;
  /** Of the put with this number, modulo the window: when it was acknowledged (0: not yet), and by how many it was seen. */
  private final AtomicLongArray acknowledgedAt = new AtomicLongArray(WINDOW);
  private final AtomicIntegerArray seenBy = new AtomicIntegerArray(WINDOW);
  private final ConcurrentHistogram micros = new ConcurrentHistogram(LONGEST_MICROS, 3);
  private final LongAdder events = new LongAdder();
  private final AtomicLong puts = new AtomicLong();
  private final AtomicLong revisions = new AtomicLong();
  private final AtomicLong disorders = new AtomicLong();
  private final AtomicLong errors = new AtomicLong();
  private final AtomicLong reconnects = new AtomicLong();
  private final AtomicLong open = new AtomicLong();
  private final Watcher[] all;

  /** @param seenByAll is told of the number of each put that the last watcher has seen */
  WatchTally(int watchers, IntConsumer seenByAll) {
    this.watchers = watchers;
    this.seenByAll = seenByAll;
    this.all = new Watcher[watchers];
    for (int i = 0; i < watchers; i++) {
      all[i] = new Watcher();
    }
  }

  Watcher watcher(int index) {
    return all[index];
  }

  /** Before the put with this number is sent. */
  void sending(int number) {
    acknowledgedAt.set(number & MASK, 0);
    seenBy.set(number & MASK, 0);
    open.incrementAndGet();
  }

  void acknowledged(int number, long revision, long now) {
    acknowledgedAt.set(number & MASK, now);
    puts.incrementAndGet();
    revisions.addAndGet(revision);
    open.decrementAndGet();
  }

  /** What became of a put that failed is not known: such a run proves nothing. */
  void putFailed() {
    errors.incrementAndGet();
    open.decrementAndGet();
  }

  void watchFailed() {
    errors.incrementAndGet();
  }

  void reconnected() {
    reconnects.incrementAndGet();
  }

  /** What one watcher has seen. */
  final class Watcher {
    private volatile long count;
    private long last;
    private long sum;

    /** An event, at {@code revision}, of the put with {@code number}. */
    @SuppressWarnings("NonAtomicOperationOnVolatileField") // One event after the other.
    void saw(int number, long revision, long now) {
      if (revision <= last) {
        disorders.incrementAndGet();
      }
      last = revision;
      sum += revision;
      count++;
      events.increment();
      long at = acknowledgedAt.get(number & MASK);
      micros.recordValue(at == 0 ? 0 : Math.clamp((now - at) / 1_000, 0, LONGEST_MICROS));
      if (seenBy.incrementAndGet(number & MASK) == watchers) {
        seenByAll.accept(number);
      }
    }
  }

  /** Whether every put was answered, and each watcher has seen as many events as there were puts, or more. */
  boolean isComplete() {
    return open.get() == 0 && watchersShort() == 0;
  }

  long events() {
    return events.sum();
  }

  private long watchersShort() {
    long missing = 0;
    for (Watcher watcher : all) {
      missing += watcher.count < puts.get() ? 1 : 0;
    }
    return missing;
  }

  /** What it came to; asked once nothing comes any more. */
  WatchFigures figures(double seconds, double settledSeconds) {
    long holes = 0;
    long doubles = 0;
    for (Watcher watcher : all) {
      long count = watcher.count;
      holes += count < puts.get() || count == puts.get() && watcher.sum != revisions.get() ? 1 : 0;
      doubles += count > puts.get() ? 1 : 0;
    }
    return new WatchFigures(watchers, puts.get(), events.sum(), seconds, settledSeconds, micros.getValueAtPercentile(50),
        micros.getValueAtPercentile(99), micros.getMaxValue(), holes, doubles, disorders.get(), errors.get(), reconnects.get());
  }
}
