package io.cairn.server.peer;

import io.cairn.platform.Clock;
import java.util.concurrent.TimeUnit;

/**
 * So many bytes in a second, and no more than a tenth of a second's at once. What is sent late is not made up for: a node that stood still
 * must not send with the others' strength afterwards. Owned by one loop.
 */
final class SendPace {
  private static final long AT_ONCE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final Clock clock;
  private final long bytesPerSecond;
  /** When what was let pass will have taken its time. */
  private long paidUntil;

  SendPace(Clock clock, long bytesPerSecond) {
    this.clock = clock;
    this.bytesPerSecond = bytesPerSecond;
    this.paidUntil = clock.nanoTime();
  }

  /** Takes these bytes into account; returns how long they have to wait, in nanoseconds, 0 for not at all. */
  long delayNanos(int bytes) {
    long now = clock.nanoTime();
    if (now - paidUntil > AT_ONCE_NANOS) {
      paidUntil = now - AT_ONCE_NANOS;
    }
    long wait = Math.max(0, paidUntil - now);
    paidUntil += Math.ceilDiv(bytes * TimeUnit.SECONDS.toNanos(1), bytesPerSecond);
    return wait;
  }
}
