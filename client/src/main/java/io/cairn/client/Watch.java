package io.cairn.client;

import io.cairn.client.core.ClientCore;
import io.cairn.client.core.WatchCall;
import io.cairn.client.core.WatchSink;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Follows a range of keys until it is closed or fails: {@link KvClient#watch}. Every event is shown once, in the order of revisions, through
 * whatever becomes of nodes and connections; or the watch says that it cannot ({@link WatchState}).
 *
 * <p>With a listener, that is told. Without, {@link #next} hands out one batch after the other. What waits to be taken is bounded by the
 * watch's credit.
 */
public final class Watch implements AutoCloseable {

  /** A batch, or with a state a change of it. */
  private record News(WatchBatch batch, long bytes, WatchState state, Optional<KvException> why) {}

  private final WatchListener listener;
  private final Executor executor;
  /** Whether the listener takes another batch now. */
  private final BooleanSupplier wants;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<News> news = new ArrayDeque<>();
  private WatchCall call;
  private boolean telling;
  private volatile WatchState state = WatchState.CONNECTING;
  private volatile KvException failure;
  private volatile long revision;

  /** @param listener null for {@link #next} */
  private Watch(WatchListener listener, BooleanSupplier wants, Executor executor) {
    this.listener = listener;
    this.wants = wants;
    this.executor = executor;
  }

  static Watch start(ClientCore core, KeyRange range, WatchOptions options, WatchListener listener, Executor executor) {
    Watch watch = prepare(core, range, options, listener, () -> true, executor);
    watch.start();
    return watch;
  }

  /** @param wants asked before each batch; {@link #goOn} says that the answer may be another one now */
  static Watch prepare(ClientCore core, KeyRange range, WatchOptions options, WatchListener listener, BooleanSupplier wants, Executor executor) {
    Watch watch = new Watch(listener, wants, executor);
    watch.call = core.watch(range, options, watch.new Sink());
    return watch;
  }

  void start() {
    call.start();
  }

  public WatchState state() {
    return state;
  }

  /** Why it has failed, or why it does not stand at present; empty while it does. */
  public Optional<KvException> failure() {
    return Optional.ofNullable(failure);
  }

  /** Up to here everything was handed out; a watch from the revision behind it goes on where this one is. 0 before the first batch. */
  public long revision() {
    return revision;
  }

  /** Asks for a batch soon that says how far it is, and shows everything that was acknowledged before this call. */
  public void requestProgress() {
    call.askProgress(0);
  }

  /** The same, and the batch reaches {@code revision}, if the cluster has handed it out: an answer's, also of another shard or client. */
  public void requestProgress(long revision) {
    call.askProgress(revision);
  }

  /**
   * The next batch; empty when none has come within {@code most}, or none will come.
   *
   * @throws KvException why the watch has failed, once everything before that was handed out
   * @throws IllegalStateException when a listener takes the batches
   */
  public Optional<WatchBatch> next(Duration most) throws InterruptedException {
    if (listener != null) {
      throw new IllegalStateException("this watch's batches go to its listener");
    }
    long left = most.toNanos();
    lock.lockInterruptibly();
    try {
      while (true) {
        News first = news.poll();
        if (first != null && first.batch != null) {
          call.taken(first.bytes);
          took(first.batch);
          return Optional.of(first.batch);
        }
        if (first == null && (state == WatchState.CLOSED || left <= 0)) {
          return Optional.empty();
        }
        if (first == null && state == WatchState.FAILED) {
          throw failure;
        }
        left = first == null ? changed.awaitNanos(left) : left;
      }
    } finally {
      lock.unlock();
    }
  }

  /** Ends it; its listener hears of nothing more than that. Idempotent. */
  @Override
  public void close() {
    call.close();
  }

  private void took(WatchBatch batch) {
    boolean part = batch.kind() == WatchBatch.Kind.STATE || batch.kind() == WatchBatch.Kind.RESYNC;
    revision = part ? revision : batch.revision();
  }

  private void add(News added) {
    lock.lock();
    try {
      news.add(added);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    goOn();
  }

  /** Has the listener told what waits for it. */
  void goOn() {
    lock.lock();
    try {
      if (listener == null || telling || !isDue()) {
        return;
      }
      telling = true;
    } finally {
      lock.unlock();
    }
    executor.execute(this::tell);
  }

  /** Batches wait until they are wanted; that it fares differently is told in its place among them, and its end at once. */
  private boolean isDue() {
    News first = news.peek();
    return first != null && (first.batch == null || wants.getAsBoolean() || state == WatchState.CLOSED);
  }

  /** One task at a time tells the listener all there is: so it hears of everything in order, on whichever thread. */
  private void tell() {
    while (true) {
      News next;
      lock.lock();
      try {
        next = isDue() ? news.poll() : null;
        telling = next != null;
      } finally {
        lock.unlock();
      }
      if (next == null) {
        return;
      }
      try {
        if (next.batch == null) {
          listener.stateChanged(next.state, next.why);
        } else if (state != WatchState.CLOSED) {
          listener.batch(next.batch);
          took(next.batch);
        }
      } catch (RuntimeException e) {
        Thread thread = Thread.currentThread();
        thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
      } finally {
        call.taken(next.bytes);
      }
    }
  }

  /** What the client's loop has to say. */
  private final class Sink implements WatchSink {
    @Override
    public void batch(WatchBatch batch, long bytes) {
      add(new News(batch, bytes, null, Optional.empty()));
    }

    @Override
    public void state(WatchState now, Optional<KvException> why) {
      failure = why.orElse(null);
      state = now;
      add(new News(null, 0, now, why));
    }
  }
}
