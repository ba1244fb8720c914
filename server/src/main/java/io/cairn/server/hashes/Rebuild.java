package io.cairn.server.hashes;

import java.util.concurrent.TimeUnit;

/**
 * When a fenced replica asks for a snapshot: at once the first time, and later each time that it was fenced again in this process, so that one whose data is damaged
 * over and over (its memory, its disk) does not keep its leader busy. Again after a while in which nothing has come. On the replica's loop.
 */
final class Rebuild {
  static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(10);
  static final long WAIT_NANOS_MAX = TimeUnit.MINUTES.toNanos(10);

  private int fences;
  private long nextAt = Long.MIN_VALUE;
  private long chunks = -1;

  /** It was fenced. */
  void began(long now) {
    fences++;
    nextAt = now + (fences == 1 ? 0 : Math.min(WAIT_NANOS_MAX, AGAIN_NANOS << Math.min(fences - 2, 10)));
  }

  /** Whether to ask now. @param received how many chunks have come so far: while more come, nothing is asked */
  boolean asks(long now, long received) {
    if (now < nextAt) {
      return false;
    }
    nextAt = now + AGAIN_NANOS;
    boolean comes = chunks >= 0 && received != chunks;
    chunks = received;
    return !comes;
  }
}
