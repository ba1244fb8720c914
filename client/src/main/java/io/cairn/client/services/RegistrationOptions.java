package io.cairn.client.services;

import io.cairn.client.services.health.HealthCheck;
import io.cairn.client.services.health.HealthSchedule;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * How an instance is registered.
 *
 * @param ttl for how long the entry outlives its process at most, give or take an election; 1 s to 365 days
 * @param check what says how it fares; without one {@link Registration#setHealth} does
 * @param schedule of the check
 */
public record RegistrationOptions(Duration ttl, Optional<HealthCheck> check, HealthSchedule schedule) {
  private static final Duration TTL_MIN = Duration.ofSeconds(1);
  private static final Duration TTL_MAX = Duration.ofDays(365);

  /** A TTL of 10 s: it lives through an election and a long pause of the collector. */
  public static final RegistrationOptions DEFAULT = new RegistrationOptions(Duration.ofSeconds(10), Optional.empty(), HealthSchedule.DEFAULT);

  public RegistrationOptions {
    Objects.requireNonNull(check, "check");
    Objects.requireNonNull(schedule, "schedule");
    if (ttl.compareTo(TTL_MIN) < 0 || ttl.compareTo(TTL_MAX) > 0) {
      throw new IllegalArgumentException("a TTL is 1 s to 365 days, was " + ttl);
    }
  }

  public RegistrationOptions withTtl(Duration time) {
    return new RegistrationOptions(time, check, schedule);
  }

  /** The instance is failing until the check has passed for the first time. */
  public RegistrationOptions withCheck(HealthCheck of, HealthSchedule when) {
    return new RegistrationOptions(ttl, Optional.of(of), when);
  }
}
