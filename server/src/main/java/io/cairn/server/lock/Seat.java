package io.cairn.server.lock;

import com.google.protobuf.ByteString;

/**
 * What the leader keeps of a place beside its key: who waits for it. Belongs to the replica's loop.
 *
 * <p>A seat without a caller is kept for a while, for its client to come back to ({@code docs/locks.md}).
 */
final class Seat {
  private final ByteString key;
  private LockCaller caller;
  /** Since when nobody has waited for it. */
  private long leftAt;
  /** A look found it not granted: so no leader before has told anybody that it was. */
  private boolean seenWaiting;
  private boolean leaving;
  private long token;
  private int before;
  private long countsFrom;

  Seat(ByteString key, long now) {
    this.key = key;
    this.leftAt = now;
  }

  ByteString key() {
    return key;
  }

  LockCaller caller() {
    return caller;
  }

  void attach(LockCaller now) {
    caller = now;
  }

  void detach(long now) {
    caller = null;
    leftAt = now;
  }

  boolean seenWaiting() {
    return seenWaiting;
  }

  boolean leftFor(long nanos, long now) {
    return caller == null && seenWaiting && now - leftAt >= nanos;
  }

  void waits(long itsToken, int howManyBefore) {
    seenWaiting = true;
    token = itsToken;
    before = howManyBefore;
  }

  long token() {
    return token;
  }

  int before() {
    return before;
  }

  boolean leaving() {
    return leaving;
  }

  void leaving(boolean now) {
    leaving = now;
  }

  /** A look counts for it that began after it was asked for: an earlier one may not show its key. */
  long countsFrom() {
    return countsFrom;
  }

  void countsFrom(long look) {
    countsFrom = look;
  }
}
