package io.cairn.server.testing;

import io.cairn.platform.Clock;
import io.cairn.platform.EventLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Loops without threads, and the clock they go by. Tasks run only when the test says so, one at a time; time passes only when nothing
 * is left to do.
 */
public final class VirtualLoops implements Clock {
  private final List<VirtualLoop> loops = new ArrayList<>();
  private final PriorityQueue<VirtualTimer> timers =
      new PriorityQueue<>(Comparator.comparingLong((VirtualTimer timer) -> timer.at).thenComparingLong(timer -> timer.order));
  private long now = 1_000_000_000_000L;
  private long order;
  private VirtualLoop running;

  /** A loop, and when its tasks run. */
  public final class VirtualLoop implements EventLoop {
    private final String name;
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();

    private VirtualLoop(String name) {
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
      tasks.add(task);
    }

    @Override
    public Timer schedule(long delayNanos, Runnable task) {
      var timer = new VirtualTimer(now + Math.max(0, delayNanos), order++, this, task);
      timers.add(timer);
      return () -> timers.remove(timer);
    }

    /** Runs what it has been given, and what that gives it, and nothing of other loops. */
    public void runAll() {
      while (runOne()) {
        // Until there is no more.
      }
    }

    /** Runs its next task; false when it has none. */
    public boolean runOne() {
      Runnable task = tasks.poll();
      if (task != null) {
        enter(this, task);
      }
      return task != null;
    }

    public int waiting() {
      return tasks.size();
    }

    /** Runs {@code work} as a task of this loop, now. */
    public void now(Runnable work) {
      enter(this, work);
    }
  }

  private record VirtualTimer(long at, long order, VirtualLoop loop, Runnable task) {}

  public VirtualLoop loop(String name) {
    var loop = new VirtualLoop(name);
    loops.add(loop);
    return loop;
  }

  public List<VirtualLoop> loops() {
    return loops;
  }

  private void enter(VirtualLoop loop, Runnable work) {
    VirtualLoop outer = running;
    running = loop;
    try {
      work.run();
    } finally {
      running = outer;
    }
  }

  /** Runs all tasks of all loops, one of each in turn, until none is left; no time passes. */
  public void run() {
    fireDue();
    boolean busy = true;
    while (busy) {
      busy = false;
      for (VirtualLoop loop : List.copyOf(loops)) {
        busy |= loop.runOne();
      }
      fireDue();
      busy |= loops.stream().anyMatch(loop -> !loop.tasks.isEmpty());
    }
  }

  /** Lets time pass, running what is due on the way. */
  public void advance(long nanos) {
    long until = now + nanos;
    run();
    while (!timers.isEmpty() && timers.peek().at <= until) {
      now = Math.max(now, timers.peek().at);
      run();
    }
    now = until;
    run();
  }

  /** Time passes and nobody gets to do anything: a pause of the process. */
  public void pause(long nanos) {
    now += nanos;
  }

  public int timers() {
    return timers.size();
  }

  private void fireDue() {
    while (!timers.isEmpty() && timers.peek().at <= now) {
      VirtualTimer due = timers.poll();
      due.loop.tasks.add(due.task);
    }
  }

  @Override
  public long nanoTime() {
    return now;
  }

  @Override
  public long wallMillis() {
    return now / 1_000_000;
  }
}
