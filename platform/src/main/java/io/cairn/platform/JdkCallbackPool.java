package io.cairn.platform;

import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Threads for code that is not ours: what a user does when an answer comes. Daemon threads, started as they are needed and
 * ended when idle.
 *
 * <p>A task may wait for another task's future: the pool then adds a thread for the time of the waiting, so that tasks that
 * wait for each other do not stand still (up to 256 at once).
 */
public final class JdkCallbackPool implements Executor, AutoCloseable {
  private static final int PARALLELISM_MAX = 8;

  private final ForkJoinPool pool;

  /** @param name what the threads are called, with a number after it */
  public JdkCallbackPool(String name) {
    int parallelism = Math.max(2, Math.min(PARALLELISM_MAX, Runtime.getRuntime().availableProcessors()));
    ClassLoader loader = Thread.currentThread().getContextClassLoader();
    this.pool = new ForkJoinPool(
        parallelism,
        owner -> {
          ForkJoinWorkerThread thread = ForkJoinPool.defaultForkJoinWorkerThreadFactory.newThread(owner);
          thread.setName(name + "-" + thread.getPoolIndex());
          thread.setContextClassLoader(loader);
          return thread;
        },
        null,
        true);
  }

  /** Runs {@code task} on a thread of the pool; after {@link #close()} on the caller's own, so that no answer is lost. */
  @Override
  public void execute(Runnable task) {
    try {
      pool.execute(task);
    } catch (RejectedExecutionException closed) {
      task.run();
    }
  }

  /** Whether the caller is one of the pool's threads. */
  public boolean inPool() {
    return Thread.currentThread() instanceof ForkJoinWorkerThread worker && worker.getPool() == pool;
  }

  /** Lets what was accepted run, for at most a second unless called from the pool itself, and ends the threads. */
  @Override
  public void close() {
    pool.shutdown();
    if (!inPool()) {
      try {
        pool.awaitTermination(1, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
