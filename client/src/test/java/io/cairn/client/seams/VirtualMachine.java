package io.cairn.client.seams;

import io.cairn.platform.JdkRandomSource;
import io.cairn.platform.RandomSource;
import java.util.ArrayDeque;
import java.util.PriorityQueue;

/** Time, threads and timers of a test: one thread, on which everything runs when it is turned. */
public final class VirtualMachine {

  private record Due(long at, long number, Runnable task) implements Comparable<Due> {
    @Override
    public int compareTo(Due other) {
      return at != other.at ? Long.compare(at, other.at) : Long.compare(number, other.number);
    }
  }

  private final ArrayDeque<Runnable> ready = new ArrayDeque<>();
  private final PriorityQueue<Due> timers = new PriorityQueue<>();
  private final RandomSource random;
  private final Closing closing = new Closing(ready::add);
  private long now;
  private long number;

  public VirtualMachine(long seed) {
    this.random = new JdkRandomSource(seed);
  }

  public ClientSeams seams() {
    return new ClientSeams(() -> now, random::nextLong, ready::add, (delay, task) -> {
      Due due = new Due(now + delay.toNanos(), ++number, task);
      timers.add(due);
      return () -> timers.remove(due);
    }, closing);
  }

  /** As a client does that is closed: its timers run no more. */
  public void close() {
    timers.clear();
    closing.close();
  }

  public long now() {
    return now;
  }

  public void after(long nanos, Runnable task) {
    timers.add(new Due(now + nanos, ++number, task));
  }

  /** From within a task that takes its time: others go on meanwhile. */
  public void turnInside(long nanos) {
    runFor(nanos);
  }

  public void runFor(long nanos) {
    long end = now + nanos;
    settle();
    while (!timers.isEmpty() && timers.peek().at <= end) {
      Due due = timers.poll();
      now = due.at;
      due.task.run();
      settle();
    }
    now = end;
  }

  /** Runs what is ready, without time. */
  public void settle() {
    for (Runnable next = ready.poll(); next != null; next = ready.poll()) {
      next.run();
    }
  }
}
