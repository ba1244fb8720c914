package io.cairn.simulator.schedule;

import io.cairn.platform.EventLoop;
import java.util.ArrayDeque;

/**
 * An event loop in virtual time. Tasks run one at a time in the order in which they arrive; one event of the scheduler is one task,
 * so that the loops of all nodes interleave between any two tasks.
 */
final class SimLoop implements EventLoop {
  private static final String TASK = "task";
  private static final String ARRIVAL = "post";
  private static final String TIMER = "timer";

  private final SimScheduler scheduler;
  private final SimProcess process;
  private final String name;
  private final int id;
  private final boolean mayBlock;
  private final ArrayDeque<Runnable> inbox = new ArrayDeque<>();
  private final Runnable runOne = this::runOne;
  /** Whether an event that runs the head of the inbox is queued, or a task runs. */
  private boolean awake;
  private long busyUntilNanos;
  private boolean stopped;
  private boolean failed;

  SimLoop(SimScheduler scheduler, SimProcess process, String name, boolean mayBlock) {
    this.scheduler = scheduler;
    this.process = process;
    this.name = name;
    this.mayBlock = mayBlock;
    this.id = scheduler.nextLoopId();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean inLoop() {
    return scheduler.currentLoop() == this;
  }

  @Override
  public void execute(Runnable task) {
    if (stopped || !process.alive()) {
      return;
    }
    scheduler.given(this);
    long at = scheduler.now();
    if (at > scheduler.eventTime()) {
      // The sender has waited for a device: what it posts arrives when its wait is over.
      scheduler.add(at, id, process, this, ARRIVAL, () -> arrive(task));
    } else {
      arrive(task);
    }
  }

  @Override
  public Timer schedule(long delayNanos, Runnable task) {
    SimTimer timer = new SimTimer(process.clock().nanoTime() + Math.max(0, delayNanos), task);
    if (!stopped && process.alive()) {
      timer.arm(scheduler.now() + process.clock().worldNanos(Math.max(0, delayNanos)));
    }
    return timer;
  }

  int id() {
    return id;
  }

  boolean mayBlock() {
    return mayBlock;
  }

  String describe() {
    return process.describe() + "/" + name;
  }

  /** Tasks already accepted still run, later ones are dropped. */
  void stop() {
    stopped = true;
  }

  private void arrive(Runnable task) {
    if (failed) {
      return;
    }
    inbox.addLast(task);
    if (!awake) {
      awake = true;
      long wakeAt = scheduler.eventTime() + scheduler.wakeNanos();
      scheduler.add(Math.max(wakeAt, busyUntilNanos), id, process, this, TASK, runOne);
    }
  }

  private void runOne() {
    Runnable task = inbox.pollFirst();
    try {
      task.run();
    } catch (SimProcessKilled killed) {
      throw killed;
    } catch (Throwable failure) {
      // As in production: a task that throws has left what the loop owns half changed, so the loop runs nothing more.
      failed = true;
      inbox.clear();
      process.failed(this, failure);
    } finally {
      busyUntilNanos = scheduler.now() + scheduler.taskNanos();
      if (inbox.isEmpty()) {
        awake = false;
      } else {
        scheduler.add(busyUntilNanos, id, process, this, TASK, runOne);
      }
    }
  }

  private final class SimTimer implements Timer {
    private final long dueLocalNanos;
    private Runnable task;

    SimTimer(long dueLocalNanos, Runnable task) {
      this.dueLocalNanos = dueLocalNanos;
      this.task = task;
    }

    void arm(long worldNanos) {
      scheduler.add(worldNanos, id, process, SimLoop.this, TIMER, this::fire);
    }

    /** On time by this node's clock, even when its rate was changed since: never early. */
    private void fire() {
      if (task == null) {
        return;
      }
      long missing = dueLocalNanos - process.clock().nanoTime();
      if (missing > 0) {
        arm(scheduler.now() + process.clock().worldNanos(missing));
      } else if (!stopped) {
        arrive(this::run);
      }
    }

    private void run() {
      Runnable due = task;
      task = null;
      if (due != null) {
        due.run();
      }
    }

    @Override
    public void cancel() {
      task = null;
    }
  }
}
