package io.cairn.benchmarks;

import io.cairn.client.ByteSeq;
import io.cairn.client.KeyRange;
import io.cairn.client.KvClient;
import io.cairn.client.KvException;
import io.cairn.client.PutOptions;
import io.cairn.client.WatchBatch;
import io.cairn.client.WatchEvent;
import io.cairn.client.WatchListener;
import io.cairn.client.WatchOptions;
import io.cairn.client.WatchState;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Many watchers of one prefix, over several connections, and puts below it. All clients share one thread; what a watcher does with an event is
 * done there at once, as it only counts.
 */
final class WatchRun implements AutoCloseable {
  /** The number of the put stands at the begin of its value. */
  static final int VALUE_BYTES_MIN = Integer.BYTES;
  private static final Duration DEADLINE = Duration.ofSeconds(10);

  /**
   * What is measured.
   *
   * @param rate puts due each second; 0: the next one is sent when one was seen by every watcher
   * @param inFlight puts not yet answered (with a rate) or not yet seen by every watcher (without)
   */
  record Terms(int watchers, int connections, double rate, double seconds, int valueBytes, int keys, int inFlight, String prefix) {}

  private final Terms terms;
  private final List<KvClient> clients = new ArrayList<>();
  private final WatchTally tally;
  private final Semaphore places;
  private final byte[] value;

  WatchRun(Terms terms, String... endpoints) {
    this.terms = terms;
    this.places = new Semaphore(terms.inFlight);
    this.tally = new WatchTally(terms.watchers, number -> seenByAll());
    this.value = new byte[terms.valueBytes];
    new Random(terms.keys).nextBytes(value);
    for (int i = 0; i <= terms.connections; i++) { // The first one is for the puts.
      KvClient.Builder builder = KvClient.builder().endpoints(endpoints).deadline(DEADLINE).callbacks(Runnable::run);
      clients.add(i < 2 ? builder.build() : builder.threadsOf(clients.get(1)).build());
    }
  }

  private void seenByAll() {
    if (terms.rate == 0) {
      places.release();
    }
  }

  /** The client of the puts, for what else is to be asked. */
  KvClient client() {
    return clients.getFirst();
  }

  /** Begins every watch and waits until all stand; false when that took longer than {@code most}. */
  boolean open(Duration most) throws InterruptedException {
    var standing = new CountDownLatch(terms.watchers);
    for (int i = 0; i < terms.watchers; i++) {
      KvClient client = clients.get(1 + i % terms.connections);
      client.watch(KeyRange.prefix(terms.prefix), WatchOptions.fromNow(), new Seeing(tally.watcher(i), standing));
    }
    return standing.await(most.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Puts for as long as the terms say, then waits for what is on its way as long as any of it comes. */
  WatchFigures run(Duration settle) throws InterruptedException {
    long began = System.nanoTime();
    long end = began + (long) (terms.seconds * 1e9);
    for (int number = 0; System.nanoTime() < end; number++) {
      long due = terms.rate > 0 ? began + (long) (number / terms.rate * 1e9) : 0;
      if (due >= end) {
        break;
      }
      Load.waitUntil(due);
      if (!places.tryAcquire(Math.max(1, end - System.nanoTime()), TimeUnit.NANOSECONDS)) {
        break;
      }
      put(number);
    }
    double seconds = (System.nanoTime() - began) / 1e9;
    if (terms.rate > 0) {
      places.acquire(terms.inFlight);
    }
    return tally.figures(seconds, (settled(settle) - began) / 1e9);
  }

  private void put(int number) {
    tally.sending(number);
    ByteBuffer.wrap(value).putInt(number);
    var key = ByteSeq.utf8(terms.prefix + number % terms.keys);
    client().async().put(key, ByteSeq.of(value), PutOptions.DEFAULT).whenComplete((result, failure) -> {
      if (failure == null) {
        tally.acknowledged(number, result.revision(), System.nanoTime());
      } else {
        tally.putFailed();
      }
      if (terms.rate > 0) {
        places.release();
      }
    });
  }

  /** When the last event had come; waits while some still come, and {@code most} more. */
  private long settled(Duration most) throws InterruptedException {
    long events = -1;
    long changedAt = System.nanoTime();
    while (System.nanoTime() - changedAt < most.toNanos() && !tally.isComplete()) {
      if (tally.events() != events) {
        events = tally.events();
        changedAt = System.nanoTime();
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
    return tally.isComplete() ? System.nanoTime() : changedAt;
  }

  /** One watcher. */
  private final class Seeing implements WatchListener {
    private final WatchTally.Watcher watcher;
    private final CountDownLatch standing;
    private final AtomicBoolean stands = new AtomicBoolean();

    Seeing(WatchTally.Watcher watcher, CountDownLatch standing) {
      this.watcher = watcher;
      this.standing = standing;
    }

    @Override
    public void batch(WatchBatch batch) {
      long now = System.nanoTime();
      for (WatchEvent event : batch.events()) {
        watcher.saw(number(event.kv().value()), event.revision(), now);
      }
    }

    private static int number(ByteSeq value) {
      int number = 0;
      for (int i = 0; i < Integer.BYTES; i++) {
        number = number << Byte.SIZE | value.byteAt(i) & 0xff;
      }
      return number;
    }

    @Override
    public void stateChanged(WatchState state, Optional<KvException> why) {
      if (state == WatchState.ACTIVE && stands.compareAndSet(false, true)) {
        standing.countDown();
      } else if (state == WatchState.FAILED) {
        tally.watchFailed();
      } else if (state == WatchState.RECONNECTING) {
        tally.reconnected();
      }
    }
  }

  @Override
  public void close() {
    clients.getFirst().close();
    if (clients.size() > 1) {
      clients.get(1).close(); // And all that live on its thread.
    }
  }
}
