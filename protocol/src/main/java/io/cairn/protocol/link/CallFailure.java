package io.cairn.protocol.link;

import java.io.IOException;

/** Why a call got no answer. Whether it may have been done is said beside it, by {@link Reply#failed}. */
public final class CallFailure extends IOException {

  private static final long serialVersionUID = 1;

  public enum Reason {
    /** There is no connection now. */
    NOT_CONNECTED,
    /** As many bytes are in flight on this link as may be. */
    OVERLOADED,
    /** The request is larger than the other side takes. */
    TOO_LARGE,
    /** No answer within the call's time. */
    TIMEOUT,
    /** The connection ended before the answer. */
    DISCONNECTED,
    /** The caller gave it up. */
    CANCELLED,
    /** The link was closed. */
    CLOSED
  }

  private final Reason reason;

  CallFailure(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }

  /** Part of ordinary life in a cluster: it costs no stack trace. */
  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }
}
