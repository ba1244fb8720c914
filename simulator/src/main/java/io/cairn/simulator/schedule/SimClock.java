package io.cairn.simulator.schedule;

import io.cairn.platform.Clock;

/**
 * A node's clocks: they run at a rate of their own and show a wall time of their own. They go on while the node is paused, as
 * CLOCK_BOOTTIME does. The origin is drawn per life and may be negative, so that times of two processes never agree by chance.
 */
public final class SimClock implements Clock {
  private static final long PARTS = 1_000_000;
  /** A rate may be off by at most half, so that time never stands still or runs back. */
  private static final long PPM_MAX = PARTS / 2;
  /** What the world's clock shows at time zero: 2026-01-01T00:00:00Z. */
  private static final long WALL_EPOCH_MILLIS = 1_767_225_600_000L;

  private final SimScheduler scheduler;
  private long sinceWorldNanos;
  private long sinceLocalNanos;
  private long ratePpm;
  private long wallOffsetMillis;

  SimClock(SimScheduler scheduler, long originNanos) {
    this.scheduler = scheduler;
    this.sinceWorldNanos = scheduler.now();
    this.sinceLocalNanos = originNanos;
  }

  @Override
  public long nanoTime() {
    long world = scheduler.now() - sinceWorldNanos;
    return sinceLocalNanos + world + scaled(world);
  }

  @Override
  public long wallMillis() {
    return WALL_EPOCH_MILLIS + wallOffsetMillis + scheduler.now() / 1_000_000;
  }

  /** From now on this clock gains {@code ppm} microseconds in each second of the world; negative loses. At most half. */
  public void rate(long ppm) {
    if (Math.abs(ppm) > PPM_MAX) {
      throw new IllegalArgumentException("a rate lies within " + PPM_MAX + " ppm, was " + ppm);
    }
    sinceLocalNanos = nanoTime();
    sinceWorldNanos = scheduler.now();
    ratePpm = ppm;
  }

  /** Sets the wall clock ahead of the world's, or behind it; a step while the node runs. */
  public void wallOffsetMillis(long millis) {
    wallOffsetMillis = millis;
  }

  public long ratePpm() {
    return ratePpm;
  }

  public long wallOffsetMillis() {
    return wallOffsetMillis;
  }

  /** The world's nanoseconds until this clock shows {@code localNanos}, at its present rate; 0 when it does already. */
  public long worldNanosUntil(long localNanos) {
    return worldNanos(Math.max(0, localNanos - nanoTime()));
  }

  /** The world's nanoseconds in which this clock gains at least {@code localNanos}. */
  long worldNanos(long localNanos) {
    if (ratePpm == 0) {
      return localNanos;
    }
    long scale = PARTS + ratePpm;
    long world = localNanos / scale * PARTS + localNanos % scale * PARTS / scale;
    while (world + scaled(world) < localNanos) {
      world++;
    }
    return world;
  }

  /** In two steps, since a day of nanoseconds times a rate does not fit. */
  private long scaled(long worldNanos) {
    return worldNanos / PARTS * ratePpm + worldNanos % PARTS * ratePpm / PARTS;
  }
}
