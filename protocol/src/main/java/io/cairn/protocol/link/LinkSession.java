package io.cairn.protocol.link;

import io.cairn.platform.EventLoop;
import io.cairn.protocol.frame.Frame;
import io.cairn.protocol.frame.FrameChannel;
import io.cairn.protocol.frame.FrameException;
import io.cairn.protocol.frame.FrameException.Fault;
import io.cairn.protocol.frame.FrameKind;
import io.cairn.protocol.transport.Connection;
import io.cairn.protocol.transport.ConnectionHandler;
import io.cairn.protocol.wire.HandshakeError;
import io.cairn.protocol.wire.HandshakeRefused;
import io.cairn.protocol.wire.Hello;
import io.cairn.protocol.wire.Welcome;
import io.netty.buffer.ByteBuf;
import java.io.IOException;

/**
 * One connection of a {@link Link}, from connecting to its end. Once the link has let go of it, whatever still comes is
 * ignored: an answer on an old connection never reaches a call of a new one.
 */
final class LinkSession implements FrameChannel.Receiver {

  private final Link link;
  private final EventLoop loop;
  private final Hello hello;
  private FrameChannel channel;
  private EventLoop.Timer timer;
  private boolean welcomed;
  private boolean leaving;
  /** Whether anything came in, or went out by the link's calls, since the last look. */
  private boolean heard;
  private long markAtLastLook;
  private int silentLooks;

  LinkSession(Link link, EventLoop loop, Hello hello) {
    this.link = link;
    this.loop = loop;
    this.hello = hello;
  }

  /** Null until connected. */
  FrameChannel channel() {
    return channel;
  }

  ConnectionHandler connected(Connection connection) {
    channel = new FrameChannel(connection, Frame.HANDSHAKE_FRAME_BYTES_MAX, this);
    if (!link.isCurrent(this)) {
      channel.abort(); // Closed while it was being opened.
      return channel;
    }
    channel.send(FrameKind.HELLO, 0, 0, hello);
    timer = loop.schedule(link.settings().handshakeTimeoutNanos(),
        () -> fail("no answer to the handshake within " + link.settings().handshakeTimeoutNanos() / 1_000_000 + " ms"));
    return channel;
  }

  boolean handedOver(long mark) {
    return channel != null && channel.handedOver(mark);
  }

  /** After a GOAWAY the connection ends with its last open call. */
  void drainedIf(boolean noOpenCalls) {
    if (leaving && noOpenCalls) {
      loop.execute(() -> fail("the other side takes no new requests"));
    }
  }

  /** The link is done with this connection: what was sent still goes out if {@code orderly}, and is dropped otherwise. */
  void discard(boolean orderly) {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
    if (channel != null && orderly) {
      channel.close();
    } else if (channel != null) {
      channel.abort();
    }
  }

  @Override
  public void frame(FrameKind kind, int flags, long requestId, ByteBuf body) throws FrameException {
    if (!link.isCurrent(this)) {
      return;
    }
    heard = true;
    if (!welcomed) {
      shakeHands(kind, body);
      return;
    }
    switch (kind) {
      case RESPONSE, PEER_RESPONSE -> link.answered(requestId, body, (flags & Frame.MORE) != 0);
      case PONG -> { }
      case PING -> channel.send(FrameKind.PONG, requestId);
      case GOAWAY -> goingAway(flags, requestId, body);
      case HELLO, WELCOME, HANDSHAKE_REFUSED ->
          throw new FrameException(Fault.UNEXPECTED, "a " + kind + " frame came after the handshake");
      default -> link.other(kind, flags, requestId, body);
    }
  }

  @Override
  public void turnEnded() {}

  @Override
  public void writable() {}

  @Override
  public void malformed(FrameException cause) {
    link.lost(this, cause);
  }

  @Override
  public void closed(Throwable cause) {
    link.lost(this, FrameChannel.asIOException(cause, "the other side closed the connection"));
  }

  private void shakeHands(FrameKind kind, ByteBuf body) throws FrameException {
    switch (kind) {
      case WELCOME -> welcome(Frame.parse(Welcome.parser(), body));
      case HANDSHAKE_REFUSED -> link.refusedBy(this, Frame.parse(HandshakeRefused.parser(), body));
      case PONG, GOAWAY -> { }
      default -> throw new FrameException(Fault.UNEXPECTED, "a " + kind + " frame came in answer to the handshake");
    }
  }

  private void welcome(Welcome welcome) throws FrameException {
    int version = welcome.getProtocolVersion();
    if (version < hello.getOldestProtocolVersion() || version > hello.getProtocolVersion()) {
      link.refusedBy(this, Handshake.refused(HandshakeError.VERSION, "the other side chose protocol version " + version
          + ", this one speaks " + hello.getOldestProtocolVersion() + " to " + hello.getProtocolVersion()));
      return;
    }
    if (!hello.getClusterId().isEmpty() && !hello.getClusterId().equals(welcome.getClusterId())) {
      link.refusedBy(this, Handshake.refused(HandshakeError.CLUSTER_ID, "the node at " + link.address() + " belongs to cluster '"
          + Handshake.printable(welcome.getClusterId()) + "', not to '" + hello.getClusterId() + "'"));
      return;
    }
    if (welcome.getFrameBytesMax() < Frame.HANDSHAKE_FRAME_BYTES_MAX) {
      throw new FrameException(Fault.UNEXPECTED, "the other side takes frames of " + welcome.getFrameBytesMax() + " bytes at most, at least "
          + Frame.HANDSHAKE_FRAME_BYTES_MAX + " are needed");
    }
    welcomed = true;
    channel.frameLimits(link.settings().frameBytesMax(), welcome.getFrameBytesMax());
    timer.cancel();
    lookLater();
    link.welcomed(welcome);
  }

  private void goingAway(int flags, long id, ByteBuf body) {
    leaving = true;
    link.other(FrameKind.GOAWAY, flags, id, body);
    drainedIf(link.openCalls() == 0);
  }

  private void lookLater() {
    timer = loop.schedule(link.settings().keepAliveNanos(), this::look);
  }

  /**
   * Looks whether the peer is still there. Looks are counted, not clock time: after a long pause of this process the first
   * look finds old silence, and the loop then reads what came meanwhile before the next one.
   */
  private void look() {
    if (!link.isCurrent(this)) {
      return;
    }
    silentLooks = heard ? 0 : silentLooks + 1;
    if (silentLooks >= link.settings().keepAliveMisses()) {
      link.lost(this, new IOException("nothing was heard from " + link.address() + " for "
          + silentLooks * (link.settings().keepAliveNanos() / 1_000_000) + " ms"));
      return;
    }
    if (!heard || channel.framesSent() == markAtLastLook) {
      channel.send(FrameKind.PING, 0);
    }
    heard = false;
    markAtLastLook = channel.framesSent();
    lookLater();
  }

  private void fail(String why) {
    link.lost(this, new IOException(why));
  }
}
