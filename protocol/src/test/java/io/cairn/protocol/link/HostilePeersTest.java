package io.cairn.protocol.link;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.cairn.protocol.frame.Frame;
import io.cairn.protocol.frame.FrameEncoder;
import io.cairn.protocol.frame.FrameKind;
import io.cairn.protocol.testing.World;
import io.cairn.protocol.transport.Transport;
import io.cairn.protocol.wire.GoAwayReason;
import io.cairn.protocol.wire.HandshakeError;
import io.cairn.protocol.wire.Role;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Those that begin and do not end, ask and do not read, connect and say nothing: none of them keeps what others need. In virtual time. */
class HostilePeersTest {
  private static final long MILLI = 1_000_000L;
  private static final long HANDSHAKE = 50 * MILLI;
  private static final long IDLE = 90 * MILLI;
  private static final int FRAME_BYTES_MAX = 256 << 10;

  private final World.Memory world = (World.Memory) World.memory(11);
  private final ScriptedServer server = new ScriptedServer();
  private Acceptance acceptance;
  private Transport.Listening port;

  private void listen(int connectionsMax, long inboundBytesMax) {
    acceptance = new Acceptance(new AcceptanceSettings(Role.CLIENT, 1, 1, FRAME_BYTES_MAX, HANDSHAKE, IDLE, connectionsMax),
        ScriptedServer::judge, server, inboundBytesMax);
    try {
      port = world.transport().listen(world.anyPort(), acceptance);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @AfterEach
  void nothingIsLeft() {
    port.close();
    world.close();
    assertThat(acceptance.connections()).isZero();
    assertThat(acceptance.inboundBytes()).isZero();
  }

  private RawPeer known() {
    RawPeer peer = RawPeer.connect(world, port.address());
    peer.say(FrameKind.HELLO, Handshake.hello(Role.CLIENT).build());
    world.until(() -> peer.frames.contains(FrameKind.WELCOME));
    return peer;
  }

  /** Lets so much time pass, in which the peer shows that it is there. */
  private void pinging(RawPeer peer, long nanos) {
    for (long passed = 0; passed < nanos; passed += 10 * MILLI) {
      if (peer.closed == 0) {
        peer.say(frame(FrameKind.PING, 0, new byte[0]));
      }
      world.time.advance(10 * MILLI);
    }
  }

  private static ByteBuf frame(FrameKind kind, int flags, byte[] body) {
    ByteBuf bytes = Unpooled.buffer();
    new FrameEncoder().encode(bytes, kind, flags, 7, Unpooled.wrappedBuffer(body));
    return bytes;
  }

  @Test
  void aReaderThatTakesNoAnswersIsLetGoHoweverLivelyItIsOtherwise() {
    listen(10, 1 << 20);
    RawPeer peer = known();
    server.silent = true;
    peer.say(FrameKind.REQUEST, LinkContract.request("k"));
    world.until(() -> server.heard.size() == 1);
    peer.connection.pauseReading(true);
    ServerChannel channel = server.open.get(0);
    channel.loop().execute(() -> {
      for (int i = 0; i < 40; i++) {
        ScriptedServer.answer(channel, 1, ByteString.copyFrom(new byte[200_000]), true);
      }
    });
    world.time.advance(MILLI);
    assertThat(channel.pendingBytes()).isGreaterThan(1 << 20);
    pinging(peer, IDLE / 2);
    assertThat(server.closed).as("it has its time").isZero();
    pinging(peer, 2 * IDLE);
    assertThat(server.closed).isEqualTo(1);
    assertThat(channel.pendingBytes()).isZero();
  }

  @Test
  void aReaderThatIsSlowAndTakesItsAnswersIsKept() {
    listen(10, 1 << 20);
    RawPeer peer = known();
    ServerChannel channel = server.open.get(0);
    channel.loop().execute(() -> {
      for (int i = 0; i < 60; i++) {
        ScriptedServer.answer(channel, 1, ByteString.copyFrom(new byte[200_000]), true);
      }
    });
    for (int i = 0; i < 40; i++) {
      peer.connection.pauseReading(true);
      pinging(peer, 20 * MILLI);
      peer.connection.pauseReading(false);
      world.time.advance(MILLI);
    }
    assertThat(server.closed).isZero();
  }

  @Test
  void aMessageInPiecesThatDoesNotEndIsLetGoHoweverMuchIsSaidBetween() {
    listen(10, 1 << 20);
    RawPeer peer = known();
    peer.say(frame(FrameKind.REQUEST, Frame.PIECE, new byte[60_000]));
    pinging(peer, IDLE);
    assertThat(server.closed).as("a large message may take longer than silence may").isZero();
    assertThat(acceptance.inboundBytes()).isGreaterThanOrEqualTo(60_000);
    pinging(peer, 2 * IDLE);
    assertThat(server.closed).isEqualTo(1);
  }

  @Test
  void messagesThatEndInTimeMayFollowEachOtherForAsLongAsTheyLike() {
    listen(10, 1 << 20);
    RawPeer peer = known();
    server.silent = true;
    for (int i = 0; i < 10; i++) {
      peer.say(frame(FrameKind.REQUEST, Frame.PIECE, new byte[1_000]));
      pinging(peer, IDLE);
      peer.say(frame(FrameKind.REQUEST, Frame.LAST_PIECE, new byte[1_000]));
      world.time.advance(MILLI);
    }
    assertThat(server.heard).hasSize(10);
    assertThat(server.closed).isZero();
  }

  @Test
  void halfFramesOfManyTakeABoundedRoomAndTheNewestIsHeard() {
    listen(100, 2L * FRAME_BYTES_MAX);
    server.silent = true;
    List<RawPeer> peers = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      RawPeer peer = known();
      ByteBuf request = frame(FrameKind.REQUEST, 0, new byte[200_000]);
      peer.say(request.readRetainedSlice(150_000));
      world.time.advance(MILLI);
      assertThat(acceptance.inboundBytes()).isLessThanOrEqualTo(4L * FRAME_BYTES_MAX);
      if (i == 19) {
        peer.say(request.readRetainedSlice(request.readableBytes()));
      }
      peers.add(peer);
    }
    world.until(() -> server.heard.size() == 1);
    assertThat(server.heard.get(0).bodyBytes()).isEqualTo(200_000);
    RawPeer first = peers.get(0);
    world.until(() -> first.closed == 1);
    assertThat(first.goAways.get(0).getReason()).isEqualTo(GoAwayReason.NO_ROOM);
    assertThat(first.goAways.get(0).getMessage()).contains("send it again");
    assertThat(peers.get(19).closed).isZero();
  }

  @Test
  void oneThatAsksForMoreThanThereIsForAllIsLetGo() {
    listen(100, 0);
    List<RawPeer> peers = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      RawPeer peer = known();
      peer.say(frame(FrameKind.REQUEST, Frame.PIECE, new byte[60_000]));
      peer.say(frame(FrameKind.REQUEST, Frame.PIECE, new byte[60_000]));
      peer.say(frame(FrameKind.REQUEST, Frame.PIECE, new byte[60_000]));
      peers.add(peer);
    }
    world.time.advance(5 * MILLI);
    assertThat(acceptance.inboundBytes()).isLessThanOrEqualTo(4L * FRAME_BYTES_MAX);
    assertThat(peers).anyMatch(peer -> peer.closed == 1).anyMatch(peer -> peer.closed == 0);
  }

  @Test
  void whoSaysNothingGivesWayToWhoeverComesWhenAllPlacesAreTaken() {
    listen(3, 1 << 20);
    List<RawPeer> silent = List.of(RawPeer.connect(world, port.address()), RawPeer.connect(world, port.address()),
        RawPeer.connect(world, port.address()));
    world.time.advance(MILLI);
    RawPeer first = known();
    RawPeer second = known();
    assertThat(silent.get(0).closed + silent.get(1).closed).as("in the order in which they came").isEqualTo(2);
    RawPeer third = known();
    assertThat(silent).allMatch(peer -> peer.closed == 1);
    RawPeer fourth = RawPeer.connect(world, port.address());
    world.until(() -> fourth.closed == 1);
    assertThat(fourth.refusals.get(0).getError()).isEqualTo(HandshakeError.TOO_MANY_CONNECTIONS);
    assertThat(List.of(first, second, third)).allMatch(peer -> peer.closed == 0);
  }

  @Test
  void howeverManySayHelloAtOnceNoMoreAreLetInThanThereArePlaces() {
    listen(3, 1 << 20);
    List<RawPeer> peers = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      RawPeer peer = new RawPeer();
      world.transport().connect(port.address(), 5_000 * MILLI, world.transport().loops().get(0), peer);
      peers.add(peer);
    }
    world.until(() -> peers.stream().allMatch(peer -> peer.connection != null));
    peers.forEach(peer -> {
      if (peer.closed == 0) {
        peer.say(FrameKind.HELLO, Handshake.hello(Role.CLIENT).build());
      }
    });
    world.time.advance(20 * MILLI);
    assertThat(server.open).hasSizeBetween(1, 3);
    assertThat(acceptance.connections()).isLessThanOrEqualTo(3);
    // And those that greet while others are still coming.
    for (int i = 0; i < 60; i++) {
      RawPeer peer = RawPeer.connect(world, port.address());
      peer.say(FrameKind.HELLO, Handshake.hello(Role.CLIENT).build());
      peers.add(peer);
    }
    world.time.advance(20 * MILLI);
    assertThat(server.open).hasSizeBetween(1, 3);
  }

  @Test
  void aHandshakeThatIsCutAtAnyByteEndsByItsTimeAndLeavesNothing() {
    listen(1_000, 1 << 20);
    byte[] hello = bytes(FrameKind.HELLO, Handshake.hello(Role.CLIENT).setSoftware("one that stops").build().toByteArray());
    List<RawPeer> peers = new ArrayList<>();
    for (int cut = 0; cut < hello.length; cut++) {
      RawPeer peer = RawPeer.connect(world, port.address());
      peer.say(Unpooled.copiedBuffer(hello, 0, cut));
      peers.add(peer);
    }
    world.time.advance(HANDSHAKE + 20 * MILLI);
    assertThat(peers).allMatch(peer -> peer.closed == 1);
    assertThat(peers).allMatch(peer -> peer.refusals.size() == 1 && peer.refusals.get(0).getError() == HandshakeError.MALFORMED);
    assertThat(server.open).isEmpty();
  }

  @Test
  void aRequestThatIsCutAtAnyByteIsNotHeardWhetherTheOpenerGoesOrFallsSilent() {
    listen(1_000, 1 << 20);
    byte[] request = bytes(FrameKind.REQUEST, LinkContract.request("a-key-of-some-length").toByteArray());
    List<RawPeer> peers = new ArrayList<>();
    for (int cut = 0; cut < request.length; cut++) {
      RawPeer goes = known();
      RawPeer silent = known();
      goes.say(Unpooled.copiedBuffer(request, 0, cut));
      silent.say(Unpooled.copiedBuffer(request, 0, cut));
      goes.connection.loop().execute(goes.connection::close);
      peers.add(silent);
    }
    world.time.advance(IDLE + IDLE / 2);
    assertThat(peers).allMatch(peer -> peer.closed == 1);
    assertThat(server.heard).isEmpty();
    assertThat(server.open).isEmpty();
    RawPeer whole = known();
    whole.say(Unpooled.wrappedBuffer(request));
    world.until(() -> whole.frames.contains(FrameKind.RESPONSE));
  }

  private static byte[] bytes(FrameKind kind, byte[] body) {
    ByteBuf frame = frame(kind, 0, body);
    byte[] bytes = new byte[frame.readableBytes()];
    frame.readBytes(bytes);
    return bytes;
  }
}
