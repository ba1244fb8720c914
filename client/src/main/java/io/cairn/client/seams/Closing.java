package io.cairn.client.seams;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;

/** The end of a client, for those that wait for something on it: its timers run no more, so nothing else would end their waiting. */
public final class Closing implements AutoCloseable {
  private final Executor callbacks;
  private final Set<Runnable> told = new LinkedHashSet<>();
  private boolean closed;

  /** @param callbacks runs what is told */
  public Closing(Executor callbacks) {
    this.callbacks = callbacks;
  }

  /** Runs the task when the client is closed, at once if it is. Each time another task. @return forgets it, if it has not begun */
  public Runnable then(Runnable task) {
    synchronized (told) {
      if (!closed) {
        told.add(task);
        return () -> forget(task);
      }
    }
    callbacks.execute(task);
    return () -> { };
  }

  private void forget(Runnable task) {
    synchronized (told) {
      told.remove(task);
    }
  }

  /** Idempotent. */
  @Override
  public void close() {
    List<Runnable> all;
    synchronized (told) {
      closed = true;
      all = List.copyOf(told);
      told.clear();
    }
    all.forEach(callbacks::execute);
  }
}
