package io.cairn.client.core;

import io.cairn.protocol.frame.Frame;
import io.cairn.protocol.frame.FrameException;
import io.cairn.protocol.frame.FrameKind;
import io.cairn.protocol.link.CallFailure;
import io.cairn.protocol.link.Link;
import io.cairn.protocol.link.LinkListener;
import io.cairn.protocol.wire.HandshakeRefused;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import io.cairn.protocol.wire.Welcome;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.function.Function;

/** A {@link NodeLink} on the connection that clients and nodes share, {@link Link}. */
final class NodeConnection implements NodeLink, LinkListener {

  private final Watcher watcher;
  private final Link link;

  /** @param linkFor makes the link, given who hears of it */
  NodeConnection(Watcher watcher, Function<LinkListener, Link> linkFor) {
    this.watcher = watcher;
    this.link = linkFor.apply(this);
  }

  @Override
  public void connect() {
    link.start();
  }

  @Override
  public boolean isUp() {
    return link.ready();
  }

  @Override
  public long call(Request request, long timeoutNanos, NodeLink.Reply reply) {
    return link.call(FrameKind.REQUEST, request, timeoutNanos, new Answer(reply));
  }

  @Override
  public void cancel(long id) {
    link.cancel(id);
  }

  @Override
  public void close() {
    link.close();
  }

  @Override
  public void connected(Welcome welcome) {
    watcher.up(welcome.getNodeName());
  }

  @Override
  public void refused(HandshakeRefused refusal) {
    watcher.down(refusal.getError() + ": " + refusal.getMessage(), true);
  }

  @Override
  public void disconnected(IOException cause) {
    watcher.down(cause.getMessage() == null ? cause.toString() : cause.getMessage(), false);
  }

  @Override
  public void frame(FrameKind kind, int flags, long id, ByteBuf body) {
    if (kind == FrameKind.GOAWAY) {
      watcher.down("it takes no new requests", false);
    }
  }

  /** Reads the bodies of one call's answer. */
  private record Answer(NodeLink.Reply reply) implements io.cairn.protocol.link.Reply {

    @Override
    public void part(ByteBuf body) {
      try {
        reply.part(Frame.parse(Response.parser(), body));
      } catch (FrameException e) {
        // The pieces that follow make no whole without this one: an answer without a body makes the call see that.
        reply.part(Response.getDefaultInstance());
      }
    }

    @Override
    public void done(ByteBuf body) {
      try {
        reply.done(Frame.parse(Response.parser(), body));
      } catch (FrameException e) {
        reply.failed(Failure.LOST, "its answer cannot be read: " + e.getMessage(), true);
      }
    }

    @Override
    public void failed(boolean mayHaveBeenSent, IOException cause) {
      Failure why = Failure.LOST;
      if (cause instanceof CallFailure failure) {
        why = switch (failure.reason()) {
          case OVERLOADED -> Failure.BUSY;
          case TOO_LARGE -> Failure.TOO_LARGE;
          default -> Failure.LOST;
        };
      }
      reply.failed(why, cause.getMessage(), mayHaveBeenSent);
    }
  }
}
