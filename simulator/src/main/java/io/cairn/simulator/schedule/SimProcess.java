package io.cairn.simulator.schedule;

import io.cairn.platform.EventLoop;
import io.cairn.platform.EventLoops;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * One life of one node, from its start to its crash. Loops, timers and connections belong to it; when it is over nothing of
 * it runs any more, and what its last task did ahead of its time never happened.
 */
public final class SimProcess implements EventLoops {
  private final SimScheduler scheduler;
  private final String name;
  private final int life;
  private final int id;
  private final SimRandom random;
  private final SimClock clock;
  private final List<Runnable> deathListeners = new ArrayList<>();
  private BiConsumer<EventLoop, Throwable> uncaught;
  private boolean alive = true;
  private boolean powerLost;
  private long diedAtNanos = Long.MAX_VALUE;
  private long pausedUntilNanos;

  SimProcess(SimScheduler scheduler, String name, int life, int id) {
    this.scheduler = scheduler;
    this.name = name;
    this.life = life;
    this.id = id;
    this.random = scheduler.random("process." + name + "." + life);
    this.clock = new SimClock(scheduler, random.split("clock.origin").between(-(1L << 50), 1L << 50));
  }

  /** The node's name, which is also its host's. */
  public String name() {
    return name;
  }

  /** 1 for the first life of this node, one more after each restart. */
  public int life() {
    return life;
  }

  public String describe() {
    return name + "#" + life;
  }

  int id() {
    return id;
  }

  public SimScheduler scheduler() {
    return scheduler;
  }

  public SimClock clock() {
    return clock;
  }

  /** The node's own randomness. */
  public SimRandom random() {
    return random;
  }

  @Override
  public EventLoop start(String loopName) {
    return startLoop(loopName, true);
  }

  /** A loop that answers others: blocking it is a failure of the run. */
  public EventLoop startNonBlocking(String loopName) {
    return startLoop(loopName, false);
  }

  @Override
  public void stop(EventLoop loop) {
    ((SimLoop) loop).stop();
  }

  public boolean alive() {
    return alive;
  }

  /** Whether it died with its machine, which then answers nobody; else the machine lives and resets its connections. */
  public boolean powerLost() {
    return powerLost;
  }

  /** Whether something it did, at {@code atNanos} of its own time, really came to happen. */
  public boolean lived(long atNanos) {
    return alive || atNanos <= diedAtNanos;
  }

  /** When this life ended; in the far future while it lasts. */
  public long diedAtNanos() {
    return diedAtNanos;
  }

  /** Throws if this life is over. Devices call it first. */
  public void checkAlive() {
    if (!alive) {
      throw new SimProcessKilled(describe());
    }
  }

  /**
   * What happens to a throwable that leaves a task, called on the loop, which then runs nothing more; by default the run fails
   * with it.
   */
  public void onUncaught(BiConsumer<EventLoop, Throwable> handler) {
    uncaught = handler;
  }

  /** Called when this life ends, in the order given. */
  public void onDeath(Runnable listener) {
    deathListeners.add(listener);
  }

  /** All tasks and timers of the node are late: nothing of it runs before this time of the world. A GC, a SIGSTOP. */
  public void pauseUntil(long worldNanos) {
    pausedUntilNanos = Math.max(pausedUntilNanos, worldNanos);
  }

  /** Until when nothing of it runs; in the past when it is not paused. */
  public long pausedUntilNanos() {
    return pausedUntilNanos;
  }

  /** Ends this life now. A task of it that is running is unwound at its next call to a device. */
  public void kill(boolean withPower) {
    if (!alive) {
      return;
    }
    alive = false;
    powerLost = withPower;
    diedAtNanos = scheduler.now();
    for (Runnable listener : deathListeners) {
      listener.run();
    }
  }

  void failed(SimLoop loop, Throwable failure) {
    if (uncaught != null) {
      uncaught.accept(loop, failure);
      return;
    }
    if (failure instanceof SimFailure known) {
      throw known;
    }
    throw new SimFailure(scheduler.describe("a task on " + loop.describe() + " failed: " + failure), failure);
  }

  private EventLoop startLoop(String loopName, boolean mayBlock) {
    checkAlive();
    return new SimLoop(scheduler, this, loopName, mayBlock);
  }
}
