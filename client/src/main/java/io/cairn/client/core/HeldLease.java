package io.cairn.client.core;

import io.cairn.client.KvException;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.SessionState;
import io.cairn.platform.Clock;
import java.util.function.Consumer;

/**
 * A lease that this client keeps alive, and how certain that is. Looked at from any thread; changed on the loop, but for its release.
 *
 * <p>What counts is when the last renewal that was acknowledged was begun: the server cannot have begun to count before that.
 */
public final class HeldLease {
  /** A wall clock that has run ahead of the monotonic one by so much says that the machine stood still. */
  private static final long WALL_AHEAD_MILLIS = 500;
  /** At this part of the TTL since then the lease is at risk. */
  private static final int RISK_THIRDS = 2;

  private final Clock clock;
  private final long id;
  private final long ttlNanos;
  private final Consumer<SessionState> listener;
  private volatile LeaseKeeper.Moment confirmed;
  private volatile KvException cause;
  /** What listeners were told last; final once it is so. */
  private volatile SessionState told = SessionState.ACTIVE;

  HeldLease(Clock clock, long id, long ttlNanos, LeaseKeeper.Moment asked, Consumer<SessionState> listener) {
    this.clock = clock;
    this.id = id;
    this.ttlNanos = ttlNanos;
    this.confirmed = asked;
    this.listener = listener;
  }

  public long id() {
    return id;
  }

  long ttlNanos() {
    return ttlNanos;
  }

  public KvException cause() {
    return cause;
  }

  /** By the clocks, now. Whoever is told LOST is told so for good: an answer that was on its way for long changes nothing any more. */
  public SessionState state() {
    SessionState last = told;
    if (last.isFinal()) {
      return last;
    }
    LeaseKeeper.Moment since = confirmed;
    long elapsed = clock.nanoTime() - since.nanos();
    if (elapsed >= ttlNanos) {
      lose(cause != null ? cause
          : new RefusedException(RefusedCode.DEADLINE, "No renewal was acknowledged for a whole TTL; the server may have ended the lease"));
      return told;
    }
    long risk = ttlNanos / 3 * RISK_THIRDS;
    return elapsed >= risk || wallElapsedNanos(since, elapsed) >= risk ? SessionState.AT_RISK : SessionState.ACTIVE;
  }

  /** What the wall clock says, where it ran ahead: it may have been set, so that it alone ends nothing. */
  private long wallElapsedNanos(LeaseKeeper.Moment since, long elapsed) {
    long wallMillis = clock.wallMillis() - since.wallMillis();
    return wallMillis - elapsed / 1_000_000 > WALL_AHEAD_MILLIS ? Math.min(wallMillis, Long.MAX_VALUE / 1_000_000) * 1_000_000 : elapsed;
  }

  /** Until the server may end it, by what is known here; 0 or less when it may have. */
  public long remainingNanos() {
    LeaseKeeper.Moment since = confirmed;
    return told.isFinal() ? 0 : ttlNanos - Math.max(elapsedNanos(), wallElapsedNanos(since, elapsedNanos()));
  }

  long elapsedNanos() {
    return clock.nanoTime() - confirmed.nanos();
  }

  /** A renewal that was begun then is acknowledged. */
  synchronized void confirm(LeaseKeeper.Moment begun) {
    if (!told.isFinal() && begun.nanos() - confirmed.nanos() > 0) {
      confirmed = begun;
      cause = null;
    }
    tell(state());
  }

  /** A renewal failed: should nothing better come, this is why. */
  synchronized void failed(KvException why) {
    if (!told.isFinal()) {
      cause = why;
    }
  }

  synchronized void lose(KvException why) {
    if (!told.isFinal()) {
      cause = why;
      tell(SessionState.LOST);
    }
  }

  /** Whether it was held until now. From any thread. */
  boolean close() {
    return tell(SessionState.CLOSED);
  }

  /** Tells the listener when that is news; once it is final nothing is any more. */
  synchronized boolean tell(SessionState now) {
    if (told.isFinal() || now == told) {
      return false;
    }
    told = now;
    listener.accept(now);
    return true;
  }
}
