package io.cairn.client.core;

import io.cairn.protocol.wire.Command;
import io.cairn.protocol.wire.LockAnswer;
import io.cairn.protocol.wire.LockEnter;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;

/** Takes a place in a lock's queue: a put, sent as the same bytes however often, and how the place stands after it. */
final class EnterCall extends WriteCall<LockAnswer> {
  private final boolean tryOnly;
  private boolean withdrawn;

  EnterCall(ClientCore core, Deadline deadline, Operation.Put put, boolean tryOnly, Completion<LockAnswer> completion) {
    super(core, deadline, 0, put.key(), Command.newBuilder().setPut(Wire.put(put)), null, completion);
    this.tryOnly = tryOnly;
  }

  /** From now on it only wants to know that the place is gone, whatever an earlier sending has come to. */
  void withdraw() {
    withdrawn = true;
    if (!hasEnded()) {
      nextPage();
    }
  }

  @Override
  Request.Builder request() {
    Request.Builder plain = super.request();
    LockEnter enter = LockEnter.newBuilder().setCommand(plain.getCommand()).setTry(tryOnly && !withdrawn).setWithdraw(withdrawn).build();
    return plain.setLockEnter(enter);
  }

  /** An answer to a sending before the withdrawal says nothing of what comes after it. */
  @Override
  boolean takesLateAnswers() {
    return false;
  }

  @Override
  long sendingNanosMax() {
    return LockAttempt.ENTER_SENDING_NANOS;
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
