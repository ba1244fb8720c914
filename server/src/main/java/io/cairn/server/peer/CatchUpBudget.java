package io.cairn.server.peer;

import io.cairn.raft.progress.CatchUpPace;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * So many bytes of old entries in a second from this node, to all who lag together ({@code limits.catch-up-rate}). One message may go
 * over it, and the next then waits for it; of a time in which nothing was sent a tenth of a second is made up for.
 */
public final class CatchUpBudget implements CatchUpPace {
  private static final long AT_ONCE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final long bytesPerSecond;
  /** When what was sent will have taken its time. */
  private final AtomicLong paidUntil = new AtomicLong(Long.MIN_VALUE);

  public CatchUpBudget(long bytesPerSecond) {
    this.bytesPerSecond = bytesPerSecond;
  }

  @Override
  public boolean admits(long now) {
    return paidUntil.get() <= now;
  }

  @Override
  public void sent(long bytes, long now) {
    long nanos = Math.ceilDiv(bytes * TimeUnit.SECONDS.toNanos(1), bytesPerSecond);
    paidUntil.updateAndGet(paid -> Math.max(paid, now - AT_ONCE_NANOS) + nanos);
  }
}
