package io.cairn.cli.load;

import java.util.concurrent.TimeUnit;

/**
 * When each record may be sent. Time that was lost, to a slow cluster or a slow input, is made up for only as far as
 * {@value #CATCH_UP_MILLIS} ms: a cluster that has just come back is not met with all that gathered. Used by one thread.
 */
final class Pace {

  static final long CATCH_UP_MILLIS = 100;
  private static final long CATCH_UP_NANOS = TimeUnit.MILLISECONDS.toNanos(CATCH_UP_MILLIS);

  private final double nanosPerRecord;
  private boolean begun;
  private long originNanos;
  /** When the next record is due, counted from the origin. */
  private double due;

  /** @param perSecond most records a second; 0 for as many as there is room for */
  Pace(long perSecond) {
    nanosPerRecord = perSecond == 0 ? 0 : 1e9 / perSecond;
  }

  /** The next record's turn: how long it must still wait at {@code nowNanos}. */
  long waitNanos(long nowNanos) {
    if (nanosPerRecord == 0) {
      return 0;
    }
    if (!begun) {
      begun = true;
      originNanos = nowNanos;
    }
    long now = nowNanos - originNanos;
    due = Math.max(due, now - CATCH_UP_NANOS);
    long wait = Math.max(0, Math.round(due) - now);
    due += nanosPerRecord;
    return wait;
  }
}
