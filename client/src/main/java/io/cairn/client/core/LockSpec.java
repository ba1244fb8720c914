package io.cairn.client.core;

import com.google.protobuf.InvalidProtocolBufferException;
import io.cairn.client.ByteSeq;
import io.cairn.protocol.wire.LockPlace;

/**
 * Which queue, and what kind of place in it.
 *
 * @param queue what the keys of the queue begin with; it ends with '/' and has a tag
 * @param permits how many it takes, of {@code of}; 0 for what is no matter of number
 */
public record LockSpec(String queue, boolean shared, int permits, int of) {

  /** Nobody else while it is held. */
  public static LockSpec exclusive(String queue) {
    return new LockSpec(queue, false, 0, 0);
  }

  /** Others that share it, too. */
  public static LockSpec shared(String queue) {
    return new LockSpec(queue, true, 0, 0);
  }

  /** Some of so many permits. */
  public static LockSpec permits(String queue, int permits, int of) {
    return new LockSpec(queue, false, permits, of);
  }

  /** The value of such a place. @param data what others are shown of its owner */
  public ByteSeq value(ByteSeq data) {
    LockPlace.Mode mode = shared ? LockPlace.Mode.SHARED : permits > 0 ? LockPlace.Mode.PERMITS : LockPlace.Mode.EXCLUSIVE;
    return ByteSeq.of(LockPlace.newBuilder().setMode(mode).setPermits(permits).setOf(of).setData(Wire.byteString(data)).build().toByteArray());
  }

  /** What the place with this value takes of its queue. What cannot be read counts as exclusive, as in the server. */
  public static LockSpec of(String queue, ByteSeq value) {
    try {
      LockPlace place = LockPlace.parseFrom(value.toByteArray());
      boolean counted = place.getMode() == LockPlace.Mode.PERMITS && place.getPermits() >= 1 && place.getOf() >= place.getPermits();
      return place.getMode() == LockPlace.Mode.SHARED ? shared(queue)
          : counted ? permits(queue, place.getPermits(), place.getOf()) : exclusive(queue);
    } catch (InvalidProtocolBufferException e) {
      return exclusive(queue);
    }
  }

  /** What the owner of a place says of itself, by the place's value. */
  public static ByteSeq data(ByteSeq value) {
    try {
      return Wire.byteSeq(LockPlace.parseFrom(value.toByteArray()).getData());
    } catch (InvalidProtocolBufferException e) {
      return ByteSeq.EMPTY;
    }
  }

  /** An attempt to get it. */
  public LockAttempt.Wanted wanted(String owner, long lease, long waitNanos, long slackNanos) {
    return new LockAttempt.Wanted(queue, value(ByteSeq.utf8(owner)), lease, waitNanos, slackNanos);
  }
}
