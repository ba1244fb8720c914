package io.cairn.protocol.link;

import io.cairn.protocol.frame.FrameException;
import io.cairn.protocol.frame.FrameKind;
import io.cairn.protocol.wire.HandshakeRefused;
import io.cairn.protocol.wire.Hello;
import io.netty.buffer.ByteBuf;

/** Serves the connections that were let in. Called on each connection's loop, so from several threads for several connections. */
public interface RequestHandler {

  /** The handshake is done. */
  void opened(ServerChannel channel, Hello hello);

  /**
   * A request, or a one-way message. The body is on loan for the call.
   *
   * @throws FrameException when the body is not what its kind says: the opener is told, and the connection closed
   */
  void frame(ServerChannel channel, FrameKind kind, int flags, long requestId, ByteBuf body) throws FrameException;

  /** The opener no longer waits for this request; it may be unknown here, or answered already. */
  void cancelled(ServerChannel channel, long requestId);

  /** All that came in this turn has been handed over: what was gathered from it may go on. Answers given now leave in one write. */
  default void turnEnded(ServerChannel channel) {}

  /** {@link ServerChannel#pendingBytes()} has fallen: answers that were held back may go on. */
  default void writable(ServerChannel channel) {}

  /** The connection is gone; called once, last, for each that was opened. {@code cause} is null for an orderly end. */
  void closed(ServerChannel channel, Throwable cause);

  /** Somebody was not let in; for logs and metrics. */
  default void refused(String remote, HandshakeRefused refusal) {}
}
