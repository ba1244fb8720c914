package io.cairn.client;

import io.cairn.client.core.HeldLease;
import io.cairn.client.core.LeaseKeeper;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;

/**
 * One lease that the client keeps alive for whatever its application holds: {@link KvClient#openSession}. Keys put under {@link #lease()} are
 * deleted when it ends. All sessions of a client are renewed by one message, every third of the shortest TTL.
 *
 * <p>It warns before the server may end the lease: time counts from the sending of the last renewal that was acknowledged, by the monotonic
 * clock, and a wall clock that ran ahead of it is taken for a suspended machine. {@link #state()} looks at the clocks itself, so a thread that wakes
 * from a pause learns the truth before anything else of the client has run.
 *
 * <p>Safe for any number of threads.
 */
public final class Session implements AutoCloseable {

  private final Leases leases;
  private final AsyncKvClient async;
  private final LeaseKeeper keeper;
  private final Executor callbacks;
  private final HeldLease held;
  private final Duration ttl;
  private final List<SessionListener> listeners = new CopyOnWriteArrayList<>();
  private final ArrayDeque<SessionState> untold = new ArrayDeque<>();
  private boolean telling;

  Session(Leases leases, AsyncKvClient async, LeaseKeeper keeper, Lease lease, LeaseKeeper.Moment asked) {
    this.leases = leases;
    this.async = async;
    this.keeper = keeper;
    this.callbacks = async.callbacks();
    this.ttl = lease.ttl();
    this.held = keeper.hold(lease.id(), lease.ttl().toNanos(), asked, this::changed);
  }

  /** The lease's id, for {@link PutOptions#withLease}. */
  public long lease() {
    return held.id();
  }

  public Duration ttl() {
    return ttl;
  }

  /** As of this very moment. */
  public SessionState state() {
    return held.state();
  }

  /** Whether the lease certainly has not ended. */
  public boolean isHeld() {
    return state() == SessionState.ACTIVE;
  }

  /** How long the lease certainly lives on; zero when that is not certain. */
  public Duration remaining() {
    return Duration.ofNanos(Math.max(0, held.remainingNanos()));
  }

  /** Why it is AT_RISK or LOST, as far as is known. */
  public Optional<KvException> cause() {
    return Optional.ofNullable(held.cause());
  }

  /** From now on tells of each change. */
  public void addListener(SessionListener listener) {
    listeners.add(listener);
  }

  public void removeListener(SessionListener listener) {
    listeners.remove(listener);
  }

  private void changed(SessionState now) {
    synchronized (untold) {
      untold.add(now);
      if (telling) {
        return;
      }
      telling = true;
    }
    callbacks.execute(this::tell);
  }

  /** One state after another, by one thread at a time. What a listener throws is its own affair: the others, and later changes, are told. */
  private void tell() {
    while (true) {
      SessionState next;
      synchronized (untold) {
        next = untold.poll();
        if (next == null) {
          telling = false;
          return;
        }
      }
      for (SessionListener listener : listeners) {
        try {
          listener.changed(this, next);
        } catch (RuntimeException e) {
          Thread thread = Thread.currentThread();
          thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
        }
      }
    }
  }

  /**
   * Ends the lease: returns when its keys are gone. When the server cannot be reached within the client's deadline nothing is thrown: the
   * lease is not renewed any more, and ends by itself within its TTL. Idempotent.
   */
  @Override
  public void close() {
    if (!keeper.release(held)) {
      return;
    }
    try {
      leases.revoke(held.id());
    } catch (KvException e) {
      // It is gone, or will be within its TTL.
    }
  }

  /** {@link #close} without waiting: complete when the keys are gone, or when the server was not reached within the client's deadline. */
  public CompletionStage<Void> closeAsync() {
    if (!keeper.release(held)) {
      return CompletableFuture.completedFuture(null);
    }
    return async.leases().revoke(held.id()).handle((revoked, why) -> null);
  }
}
