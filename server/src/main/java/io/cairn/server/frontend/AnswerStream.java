package io.cairn.server.frontend;

import io.cairn.protocol.wire.ErrorCode;
import io.cairn.server.outcome.Refusal;

/** An answer that goes out in parts, as fast as its reader takes them. Belongs to the connection's loop. */
interface AnswerStream {

  /** The client no longer waits. */
  void cancel();

  /** The connection takes more. */
  void goOn();

  /** The client takes so many bytes of it in all. */
  default void grant(long total) {}

  /** Why a stream is refused whose request's id another one of its connection bears that has not ended. */
  static Refusal idInUse(Call call) {
    return Refusal.of(ErrorCode.BAD_REQUEST, "request id " + call.requestId()
        + " is still in use by a range of this connection; each request has an id of its own");
  }
}
