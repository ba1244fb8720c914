package io.cairn.protocol.testing;

import io.cairn.platform.Clock;
import io.cairn.platform.EventLoop;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;

/** Tasks of any number of loops, in the order of their times, on the caller's thread. */
public final class VirtualTime implements Clock {

  private record Event(long time, long order, Runnable task, VirtualLoop loop, boolean[] cancelled) {}

  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::time).thenComparingLong(Event::order));
  private long now = 1_000_000_000L;
  private long order;
  private VirtualLoop running;
  private long timersSet;

  @Override
  public long nanoTime() {
    return now;
  }

  @Override
  public long wallMillis() {
    return now / 1_000_000;
  }

  public EventLoop loop(String name) {
    return new VirtualLoop(name);
  }

  /** How many timers were set so far. */
  public long timersSet() {
    return timersSet;
  }

  /** Runs whatever is due until the condition holds; fails when nothing is left that could make it true within a virtual hour. */
  public void until(BooleanSupplier condition) {
    long end = now + 3_600_000_000_000L;
    while (!condition.getAsBoolean()) {
      if (events.isEmpty() || events.peek().time > end) {
        throw new AssertionError("the condition never came true; virtual time " + now);
      }
      runNext();
    }
  }

  /** Runs all that is due within the time, and moves the clock on by it. */
  public void advance(long nanos) {
    long end = now + nanos;
    while (!events.isEmpty() && events.peek().time <= end) {
      runNext();
    }
    now = end;
  }

  private void runNext() {
    Event event = events.poll();
    now = Math.max(now, event.time);
    if (!event.cancelled[0]) {
      running = event.loop;
      try {
        event.task.run();
      } finally {
        running = null;
      }
    }
  }

  private final class VirtualLoop implements EventLoop {
    private final String name;

    VirtualLoop(String name) {
      this.name = name;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public boolean inLoop() {
      return running == this;
    }

    @Override
    public void execute(Runnable task) {
      events.add(new Event(now, order++, task, this, new boolean[1]));
    }

    @Override
    public Timer schedule(long delayNanos, Runnable task) {
      boolean[] cancelled = new boolean[1];
      timersSet++;
      events.add(new Event(now + Math.max(0, delayNanos), order++, task, this, cancelled));
      return () -> cancelled[0] = true;
    }
  }
}
