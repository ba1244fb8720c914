package io.cairn.client.fake;

import io.cairn.platform.Clock;
import io.cairn.platform.EventLoop;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;

/** One loop and one clock, both of which stand still until the test turns them. */
public final class VirtualLoop implements EventLoop, Clock {

  private final PriorityQueue<Task> tasks =
      new PriorityQueue<>(Comparator.comparingLong((Task task) -> task.atNanos).thenComparingLong(task -> task.order));
  private long nowNanos;
  private long order;
  private long suspendedMillis;
  private long executed;
  private boolean running;

  public VirtualLoop() {
    this(1_000_000_000_000L);
  }

  /** @param startNanos what the clock shows first, which may be anything */
  public VirtualLoop(long startNanos) {
    nowNanos = startNanos;
  }

  @Override
  public String name() {
    return "virtual";
  }

  @Override
  public boolean inLoop() {
    return running;
  }

  @Override
  public void execute(Runnable task) {
    schedule(0, task);
  }

  @Override
  public Timer schedule(long delayNanos, Runnable run) {
    Task task = new Task(nowNanos + Math.max(0, delayNanos), order++, run);
    tasks.add(task);
    return () -> tasks.remove(task);
  }

  @Override
  public long nanoTime() {
    return nowNanos;
  }

  @Override
  public long wallMillis() {
    return nowNanos / 1_000_000 + suspendedMillis;
  }

  /** The process stands still: both clocks go on, and nothing runs. */
  public void pause(long nanos) {
    nowNanos += nanos;
  }

  /** The machine is suspended: its wall clock alone goes on. */
  public void suspend(long millis) {
    suspendedMillis += millis;
  }

  /** Tasks run so far: what a real loop would have been woken for. */
  public long executed() {
    return executed;
  }

  public void runFor(long nanos) {
    long end = nowNanos + nanos;
    turn(() -> false, end);
    nowNanos = end;
  }

  /** Turns until {@code reached}, at most so long; false when it was not. */
  public boolean runUntil(BooleanSupplier reached, long mostNanos) {
    return turn(reached, nowNanos + mostNanos);
  }

  private boolean turn(BooleanSupplier reached, long endNanos) {
    while (!reached.getAsBoolean()) {
      Task next = tasks.peek();
      if (next == null || next.atNanos > endNanos) {
        return reached.getAsBoolean();
      }
      tasks.poll();
      nowNanos = Math.max(nowNanos, next.atNanos);
      executed++;
      running = true;
      try {
        next.run.run();
      } finally {
        running = false;
      }
    }
    return true;
  }

  private record Task(long atNanos, long order, Runnable run) {}
}
