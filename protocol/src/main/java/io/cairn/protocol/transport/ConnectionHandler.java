package io.cairn.protocol.transport;

import io.netty.buffer.ByteBuf;

/** Hears what happens on a connection, on its loop. */
public interface ConnectionHandler {

  /** Some bytes, cut anywhere. The buffer is the caller's again on return: keep nothing of it without copying or retaining. */
  void received(ByteBuf bytes);

  /** What came in since the last call is all there is for this turn of the loop: answers may be flushed now. */
  void turnEnded();

  /** {@link Connection#pendingBytes()} has fallen to a level at which more may be written. */
  void writable();

  /** The connection is gone; called once, last. {@code cause} is null for an orderly end. */
  void closed(Throwable cause);
}
