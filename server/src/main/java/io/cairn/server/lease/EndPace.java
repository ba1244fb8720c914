package io.cairn.server.lease;

import java.util.concurrent.TimeUnit;

/**
 * How many ends of leases of one home begin at a time: so many that 100,000 are through in some seconds, so few that the writes of others
 * come between them. Entries cost the log, the messages and the answers of every node whatever they hold, so few large ones are cheaper than
 * many small ones (docs/measurements.md).
 */
final class EndPace {
  /** Ends in one entry: whoever writes meanwhile waits for it to be applied. */
  static final int PORTION = 1_200;
  /** Between two full portions; after a smaller one, as much less. */
  static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  /** What a loop that came late has missed is made up for, up to this: a node that stood still must not begin all ends at once. */
  static final long MADE_UP_NANOS = 2 * PAUSE_NANOS;

  private long nextAt;

  EndPace(long now) {
    nextAt = now;
  }

  /** How many may begin now. */
  int room(long now) {
    return now - nextAt < 0 ? 0 : PORTION;
  }

  void began(int ends, long now) {
    long planned = now - nextAt > MADE_UP_NANOS ? now - MADE_UP_NANOS : nextAt;
    nextAt = planned + PAUSE_NANOS * ends / PORTION;
  }
}
