package io.cairn.platform;

/**
 * The two clocks of a machine. Nothing that decides who leads, what is stale or what has ended may use wall time: it jumps.
 */
public interface Clock {

  /**
   * Monotonic nanoseconds from an origin of this process's own; comparable only within it. In a server it goes on while
   * the machine is suspended (CLOCK_BOOTTIME), so that a lease is not stretched by a closed lid.
   */
  long nanoTime();

  /** Milliseconds since 1970, as the machine believes; for people and logs only. */
  long wallMillis();
}
