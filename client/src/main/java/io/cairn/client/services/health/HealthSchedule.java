package io.cairn.client.services.health;

import java.time.Duration;

/**
 * When a check is made, and how many of its results count.
 *
 * @param interval from the end of one check to the begin of the next
 * @param timeout after which a check has failed
 * @param fall this many failures in a row make a passing instance failing
 * @param rise this many successes in a row make a failing one passing; the very first result counts alone
 */
public record HealthSchedule(Duration interval, Duration timeout, int fall, int rise) {
  private static final Duration LEAST = Duration.ofMillis(10);

  public static final HealthSchedule DEFAULT = new HealthSchedule(Duration.ofSeconds(5), Duration.ofSeconds(2), 3, 2);

  public HealthSchedule {
    if (interval.compareTo(LEAST) < 0 || timeout.compareTo(LEAST) < 0) {
      throw new IllegalArgumentException("interval and timeout are at least " + LEAST.toMillis() + " ms, were " + interval + " and " + timeout);
    }
    if (fall < 1 || rise < 1) {
      throw new IllegalArgumentException("fall and rise are 1 or more, were " + fall + " and " + rise);
    }
  }

  public HealthSchedule every(Duration time) {
    return new HealthSchedule(time, timeout, fall, rise);
  }

  public HealthSchedule within(Duration time) {
    return new HealthSchedule(interval, time, fall, rise);
  }

  public HealthSchedule after(int failures, int successes) {
    return new HealthSchedule(interval, timeout, failures, successes);
  }
}
