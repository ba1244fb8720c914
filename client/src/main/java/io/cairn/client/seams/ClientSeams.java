package io.cairn.client.seams;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * What that which stands on the calls of a client takes from the machine. {@code KvClient} hands in its own.
 *
 * @param nanoTime a monotonic clock
 * @param random for waits
 * @param callbacks runs everything, also listeners; may block
 * @param timers for what is due later
 * @param closing tells when there will be no later
 */
public record ClientSeams(LongSupplier nanoTime, RandomGenerator random, Executor callbacks, Timers timers, Closing closing) {

  /** Runs tasks later, on the callbacks. */
  @FunctionalInterface
  public interface Timers {
    /** @return keeps the task from running, if it has not begun */
    Runnable after(Duration delay, Runnable task);
  }

  public ClientSeams {
    Objects.requireNonNull(nanoTime, "nanoTime");
    Objects.requireNonNull(random, "random");
    Objects.requireNonNull(callbacks, "callbacks");
    Objects.requireNonNull(timers, "timers");
    Objects.requireNonNull(closing, "closing");
  }
}
