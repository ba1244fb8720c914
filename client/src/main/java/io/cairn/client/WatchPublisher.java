package io.cairn.client;

import io.cairn.client.core.ClientCore;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;

/** Watches as a publisher: each subscriber has a watch of its own, which is told as many batches as it has requested, and is closed with it. */
final class WatchPublisher implements Flow.Publisher<WatchBatch> {
  private final ClientCore core;
  private final KeyRange range;
  private final WatchOptions options;
  private final Executor executor;

  WatchPublisher(ClientCore core, KeyRange range, WatchOptions options, Executor executor) {
    this.core = core;
    this.range = range;
    this.options = options;
    this.executor = executor;
  }

  @Override
  public void subscribe(Flow.Subscriber<? super WatchBatch> subscriber) {
    var told = new Told(Objects.requireNonNull(subscriber, "subscriber"));
    told.watch = Watch.prepare(core, range, options, told, told::wants, executor);
    subscriber.onSubscribe(told);
    told.watch.start();
  }

  /** One subscriber. */
  private static final class Told implements Flow.Subscription, WatchListener {
    private final Flow.Subscriber<? super WatchBatch> subscriber;
    private final AtomicLong demand = new AtomicLong();
    private Watch watch;
    private volatile boolean cancelled;
    private volatile IllegalArgumentException misuse;

    Told(Flow.Subscriber<? super WatchBatch> subscriber) {
      this.subscriber = subscriber;
    }

    boolean wants() {
      return demand.get() > 0 || cancelled;
    }

    @Override
    public void request(long n) {
      if (n <= 0) {
        misuse = new IllegalArgumentException("a subscriber requests 1 batch or more, not " + n);
        watch.close();
        return;
      }
      demand.getAndUpdate(before -> before + n < 0 ? Long.MAX_VALUE : before + n);
      watch.goOn();
    }

    @Override
    public void cancel() {
      cancelled = true;
      watch.close();
    }

    @Override
    public void batch(WatchBatch batch) {
      if (!cancelled) {
        demand.getAndUpdate(before -> before == Long.MAX_VALUE ? before : before - 1);
        subscriber.onNext(batch);
      }
    }

    @Override
    public void stateChanged(WatchState state, Optional<KvException> why) {
      if (cancelled) {
        return;
      }
      if (state == WatchState.FAILED) {
        cancelled = true;
        subscriber.onError(why.orElseThrow());
      } else if (state == WatchState.CLOSED) {
        cancelled = true;
        if (misuse != null) {
          subscriber.onError(misuse);
        } else {
          subscriber.onComplete();
        }
      }
    }
  }
}
