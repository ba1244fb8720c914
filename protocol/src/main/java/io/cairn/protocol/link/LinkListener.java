package io.cairn.protocol.link;

import io.cairn.protocol.frame.FrameKind;
import io.cairn.protocol.wire.HandshakeRefused;
import io.cairn.protocol.wire.Welcome;
import io.netty.buffer.ByteBuf;
import java.io.IOException;

/**
 * Hears how a link fares, on its loop. Each attempt ends in one {@link #refused} or {@link #disconnected}, with a
 * {@link #connected} before it if it got so far; the next attempt follows by itself until the link is closed.
 */
public interface LinkListener {

  /** The link is ready for calls. */
  void connected(Welcome welcome);

  /** The other side does not let us in. What it says may hold for a while only (it starts, is full), so the link tries again. */
  void refused(HandshakeRefused refusal);

  /** There is no connection, or none any more. Calls that were open fail right after this. */
  void disconnected(IOException cause);

  /** A frame that answers no call. The body is on loan. After a GOAWAY the link takes no calls until it is connected again. */
  void frame(FrameKind kind, int flags, long id, ByteBuf body);
}
