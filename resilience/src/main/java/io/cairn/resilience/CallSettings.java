package io.cairn.resilience;

import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * What bounds the calls to a service.
 *
 * @param timeLimit for each attempt; what takes longer has failed, and its stage is completed with a {@link java.util.concurrent.TimeoutException}
 * @param attempts of a call at most; 1 unless told otherwise, since only the caller knows whether a call may be made twice
 * @param retriesPerSecond of all calls of a {@link ServiceCalls} together: so a service that is down is not called that much more often
 * @param isRetryable which failures another instance may mend
 * @param breaker of each instance
 */
public record CallSettings(Duration timeLimit, int attempts, int retriesPerSecond, Predicate<Throwable> isRetryable, CircuitBreakerConfig breaker) {

  /** 2 s, no retry; a breaker that opens for 5 s when half of the last 20 calls, of at least 10, have failed. */
  public static final CallSettings DEFAULT = new CallSettings(Duration.ofSeconds(2), 1, 10, why -> true, CircuitBreakerConfig.custom()
      .slidingWindowSize(20).minimumNumberOfCalls(10).failureRateThreshold(50).waitDurationInOpenState(Duration.ofSeconds(5))
      .permittedNumberOfCallsInHalfOpenState(3).build());

  public CallSettings {
    Objects.requireNonNull(isRetryable, "isRetryable");
    Objects.requireNonNull(breaker, "breaker");
    if (timeLimit.toMillis() < 1) {
      throw new IllegalArgumentException("a time limit is 1 ms or more, was " + timeLimit);
    }
    if (attempts < 1 || retriesPerSecond < 1) {
      throw new IllegalArgumentException("attempts and retries a second are 1 or more, were " + attempts + " and " + retriesPerSecond
          + "; with one attempt nothing is retried");
    }
  }

  public CallSettings within(Duration limit) {
    return new CallSettings(limit, attempts, retriesPerSecond, isRetryable, breaker);
  }

  /** For calls that may be made twice. */
  public CallSettings withAttempts(int most, int retriesEachSecond) {
    return new CallSettings(timeLimit, most, retriesEachSecond, isRetryable, breaker);
  }

  public CallSettings retrying(Predicate<Throwable> which) {
    return new CallSettings(timeLimit, attempts, retriesPerSecond, which, breaker);
  }

  public CallSettings withBreaker(CircuitBreakerConfig of) {
    return new CallSettings(timeLimit, attempts, retriesPerSecond, isRetryable, of);
  }
}
