package io.cairn.raft.progress;

/**
 * Whether a follower keeps up with what is written (dissertation 4.2.1). A round lasts until the follower holds, durably, what the log
 * held when the round began; then the next one begins. Whoever needed less than an election timeout for the last one, and has not
 * spent more than that on the present one, has caught up: as a voter it would hold up a commit for no longer than an election does.
 */
public final class CatchUp {

  private long roundEnd;
  private long roundBegan;
  private long lastRoundNanos = Long.MAX_VALUE;

  CatchUp(long last, long now) {
    this.roundEnd = last;
    this.roundBegan = now;
  }

  /** It holds everything up to {@code match}, of a log that ends at {@code last}. */
  public void matched(long match, long last, long now) {
    if (match >= roundEnd) {
      lastRoundNanos = now - roundBegan;
      roundEnd = last;
      roundBegan = now;
    }
  }

  public boolean isDone(long match, long last, long patienceNanos, long now) {
    return match >= last || (lastRoundNanos <= patienceNanos && now - roundBegan <= patienceNanos);
  }
}
