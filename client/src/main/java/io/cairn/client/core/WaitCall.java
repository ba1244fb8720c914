package io.cairn.client.core;

import io.cairn.client.ByteSeq;
import io.cairn.protocol.wire.LockAnswer;
import io.cairn.protocol.wire.LockWait;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;

/** Waits for a place that was taken. Asked again, of whichever node leads, it goes on: the place keeps its turn. */
final class WaitCall extends Call<LockAnswer> {
  private final ByteSeq key;
  private final long token;
  /** When the place is to be left; meaningless while {@link #forEver}. */
  private final long untilNanos;
  private final boolean forEver;

  WaitCall(ClientCore core, Deadline deadline, ByteSeq key, long token, long untilNanos, boolean forEver, Completion<LockAnswer> completion) {
    super(core, deadline, 0, completion);
    this.key = key;
    this.token = token;
    this.untilNanos = untilNanos;
    this.forEver = forEver;
  }

  @Override
  ShardRoute route() {
    return core.cluster().route(key);
  }

  @Override
  Node target() {
    return mapAtHand() ? core.cluster().forWrite(route(), avoid()) : null;
  }

  @Override
  Request.Builder request() {
    long left = forEver ? Long.MAX_VALUE : Math.max(0, (untilNanos - core.nowNanos() + 999_999) / 1_000_000);
    return Request.newBuilder().setKeyspace(Wire.DEFAULT_KEYSPACE)
        .setLockWait(LockWait.newBuilder().setKey(Wire.byteString(key)).setToken(token).setWaitMillis(left));
  }

  /** It goes on waiting: the node is there. */
  @Override
  void part(Response response) {
    if (!response.hasLock()) {
      super.part(response);
    }
  }

  /** Another leader may have said more since. */
  @Override
  boolean takesLateAnswers() {
    return false;
  }

  @Override
  long sendingNanosMax() {
    return LockAttempt.WAIT_SENDING_NANOS;
  }

  @Override
  void answered(Response response) {
    if (response.hasLock()) {
      succeed(response.getLock());
    } else {
      malformed("something else than how a place in a queue stands");
    }
  }
}
