package io.cairn.raft.read;

import io.cairn.raft.Invariant;
import java.util.ArrayDeque;

/**
 * The heartbeat rounds of one term: their numbers, which only grow, and when each was sent. A round that a quorum has answered
 * proves leadership as of the moment it was <em>sent</em>: reads that came before it are confirmed, and the lease
 * starts there, not when the answers came (RD-08).
 */
public final class HeartbeatRounds {

  private record Sent(long round, long at) {}

  private final ArrayDeque<Sent> open = new ArrayDeque<>();
  private long last;
  private long confirmed;
  private long confirmedSentAt;

  public long begin(long now) {
    Invariant.check(open.isEmpty() || open.getLast().at <= now, "a round leaves at %d, after the one before it at %d", now,
        open.isEmpty() ? 0 : open.getLast().at);
    last++;
    open.add(new Sent(last, now));
    return last;
  }

  public long last() {
    return last;
  }

  public long confirmed() {
    return confirmed;
  }

  /** When the latest confirmed round was sent; meaningless before one is confirmed. */
  public long confirmedSentAt() {
    return confirmedSentAt;
  }

  /** A quorum has answered {@code round} or a later one. Returns whether that is news. */
  public boolean confirm(long round) {
    Invariant.atMost(round, last, "round %d was sent (the last one was %d)");
    if (round <= confirmed) {
      return false;
    }
    confirmed = round;
    while (!open.isEmpty() && open.getFirst().round <= round) {
      confirmedSentAt = open.removeFirst().at;
    }
    return true;
  }
}
