package io.cairn.jepsen.workload;

import io.cairn.jepsen.cluster.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** Threads that do one thing again and again, until they are told to stop, and count what went well. */
final class Callers implements AutoCloseable, Trouble.Progress {
  private static final Duration PROGRESS_MOST = Duration.ofSeconds(60);
  private static final long END_SECONDS = 60;

  /** What a thread does. Returns whether it went well. */
  interface Turn {
    boolean next() throws InterruptedException;
  }

  private final ExecutorService threads = Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name("caller-", 1).factory());
  private final List<AtomicInteger> well = new ArrayList<>();
  private final List<Future<Void>> work = new ArrayList<>();
  private volatile boolean stopping;

  void start(Turn turn) {
    var count = new AtomicInteger();
    well.add(count);
    work.add(threads.submit(() -> {
      while (!stopping) {
        if (turn.next()) {
          count.incrementAndGet();
        }
      }
      return null;
    }));
  }

  @Override
  public void awaitProgress(String when, int turns) {
    for (AtomicInteger each : well) {
      int before = each.get();
      Await.until("every caller goes on " + when, PROGRESS_MOST, () -> {
        work.stream().filter(Future::isDone).forEach(Callers::result);
        return each.get() >= before + turns;
      });
    }
  }

  /** The turns under way are the last ones. */
  void stop() {
    stopping = true;
    work.forEach(Callers::result);
  }

  private static void result(Future<Void> ended) {
    try {
      ended.get(END_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("a caller has failed, or never ends", e);
    }
  }

  @Override
  public void close() {
    stopping = true;
    threads.shutdownNow();
  }
}
