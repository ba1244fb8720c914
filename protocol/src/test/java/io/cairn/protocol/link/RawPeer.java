package io.cairn.protocol.link;

import io.cairn.protocol.frame.Frame;
import io.cairn.protocol.frame.FrameDecoder;
import io.cairn.protocol.frame.FrameEncoder;
import io.cairn.protocol.frame.FrameException;
import io.cairn.protocol.frame.FrameKind;
import io.cairn.protocol.testing.World;
import io.cairn.protocol.transport.Connection;
import io.cairn.protocol.transport.ConnectionHandler;
import io.cairn.protocol.transport.HostPort;
import io.cairn.protocol.transport.Transport;
import io.cairn.protocol.wire.GoAway;
import io.cairn.protocol.wire.HandshakeRefused;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The other end of a connection, that says whatever bytes it is told to say. On the world's first loop. */
final class RawPeer implements ConnectionHandler, Transport.Connector {

  private final FrameDecoder decoder = new FrameDecoder(new UnpooledByteBufAllocator(false), Frame.FRAME_BYTES_MAX);
  final List<FrameKind> frames = new ArrayList<>();
  final List<HandshakeRefused> refusals = new ArrayList<>();
  final List<GoAway> goAways = new ArrayList<>();
  volatile Connection connection;
  volatile int closed;

  static RawPeer connect(World world, HostPort address) {
    RawPeer peer = new RawPeer();
    world.onLoop(() -> world.transport().connect(address, 5_000_000_000L, world.transport().loops().get(0), peer));
    world.until(() -> peer.connection != null);
    return peer;
  }

  void say(ByteBuf bytes) {
    connection.loop().execute(() -> {
      connection.write(bytes);
      connection.flush();
    });
  }

  void say(FrameKind kind, com.google.protobuf.MessageLite body) {
    ByteBuf bytes = Unpooled.buffer();
    new FrameEncoder().encode(bytes, kind, 0, 1, body, body.getSerializedSize());
    say(bytes);
  }

  @Override
  public ConnectionHandler connected(Connection opened) {
    connection = opened;
    return this;
  }

  @Override
  public void failed(IOException cause) {
    throw new AssertionError(cause);
  }

  @Override
  public void received(ByteBuf bytes) {
    try {
      decoder.decode(bytes, (kind, flags, id, body) -> {
        frames.add(kind);
        if (kind == FrameKind.HANDSHAKE_REFUSED) {
          refusals.add(Frame.parse(HandshakeRefused.parser(), body));
        } else if (kind == FrameKind.GOAWAY) {
          goAways.add(Frame.parse(GoAway.parser(), body));
        }
      });
    } catch (FrameException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void turnEnded() {}

  @Override
  public void writable() {}

  @Override
  public void closed(Throwable cause) {
    decoder.close();
    closed++;
  }
}
