package io.cairn.protocol.transport;

import io.netty.buffer.ByteBuf;

/** Hears what happens on a connection, on its loop. */
public interface ConnectionHandler {

  /** Some bytes, cut anywhere. The buffer is the caller's again on return: keep nothing of it without copying or retaining. */
  void received(ByteBuf bytes);

  /** What came in since the last call is all there is for this turn of the loop: answers may be flushed now. */
  void turnEnded();

  /**
   * {@link Connection#pendingBytes()} was above {@link Connection#WRITABLE_HIGH_BYTES} and has fallen to
   * {@link Connection#WRITABLE_LOW_BYTES} or less. May be called from within {@link Connection#flush()}.
   */
  void writable();

  /** The connection is gone; called once, last. {@code cause} is null for an orderly end. */
  void closed(Throwable cause);
}
