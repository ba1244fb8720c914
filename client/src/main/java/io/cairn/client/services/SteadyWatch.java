package io.cairn.client.services;

import io.cairn.client.KeyRange;
import io.cairn.client.KvException;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.WatchBatch;
import io.cairn.client.WatchListener;
import io.cairn.client.WatchOptions;
import io.cairn.client.WatchState;
import io.cairn.client.seams.ClientSeams;
import io.cairn.client.seams.Waits;
import java.util.Optional;

/**
 * A watch with its initial state that is begun again when it has failed, for whatever reason a watch can fail, until it is closed or the client
 * is. Its listener is told one thing after the other, and of each new beginning: what it is shown then begins with all there is.
 */
final class SteadyWatch implements AutoCloseable {

  /** Hears of it, one call after the other. */
  interface Follower {
    /** The next batches show all there is. */
    void begins();

    void batch(WatchBatch batch);

    /** Whether it is told what happens at present. */
    void connected(boolean now);
  }

  /** Every event is wanted, also when it comes late: a mark that an instance leaves must not be left out. */
  private static final WatchOptions OPTIONS = WatchOptions.withInitialState().onCompaction(WatchOptions.OnCompaction.RESYNC);

  private final Store store;
  private final ClientSeams seams;
  private final KeyRange range;
  private final Follower follower;
  private Runnable watch = () -> { };
  private Runnable wait = () -> { };
  private int failed;
  private long number;
  private boolean closed;

  SteadyWatch(Store store, ClientSeams seams, KeyRange range, Follower follower) {
    this.store = store;
    this.seams = seams;
    this.range = range;
    this.follower = follower;
  }

  synchronized void begin() {
    if (!closed) {
      follower.begins();
      watch = store.watch(range, OPTIONS, new Told(++number));
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    wait.run();
    watch.run();
  }

  private synchronized void failed(Optional<KvException> why) {
    follower.connected(false);
    boolean forGood = why.isPresent() && why.get() instanceof RefusedException refused && refused.code() == RefusedCode.CLOSED;
    if (!closed && !forGood) {
      wait = seams.timers().after(Waits.next(failed++, seams.random()), this::begin);
    }
  }

  /** Of one watch; what an earlier one still has to say is not heard. */
  private final class Told implements WatchListener {
    private final long of;

    Told(long of) {
      this.of = of;
    }

    @Override
    public void batch(WatchBatch batch) {
      synchronized (SteadyWatch.this) {
        if (of == number && !closed) {
          failed = 0;
          follower.batch(batch);
        }
      }
    }

    @Override
    public void stateChanged(WatchState state, Optional<KvException> why) {
      synchronized (SteadyWatch.this) {
        if (of != number || closed) {
          return;
        }
        if (state == WatchState.FAILED) {
          failed(why);
        } else {
          follower.connected(state == WatchState.ACTIVE || state == WatchState.RESYNCED);
        }
      }
    }
  }
}
