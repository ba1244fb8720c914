package io.cairn.benchmarks;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongFunction;
import org.HdrHistogram.ConcurrentHistogram;

/**
 * Keeps requests in flight for a while and notes how long each took.
 *
 * <p>Without a rate it is a closed loop: the next request starts when one has ended. With a rate it is open: request i is due at
 * i / rate, put off to the next full {@link #TICK_NANOS}, and its time counts from then, also when it had to wait for a free place; so
 * a pause of the server shows in all that it delayed (no coordinated omission). Ticks, because whoever sleeps and wakes for each of
 * 10,000 requests a second takes a sixth of a core for it, which the nodes on the same machine then lack.
 */
final class Load {
  static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long LONGEST_MICROS = TimeUnit.MINUTES.toMicros(5);

  private final LongFunction<CompletionStage<?>> request;
  private final int inFlight;
  private final double ratePerSecond;
  private final ConcurrentHistogram micros = new ConcurrentHistogram(LONGEST_MICROS, 3);
  private final LongAdder errors = new LongAdder();
  private final StolenTime stolen = new StolenTime();

  /** @param ratePerSecond 0 for a closed loop */
  Load(LongFunction<CompletionStage<?>> request, int inFlight, double ratePerSecond) {
    this.request = request;
    this.inFlight = inFlight;
    this.ratePerSecond = ratePerSecond;
  }

  /** Runs from request {@code first} on; returns the number of the request after the last one. Waits for all answers. */
  long run(long first, double seconds) throws InterruptedException {
    stolen.begin();
    var places = new Semaphore(inFlight);
    long began = System.nanoTime();
    long end = began + (long) (seconds * 1e9);
    long next = first;
    while (System.nanoTime() < end) {
      long due = ratePerSecond > 0 ? began + tick((long) ((next - first) / ratePerSecond * 1e9)) : 0;
      if (due >= end) {
        break;
      }
      waitUntil(due);
      if (!places.tryAcquire(Math.max(1, end - System.nanoTime()), TimeUnit.NANOSECONDS)) {
        break;
      }
      send(next++, ratePerSecond > 0 ? due : System.nanoTime(), places);
    }
    places.acquire(inFlight);
    stolen.end();
    return next;
  }

  /** The first tick that is not before it. */
  private static long tick(long nanos) {
    return (nanos + TICK_NANOS - 1) / TICK_NANOS * TICK_NANOS;
  }

  /** Until the clock shows {@code due}; 0: not at all. */
  static void waitUntil(long due) {
    for (long left = due - System.nanoTime(); due != 0 && left > 0; left = due - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  private void send(long number, long since, Semaphore places) {
    request.apply(number).whenComplete((answer, failure) -> {
      micros.recordValue(Math.min(LONGEST_MICROS, Math.max(0, (System.nanoTime() - since) / 1_000)));
      if (failure != null) {
        errors.increment();
      }
      places.release();
    });
  }

  Figures figures(double seconds, long cpuMicros) {
    return new Figures(micros.getTotalCount() - errors.sum(), seconds, micros.getValueAtPercentile(50), micros.getValueAtPercentile(99),
        cpuMicros, errors.sum(), stolen.percent());
  }
}
