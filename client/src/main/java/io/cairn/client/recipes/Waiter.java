package io.cairn.client.recipes;

import io.cairn.client.KeyRange;
import io.cairn.client.KvException;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.WatchBatch;
import io.cairn.client.WatchEvent;
import io.cairn.client.WatchListener;
import io.cairn.client.WatchOptions;
import io.cairn.client.WatchState;
import io.cairn.client.seams.ClientSeams;
import io.cairn.client.seams.Turns;
import io.cairn.client.seams.Waits;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Looks whether something is so, and while it is not, looks again when something has happened: the first look's revision is where the watch of what happens
 * begins, so nothing falls between the two. While nothing happens nothing is asked.
 *
 * <p>A look that is refused because the store is away, and a watch that has failed, are followed by another look after a wait ({@link Waits}), until the time is
 * over. Whatever else a look ends with ends the waiting, above all an unknown outcome of what it wrote.
 *
 * @param <T> what is waited for
 */
final class Waiter<T> {

  /** What a wait comes to: a future, and a way to want it no more. */
  interface Waiting<T> {
    CompletableFuture<T> future();

    void giveUp();
  }

  /**
   * What a look has seen.
   *
   * @param found ends the waiting
   * @param revision everything up to here was looked at
   * @param again it must be looked again at once, since no event may tell what there is now
   * @param overtaken others came between
   */
  record Seen<T>(Optional<T> found, long revision, boolean again, boolean overtaken) {
    static <T> Seen<T> found(T what) {
      return new Seen<>(Optional.of(what), 0, false, false);
    }

    static <T> Seen<T> nothing(long revision) {
      return new Seen<>(Optional.empty(), revision, false, false);
    }

    static <T> Seen<T> outrun() {
      return new Seen<>(Optional.empty(), 0, true, true);
    }

    /** Something that stood in the way was done away with, by this look. */
    static <T> Seen<T> further() {
      return new Seen<>(Optional.empty(), 0, true, false);
    }
  }

  /** Others were faster so often in a row: each time somebody went on, so it takes hundreds at once to get here. */
  private static final int OUTRUN_MAX = 200;

  private static final Duration LONGEST = Duration.ofDays(3_650);
  /** The store is away, or has too much to do: it may take the same call later. */
  static final Set<RefusedCode> PASSING = EnumSet.of(RefusedCode.UNAVAILABLE, RefusedCode.DEADLINE, RefusedCode.OVERLOADED);

  private final Store store;
  private final ClientSeams seams;
  private final Turns turns;
  private final KeyRange range;
  private final Predicate<WatchEvent> matters;
  private final Supplier<CompletionStage<Seen<T>>> look;
  private final Consumer<T> unwanted;
  private final CompletableFuture<Optional<T>> answer = new CompletableFuture<>();
  private Runnable watch;
  private Runnable timeLimit = () -> { };
  private Runnable wait = () -> { };
  private Runnable closing = () -> { };
  private long watchNumber;
  private boolean looking;
  private boolean changed;
  private boolean timeOver;
  private boolean givenUp;
  private boolean closed;
  private int failed;
  private int outrun;
  private Throwable lastFailure;

  /**
   * @param range where to look for what happens
   * @param matters whether an event there may be what is waited for
   * @param unwanted is given what was found for somebody who had given up
   */
  Waiter(Store store, ClientSeams seams, KeyRange range, Predicate<WatchEvent> matters, Supplier<CompletionStage<Seen<T>>> look, Consumer<T> unwanted) {
    this.store = store;
    this.seams = seams;
    this.turns = new Turns(seams.callbacks());
    this.range = range;
    this.matters = matters;
    this.look = look;
    this.unwanted = unwanted;
  }

  /** Looks once at least. Empty when the last look before the time was over found nothing; fails as that look did, if it could not be made. */
  Waiting<Optional<T>> begin(Duration most) {
    Duration time = most.compareTo(LONGEST) > 0 ? LONGEST : most;
    answer.whenComplete((found, why) -> {
      if (answer.isCancelled()) {
        turns.execute(this::giveUp);
      }
    });
    turns.execute(() -> {
      if (time.isNegative() || time.isZero()) {
        timeOver = true;
      } else {
        timeLimit = seams.timers().after(time, () -> turns.execute(this::timeIsOver));
      }
      closing = seams.closing().then(() -> turns.execute(this::clientClosed));
      look();
    });
    return new Waiting<>() {
      @Override
      public CompletableFuture<Optional<T>> future() {
        return answer;
      }

      @Override
      public void giveUp() {
        turns.execute(Waiter.this::giveUp);
      }
    };
  }

  /** No timer runs any more. A look that is under way ends, and with it the waiting. */
  private void clientClosed() {
    closed = true;
    if (!looking && !answer.isDone()) {
      end(null, clientIsClosed());
    }
  }

  private static RefusedException clientIsClosed() {
    return new RefusedException(RefusedCode.CLOSED, "The client was closed");
  }

  private void look() {
    if (answer.isDone()) {
      return;
    }
    if (looking) {
      changed = true;
      return;
    }
    looking = true;
    changed = false;
    CompletionStage<Seen<T>> stage;
    try {
      stage = look.get();
    } catch (RuntimeException e) {
      stage = CompletableFuture.failedFuture(e);
    }
    stage.whenComplete((seen, why) -> turns.execute(() -> looked(seen, why)));
  }

  private void looked(Seen<T> seen, Throwable why) {
    looking = false;
    if (why != null) {
      lookFailed(Answers.asRuntime(why));
      return;
    }
    lastFailure = null;
    if (seen.found().isPresent()) {
      if (givenUp) {
        unwanted.accept(seen.found().get());
      }
      end(seen.found(), null);
    } else if (seen.again() && !givenUp) {
      outrun = seen.overtaken() ? outrun + 1 : 0;
      if (outrun > OUTRUN_MAX) {
        end(null, new RefusedException(RefusedCode.TXN_CONFLICT, "Others came between " + OUTRUN_MAX + " times in a row; nothing was done"));
      } else {
        look();
      }
    } else if (timeOver || givenUp) {
      end(Optional.empty(), null);
    } else if (closed) {
      end(null, clientIsClosed());
    } else if (changed) {
      look();
    } else {
      outrun = 0;
      follow(seen.revision());
    }
  }

  private void lookFailed(RuntimeException why) {
    boolean passes = why instanceof RefusedException refused && PASSING.contains(refused.code());
    if (!passes || timeOver || givenUp) {
      end(null, why);
    } else if (closed) {
      end(null, clientIsClosed());
    } else {
      lastFailure = why;
      lookLater();
    }
  }

  private void lookLater() {
    wait.run();
    wait = seams.timers().after(Waits.next(failed++, seams.random()), () -> turns.execute(this::look));
  }

  private void follow(long revision) {
    if (watch == null) {
      watch = store.watch(range, WatchOptions.from(revision + 1), new Told(++watchNumber));
    }
  }

  private void watchFailed(Optional<KvException> why) {
    watch = null;
    if (closed || why.isPresent() && why.get() instanceof RefusedException refused && refused.code() == RefusedCode.CLOSED) {
      end(null, clientIsClosed());
    } else {
      lookLater(); // Compacted, or no room at a node: a look shows what there is now, and the next watch begins behind it.
    }
  }

  private void timeIsOver() {
    timeOver = true;
    if (looking) {
      return; // What is under way may still find it, and must not be found for nobody.
    }
    if (lastFailure != null) {
      end(null, lastFailure);
    } else {
      end(Optional.empty(), null);
    }
  }

  private void giveUp() {
    givenUp = true;
    if (answer.isDone() && !answer.isCompletedExceptionally()) {
      answer.join().ifPresent(unwanted);
    } else if (!looking) {
      end(Optional.empty(), null);
    }
  }

  private void end(Optional<T> found, Throwable why) {
    timeLimit.run();
    wait.run();
    closing.run();
    if (watch != null) {
      watch.run();
      watch = null;
    }
    watchNumber++;
    if (why != null) {
      answer.completeExceptionally(why);
    } else {
      answer.complete(found);
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
      if (batch.events().stream().anyMatch(matters)) {
        turns.execute(() -> {
          if (of == watchNumber) {
            failed = 0;
            look();
          }
        });
      }
    }

    @Override
    public void stateChanged(WatchState state, Optional<KvException> why) {
      if (state == WatchState.FAILED) {
        turns.execute(() -> {
          if (of == watchNumber && !answer.isDone()) {
            watchFailed(why);
          }
        });
      }
    }
  }
}
