package io.cairn.platform;

import java.util.concurrent.Executor;

/**
 * One thread of control with an inbox: tasks run one at a time, in the order they were given, each to its end.
 *
 * <p>State that belongs to a loop is touched from that loop only, and so needs no lock. A task must not block, except on
 * a loop made for one blocking device (the log writer's). In production a loop is a thread; in the simulator all loops of
 * all nodes are interleaved on one thread, the next one drawn from the seed.
 */
public interface EventLoop extends Executor {

  /** The name its thread bears, such as {@code log-writer}. */
  String name();

  /** Whether the caller runs on this loop. */
  boolean inLoop();

  /** Runs {@code task} after all tasks given before it. Accepted from any thread; after a loop has closed it is dropped. */
  @Override
  void execute(Runnable task);

  /**
   * Runs {@code task} on this loop once {@code delayNanos} have gone by, not before; late when the loop is busy.
   * Accepted from any thread.
   */
  Timer schedule(long delayNanos, Runnable task);

  /** Runs {@code task} at once when already on this loop, else hands it over. */
  default void run(Runnable task) {
    if (inLoop()) {
      task.run();
    } else {
      execute(task);
    }
  }

  /** Something scheduled. */
  interface Timer {
    /** Keeps the task from running if it has not begun; idempotent. Exact when called on the loop itself. */
    void cancel();
  }
}
