package io.cairn.client;

import io.cairn.client.core.ClientCore;
import io.cairn.client.core.Completion;
import io.cairn.client.core.Operation;
import io.cairn.client.core.PlaceGuard;
import io.cairn.platform.EventLoop;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for operations on the calling thread, which the loop itself wakes: a full callback executor cannot hold it up. */
final class SyncCalls {

  private final ClientCore core;
  private final EventLoop loop;
  private final Duration deadline;
  /** Null when writes are not guarded. */
  private final PlaceGuard guard;

  SyncCalls(ClientCore core, EventLoop loop, Duration deadline, PlaceGuard guard) {
    this.guard = guard;
    this.core = core;
    this.loop = loop;
    this.deadline = deadline;
  }

  /**
   * @throws KvException when it was not done, with this thread's stack; when the thread is interrupted it stays so
   * @throws IllegalStateException on the thread that serves the client's connections, which would wait for itself
   */
  <T> T await(Operation<T> operation, Optional<Duration> ownDeadline) {
    if (loop.inLoop()) {
      throw new IllegalStateException("A call that waits was made on the client's own I/O thread, which a callback reaches only by an "
          + "executor that runs tasks in place; give the client one with threads of its own, or none");
    }
    CompletableFuture<T> answer = new CompletableFuture<>();
    ClientCore.Pending pending = core.start(guard == null ? operation : new Operation.Guarded<>(operation, guard), ownDeadline.orElse(deadline).toNanos(), new Completion<>() {
      @Override
      public void done(T result) {
        answer.complete(result);
      }

      @Override
      public void failed(KvException why) {
        answer.completeExceptionally(why);
      }
    });
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return answer.get();
        } catch (InterruptedException e) {
          interrupted = true;
          pending.interrupt();
        } catch (ExecutionException e) {
          throw atCaller(e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Waits like a call that tries again: longer the more it has tried, and never for all of the time that is left.
   *
   * @throws RefusedException when the thread is interrupted, which stays so
   */
  void pause(int tried, Duration left) {
    CompletableFuture<Void> over = new CompletableFuture<>();
    core.pause(tried, left.toNanos() / 2, () -> over.complete(null));
    try {
      over.get(left.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return; // The client was closed meanwhile, as the next call will say.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RefusedException(RefusedCode.INTERRUPTED, "The calling thread was interrupted between two tries; nothing was written.");
    } catch (ExecutionException e) {
      throw new IllegalStateException("a pause does not fail", e);
    }
  }

  static RuntimeException atCaller(Throwable cause) {
    if (cause instanceof RefusedException refused) {
      return refused.atCaller();
    } else if (cause instanceof UnknownOutcomeException unknown) {
      return unknown.atCaller();
    }
    return new IllegalStateException("a call ended with something that is no KvException", cause);
  }
}
