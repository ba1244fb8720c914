package io.cairn.client;

import io.cairn.client.core.ClientCore;
import io.cairn.client.core.Completion;
import io.cairn.client.core.LockAttempt;
import io.cairn.client.core.LockSpec;
import io.cairn.platform.Clock;
import io.cairn.platform.EventLoop;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;

/** Gets places in queues granted for callers that wait, with the sessions that they are held under. One for each client. */
final class LockQueueing {

  /** How long to wait: for ever, or some time, which may be none. */
  static final Duration FOR_EVER = Duration.ofNanos(-1);

  private final ClientCore core;
  private final EventLoop loop;
  private final Executor callbacks;
  private final Clock clock;
  private final KvClient client;
  private final Map<Duration, Session> sessions = new LinkedHashMap<>();

  /**
   * @param client opens sessions; its deadline is how long the server may take to answer, beside the waiting
   */
  LockQueueing(ClientCore core, EventLoop loop, Executor callbacks, Clock clock, KvClient client) {
    this.core = core;
    this.loop = loop;
    this.callbacks = callbacks;
    this.clock = clock;
    this.client = client;
  }

  /** The one that all locks of this TTL are held under; one that was lost is followed by another. */
  private Session session(LockOptions options) {
    if (options.session().isPresent()) {
      return options.session().get();
    }
    synchronized (sessions) {
      Session open = sessions.get(options.ttl());
      if (open == null || open.state().isFinal()) {
        open = client.openSession(options.ttl());
        sessions.put(options.ttl(), open);
      }
      return open;
    }
  }

  /** Ends the sessions, and with them all that is held: where the cluster does not answer, each by itself within its TTL. */
  void close() {
    List<Session> open;
    synchronized (sessions) {
      open = List.copyOf(sessions.values());
      sessions.clear();
    }
    open.stream().filter(session -> session.state() == SessionState.ACTIVE).forEach(Session::close);
  }

  /**
   * Waits on the calling thread.
   *
   * @param most {@link #FOR_EVER}, or how long
   * @return empty when the time is over
   * @throws InterruptedException when {@code interruptibly}; the place is given up
   * @throws KvException when it cannot be, or was not found out in time
   */
  Optional<LockHold> acquire(LockSpec spec, LockOptions options, Duration most, boolean interruptibly) throws InterruptedException {
    if (loop.inLoop()) {
      throw new IllegalStateException("A call that waits was made on the client's own I/O thread");
    }
    long began = clock.nanoTime();
    boolean interrupted = false;
    try {
      while (true) {
        if (interruptibly && Thread.interrupted()) {
          throw new InterruptedException();
        }
        Session session = session(options);
        long wait = most.isNegative() ? -1 : Math.max(0, most.toNanos() - (clock.nanoTime() - began));
        var trial = new Trial(spec, options, session, wait);
        try {
          interrupted |= trial.await(interruptibly);
          Optional<Long> token = trial.outcome();
          if (token.isEmpty()) {
            return Optional.empty();
          }
          var hold = new LockHold(client, session, trial.attempt, callbacks);
          if (hold.isHeld()) {
            return Optional.of(hold);
          }
          hold.close(); // Granted too late: the lease may have ended while the answer was on its way (LL-01).
        } catch (RefusedException e) {
          boolean again = e.code() == RefusedCode.LOCK_GONE || e.code() == RefusedCode.LEASE_NOT_FOUND;
          if (!again || options.session().isPresent() && session.state().isFinal()) {
            throw e;
          }
          trial.noSession(session, e);
        } finally {
          trial.end();
        }
        if (wait == 0 && !most.isNegative()) {
          return Optional.empty();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** One attempt of a caller. */
  private final class Trial {
    private final CompletableFuture<Optional<Long>> answer = new CompletableFuture<>();
    private final Session session;
    private final LockAttempt attempt;
    private final SessionListener listener;

    Trial(LockSpec spec, LockOptions options, Session session, long waitNanos) {
      this.session = session;
      this.attempt = new LockAttempt(core, spec.wanted(options.owner(), session.lease(), waitNanos, client.deadline().toNanos()), new Completion<>() {
        @Override
        public void done(Optional<Long> token) {
          answer.complete(token);
        }

        @Override
        public void failed(KvException why) {
          answer.completeExceptionally(why);
        }
      });
      this.listener = (its, now) -> sessionChanged(now);
      session.addListener(listener);
      attempt.begin();
      sessionChanged(session.state());
    }

    private void sessionChanged(SessionState now) {
      if (now.isFinal()) {
        attempt.leaseEnded(new RefusedException(RefusedCode.LOCK_GONE, "The session was lost while the lock was waited for"));
      }
    }

    /** Whether the thread was interrupted meanwhile, and waited on. */
    boolean await(boolean interruptibly) throws InterruptedException {
      boolean interrupted = false;
      while (true) {
        try {
          answer.get();
          return interrupted;
        } catch (ExecutionException e) {
          return interrupted;
        } catch (InterruptedException e) {
          if (interruptibly) {
            attempt.giveUp(new RefusedException(RefusedCode.INTERRUPTED, "The calling thread was interrupted"));
            throw e;
          }
          interrupted = true;
        }
      }
    }

    Optional<Long> outcome() {
      try {
        return answer.get();
      } catch (ExecutionException e) {
        throw SyncCalls.atCaller(e.getCause());
      } catch (InterruptedException e) {
        throw new IllegalStateException("the answer is there", e);
      }
    }

    /** The server says that the lease is gone: the next attempt needs another session. */
    void noSession(Session gone, RefusedException why) {
      if (why.code() == RefusedCode.LEASE_NOT_FOUND) {
        synchronized (sessions) {
          sessions.values().remove(gone);
        }
      }
    }

    void end() {
      session.removeListener(listener);
    }
  }
}
