package io.cairn.client.services.health;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;

/** Passes as long as the application has said {@link #beat} within a time; so one that hangs fails. Before the first beat it fails. */
public final class TtlCheck implements HealthCheck {
  private final long ttlNanos;
  private final LongSupplier nanoTime;
  private volatile long last;
  private volatile boolean began;

  /** @param nanoTime a monotonic clock */
  public TtlCheck(Duration ttl, LongSupplier nanoTime) {
    if (ttl.isNegative() || ttl.isZero()) {
      throw new IllegalArgumentException("a beat is awaited within a time above 0, was " + ttl);
    }
    this.ttlNanos = ttl.toNanos();
    this.nanoTime = nanoTime;
  }

  /** All is well at this moment. */
  public void beat() {
    last = nanoTime.getAsLong();
    began = true;
  }

  @Override
  public CompletionStage<Void> check() {
    boolean passes = began && nanoTime.getAsLong() - last <= ttlNanos;
    return passes ? CompletableFuture.completedFuture(null)
        : CompletableFuture.failedFuture(new IllegalStateException("no beat within " + Duration.ofNanos(ttlNanos)));
  }

  /** It looks three times within the time, and believes the first result. */
  public HealthSchedule schedule() {
    long interval = Math.max(ttlNanos / 3, Duration.ofMillis(10).toNanos());
    return new HealthSchedule(Duration.ofNanos(interval), Duration.ofSeconds(1), 1, 1);
  }
}
