package io.cairn.client.services;

import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Tells one listener of a view, one change after the other. What happens while it is busy is one change to it: so however slow it is, nothing
 * gathers, and what it hears of last is what is.
 */
final class ListenerTurn {
  private final ServiceListener listener;
  private final Executor threads;
  private final Supplier<ServiceSnapshot> view;
  private ServiceSnapshot told;
  private boolean running;

  ListenerTurn(ServiceListener listener, Executor threads, Supplier<ServiceSnapshot> view) {
    this.listener = listener;
    this.threads = threads;
    this.view = view;
    this.told = view.get();
  }

  /** Something may have changed. */
  void look() {
    synchronized (this) {
      if (running) {
        return;
      }
      running = true;
    }
    threads.execute(this::run);
  }

  private void run() {
    while (true) {
      ServiceSnapshot before;
      ServiceSnapshot now;
      synchronized (this) {
        before = told;
        now = view.get();
        told = now;
        running = !now.showsAs(before);
        if (!running) {
          return;
        }
      }
      try {
        listener.changed(before, now);
      } catch (RuntimeException e) {
        Thread thread = Thread.currentThread();
        thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
      }
    }
  }
}
