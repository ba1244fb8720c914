package io.cairn.client.core;

import io.cairn.platform.RandomSource;
import java.util.concurrent.TimeUnit;

/**
 * How long a call waits before it tries again: full jitter over a window that doubles, with a floor, so that many clients whose
 * leader died do not come back in step and a client whose cluster is away does not spin (CL-06).
 */
final class Backoff {

  static final long FLOOR_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
  static final long FIRST_WINDOW_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  static final long WINDOW_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(500);

  private Backoff() {}

  /** @param attempts waits before this one, from 0 */
  static long nanos(int attempts, RandomSource random) {
    long window = Math.min(WINDOW_NANOS_MAX, FIRST_WINDOW_NANOS << Math.min(attempts, 10));
    return FLOOR_NANOS + random.nextLong(window);
  }
}
