package io.cairn.client.services;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * What registration and discovery take from the machine. {@code KvClient.registry()} and {@code discovery()} hand in the client's own.
 *
 * @param nanoTime a monotonic clock
 * @param random for waits
 * @param callbacks runs everything, also listeners; may block
 * @param timers for what is due later
 */
public record ServiceSeams(LongSupplier nanoTime, RandomGenerator random, Executor callbacks, Timers timers) {

  /** Runs tasks later, on the callbacks. */
  @FunctionalInterface
  public interface Timers {
    /** @return keeps the task from running, if it has not begun */
    Runnable after(Duration delay, Runnable task);
  }

  public ServiceSeams {
    Objects.requireNonNull(nanoTime, "nanoTime");
    Objects.requireNonNull(random, "random");
    Objects.requireNonNull(callbacks, "callbacks");
    Objects.requireNonNull(timers, "timers");
  }
}
