package io.cairn.client.seams;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * How long is waited before something is tried again, for ever: a random part of a window that doubles, and never nothing. So thousands that
 * lost their leases together do not come back together, and one whose store is away asks every few seconds.
 */
public final class Waits {
  public static final long FLOOR_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  public static final long FIRST_WINDOW_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  public static final long WINDOW_NANOS_MAX = TimeUnit.SECONDS.toNanos(5);

  private Waits() {}

  /** @param tried waits before this one, from 0 */
  public static Duration next(int tried, RandomGenerator random) {
    long window = Math.min(WINDOW_NANOS_MAX, FIRST_WINDOW_NANOS << Math.min(tried, 10));
    return Duration.ofNanos(FLOOR_NANOS + random.nextLong(window));
  }
}
