package io.cairn.jepsen.cluster;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for what other processes do: looks, and looks again a little later, until it is so or a deadline has passed. */
public final class Await {
  private static final long LOOK_AGAIN_MILLIS = 10;
  private static final ScheduledExecutorService TIMER = Executors.newSingleThreadScheduledExecutor(
      Thread.ofPlatform().daemon().name("await").factory());

  private Await() {}

  /**
   * Waits until {@code look} finds something.
   *
   * @param what for the message, as in {@code "n2 answers"}
   * @throws IllegalStateException when it has found nothing by the deadline
   */
  public static <T> T until(String what, Duration most, Supplier<Optional<T>> look) {
    return until(what, most, look, () -> "");
  }

  /** The same; {@code seen} tells what was there instead. */
  public static <T> T until(String what, Duration most, Supplier<Optional<T>> look, Supplier<String> seen) {
    long end = System.nanoTime() + most.toNanos();
    while (true) {
      Optional<T> found = look.get();
      if (found.isPresent()) {
        return found.get();
      }
      if (System.nanoTime() - end >= 0) {
        throw new IllegalStateException("not within " + most.toSeconds() + " s: " + what + " " + seen.get());
      }
      pause();
    }
  }

  /** Waits until {@code isSo}. */
  public static void until(String what, Duration most, BooleanSupplier isSo) {
    until(what, most, () -> isSo.getAsBoolean() ? Optional.of(true) : Optional.empty());
  }

  private static void pause() {
    try {
      TIMER.schedule(() -> { }, LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS).get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }
}
