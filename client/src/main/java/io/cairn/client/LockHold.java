package io.cairn.client;

import io.cairn.client.core.LockAttempt;
import io.cairn.client.core.PlaceGuard;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * A lock, or a share of one, that was granted: from then until it is released or lost. It belongs to no thread.
 *
 * <p>What only one may do is written with the {@link #token}: a resource that refuses a token smaller than the largest it has seen is never
 * written by two. Being told of a loss alone does not keep a paused process from writing.
 */
public final class LockHold implements AutoCloseable {

  private final KvClient client;
  private final Session session;
  private final LockAttempt attempt;
  private final Executor callbacks;
  private final long token;
  private final SessionListener listener = (ended, now) -> sessionChanged(now);
  private final List<Runnable> losers = new ArrayList<>();
  private boolean released;
  private boolean lost;

  LockHold(KvClient client, Session session, LockAttempt attempt, Executor callbacks) {
    this.client = client;
    this.session = session;
    this.attempt = attempt;
    this.callbacks = callbacks;
    this.token = attempt.token();
    session.addListener(listener);
    sessionChanged(session.state());
  }

  /** The revision at which the place in the queue was taken: larger than that of whoever held the lock before. */
  public long token() {
    return token;
  }

  /** The key of the place in the queue. */
  public ByteSeq key() {
    return attempt.key();
  }

  /** Whether it is certainly still held, as of this very moment. */
  public boolean isHeld() {
    boolean certain = session.isHeld();
    synchronized (losers) {
      return certain && !released && !lost;
    }
  }

  /** How long it is certainly held on even if nobody renews it; zero when that is not certain. */
  public Duration remaining() {
    return isHeld() ? session.remaining() : Duration.ZERO;
  }

  /**
   * The client, with writes that the server does only while this is held: once it has passed on, whatever ended it, they are refused with
   * {@link RefusedCode#GUARD_PASSED}, and nothing is written. So a process that stood still can write nothing late. Reads are as ever. The first
   * guarded write in a shard other than the lock's asks that shard to note it, and costs some milliseconds more.
   */
  public KvClient kv() {
    return client.guardedBy(new PlaceGuard(key(), token));
  }

  /** The session that it is held under. */
  public Session session() {
    return session;
  }

  /**
   * Runs {@code then} on the client's callback threads when the lock is lost: its session is, which is told before the server may give the lock
   * to another. At once if that has happened; never after {@link #close}.
   */
  public void onLost(Runnable then) {
    synchronized (losers) {
      if (released) {
        return;
      }
      if (!lost) {
        losers.add(then);
        return;
      }
    }
    callbacks.execute(then);
  }

  boolean isLost() {
    session.state();
    synchronized (losers) {
      return lost;
    }
  }

  private void sessionChanged(SessionState now) {
    if (!now.isFinal()) {
      return;
    }
    List<Runnable> told;
    synchronized (losers) {
      if (lost || released) {
        return;
      }
      lost = true;
      told = List.copyOf(losers);
    }
    session.removeListener(listener);
    told.forEach(callbacks::execute);
    attempt.leaseEnded(new RefusedException(RefusedCode.LOCK_GONE, "The session of the lock has ended"));
  }

  /** Gives it back; returns at once, the server is told in the background until it knows. Idempotent. */
  @Override
  public void close() {
    synchronized (losers) {
      if (released) {
        return;
      }
      released = true;
    }
    session.removeListener(listener);
    attempt.leave();
  }
}
