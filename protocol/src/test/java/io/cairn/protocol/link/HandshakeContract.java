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
import io.cairn.protocol.wire.HandshakeRefused;
import io.cairn.protocol.wire.Hello;
import io.cairn.protocol.wire.Role;
import io.cairn.protocol.wire.Welcome;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who is let in, who is not, and what they are told; on any transport. */
abstract class HandshakeContract {

  static final long MILLI = 1_000_000L;

  World world;
  final ScriptedServer server = new ScriptedServer();
  private final List<Transport.Listening> ports = new ArrayList<>();
  private Acceptance acceptance;

  abstract World world();

  @BeforeEach
  void begin() {
    world = world();
  }

  @AfterEach
  void nobodyIsLeftAndNothingLeaks() {
    ports.forEach(Transport.Listening::close);
    world.close();
    if (acceptance != null) {
      assertThat(acceptance.connections()).as("connections counted after all are gone").isZero();
    }
  }

  @Test
  void helloIsWelcomed() {
    RawPeer peer = connect(Role.CLIENT);
    peer.say(FrameKind.HELLO, Handshake.hello(Role.CLIENT).build());
    world.until(() -> peer.frames.equals(List.of(FrameKind.WELCOME)) && server.open.size() == 1);
    assertThat(acceptance.connections()).isEqualTo(1);
  }

  @Test
  void newerAndOlderOpenersMeetInTheRangeBothSpeak() {
    AcceptanceSettings middle = new AcceptanceSettings(Role.CLIENT, 3, 5, Frame.FRAME_BYTES_MAX, 5_000 * MILLI, 5_000 * MILLI, 50);
    int[][] welcome = {{5, 5}, {3, 3}, {9, 4}, {4, 1}, {5, 1}, {3, 1}, {7, 5}};
    int[][] refused = {{2, 1}, {9, 6}, {0, 0}, {3, 4}};
    for (int[] range : welcome) {
      assertThat(refusalOf(middle, hello(range).build())).as("%d down to %d", range[0], range[1]).isNull();
    }
    for (int[] range : refused) {
      HandshakeRefused refusal = refusalOf(middle, hello(range).build());
      assertThat(refusal.getError()).isEqualTo(HandshakeError.VERSION);
      assertThat(refusal.getMessage()).isEqualTo(
          "this node speaks protocol versions 3 to 5, the other side " + range[1] + " to " + range[0]);
      assertThat(refusal.getOldestProtocolVersion()).isEqualTo(3);
      assertThat(refusal.getProtocolVersion()).isEqualTo(5);
    }
  }

  @Test
  void negotiationTakesTheNewestThatBothSpeak() {
    assertThat(Handshake.negotiate(hello(9, 4).build(), 3, 5)).isEqualTo(5);
    assertThat(Handshake.negotiate(hello(4, 1).build(), 3, 5)).isEqualTo(4);
    assertThat(Handshake.negotiate(hello(2, 1).build(), 3, 5)).isZero();
    assertThat(Handshake.negotiate(hello(-1, 0).build(), 3, 5)).as("a version over 31 bits").isZero();
  }

  @Test
  void openerOfAnotherClusterIsToldWhichOneThisIs() {
    HandshakeRefused refusal = refusalOf(settings(Role.CLIENT), Handshake.hello(Role.CLIENT).setClusterId("other\u001b[31m").build());
    assertThat(refusal.getError()).isEqualTo(HandshakeError.CLUSTER_ID);
    assertThat(refusal.getMessage()).isEqualTo("this node belongs to cluster 'cluster-one', not to 'other?[31m'; check the endpoints");
    assertThat(refusalOf(settings(Role.CLIENT), Handshake.hello(Role.CLIENT).setClusterId(ScriptedServer.CLUSTER).build())).isNull();
    assertThat(refusalOf(settings(Role.CLIENT), Handshake.hello(Role.CLIENT).build())).as("one that learns it here").isNull();
  }

  @Test
  void clientOnThePeerPortAndPeerOnTheClientPortAreToldSo() {
    HandshakeRefused client = refusalOf(settings(Role.PEER), Handshake.hello(Role.CLIENT).build());
    assertThat(client.getError()).isEqualTo(HandshakeError.WRONG_PORT);
    assertThat(client.getMessage()).contains("clients connect to the client port");
    HandshakeRefused peer = refusalOf(settings(Role.CLIENT), Handshake.hello(Role.PEER).build());
    assertThat(peer.getError()).isEqualTo(HandshakeError.WRONG_PORT);
    assertThat(peer.getMessage()).contains("nodes connect to the peer port");
    assertThat(refusalOf(settings(Role.CLIENT), Hello.newBuilder().setProtocolVersion(1).build()).getError()).isEqualTo(HandshakeError.MALFORMED);
  }

  @Test
  void garbageIsToldSoAndTheNextConnectionIsServed() {
    Transport.Listening port = listen(settings(Role.CLIENT));
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 20; i++) {
      byte[] garbage = new byte[1 + random.nextInt(100_000)];
      random.nextBytes(garbage);
      garbage[0] |= (byte) 0x80; // A length over every limit; shorter ones wait for their rest.
      RawPeer peer = RawPeer.connect(world, port.address());
      peer.say(Unpooled.wrappedBuffer(garbage).writerIndex(Math.max(4, garbage.length)));
      world.until(() -> peer.closed == 1);
      assertThat(peer.refusals).extracting(HandshakeRefused::getError).containsExactly(HandshakeError.MALFORMED);
    }
    RawPeer http = RawPeer.connect(world, port.address());
    http.say(Unpooled.copiedBuffer("GET / HTTP/1.1\r\nHost: x\r\n\r\n", StandardCharsets.US_ASCII));
    world.until(() -> http.closed == 1);
    assertThat(http.refusals.get(0).getMessage()).contains("as text it begins with 'GET '");
    RawPeer good = RawPeer.connect(world, port.address());
    good.say(FrameKind.HELLO, Handshake.hello(Role.CLIENT).build());
    world.until(() -> good.frames.contains(FrameKind.WELCOME));
  }

  @Test
  void firstFrameThatIsNoHelloIsRefused() {
    RawPeer peer = connect(Role.CLIENT);
    peer.say(FrameKind.REQUEST, LinkContract.request("k"));
    world.until(() -> peer.closed == 1);
    assertThat(peer.refusals.get(0).getMessage()).isEqualTo("the first frame must be a HELLO, was a REQUEST");
    assertThat(server.heard).isEmpty();
  }

  @Test
  void silenceIsNotWaitedForLong() {
    Transport.Listening port = listen(new AcceptanceSettings(Role.CLIENT, 1, 1, Frame.FRAME_BYTES_MAX, 50 * MILLI, 5_000 * MILLI, 50));
    RawPeer silent = RawPeer.connect(world, port.address());
    RawPeer half = RawPeer.connect(world, port.address());
    half.say(Unpooled.buffer().writeInt(1_000).writeZero(10));
    world.until(() -> silent.closed == 1 && half.closed == 1);
    assertThat(silent.refusals.get(0).getMessage()).isEqualTo("no HELLO frame came within 50 ms");
    assertThat(half.refusals.get(0).getError()).isEqualTo(HandshakeError.MALFORMED);
  }

  @Test
  void frameOverTheHandshakeLimitIsRefused() {
    RawPeer peer = connect(Role.CLIENT);
    peer.say(FrameKind.HELLO, Handshake.hello(Role.CLIENT).setIncarnation(ByteString.copyFrom(new byte[70_000])).build());
    world.until(() -> peer.closed == 1);
    assertThat(peer.refusals.get(0).getMessage()).contains("over the limit of 65536");
  }

  @Test
  void connectionsOverTheLimitAreRefusedAndPlacesAreGivenBack() {
    Transport.Listening port = listen(new AcceptanceSettings(Role.CLIENT, 1, 1, Frame.FRAME_BYTES_MAX, 5_000 * MILLI, 50_000 * MILLI, 2));
    List<RawPeer> in = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      RawPeer peer = RawPeer.connect(world, port.address());
      peer.say(FrameKind.HELLO, Handshake.hello(Role.CLIENT).build());
      world.until(() -> peer.frames.contains(FrameKind.WELCOME));
      in.add(peer);
    }
    RawPeer over = RawPeer.connect(world, port.address());
    world.until(() -> over.closed == 1);
    assertThat(over.refusals.get(0).getError()).isEqualTo(HandshakeError.TOO_MANY_CONNECTIONS);
    assertThat(over.refusals.get(0).getMessage()).contains("2 connections, which is its limit");
    in.get(0).connection.loop().execute(() -> in.get(0).connection.close());
    world.until(() -> acceptance.connections() == 1);
    RawPeer next = RawPeer.connect(world, port.address());
    next.say(FrameKind.HELLO, Handshake.hello(Role.CLIENT).build());
    world.until(() -> next.frames.contains(FrameKind.WELCOME));
  }

  @Test
  void idleConnectionIsClosed() {
    Transport.Listening port = listen(new AcceptanceSettings(Role.CLIENT, 1, 1, Frame.FRAME_BYTES_MAX, 5_000 * MILLI, 90 * MILLI, 50));
    RawPeer peer = RawPeer.connect(world, port.address());
    peer.say(FrameKind.HELLO, Handshake.hello(Role.CLIENT).build());
    world.until(() -> peer.closed == 1 && server.closed == 1);
    assertThat(peer.frames).containsExactly(FrameKind.WELCOME);
  }

  @Test
  void damageAfterTheHandshakeIsToldInAGoAway() {
    RawPeer peer = connect(Role.CLIENT);
    peer.say(FrameKind.HELLO, Handshake.hello(Role.CLIENT).build());
    ByteBuf damaged = Unpooled.buffer().writeInt(16).writeInt(1).writeZero(12);
    peer.say(damaged);
    world.until(() -> peer.closed == 1 && server.closed == 1);
    assertThat(peer.goAways.get(0).getReason()).isEqualTo(GoAwayReason.PROTOCOL_ERROR);
    assertThat(peer.goAways.get(0).getMessage()).contains("has the checksum");
  }

  @Test
  void bodyThatIsNoRequestIsToldInAGoAway() {
    RawPeer peer = connect(Role.CLIENT);
    peer.say(FrameKind.HELLO, Handshake.hello(Role.CLIENT).build());
    ByteBuf request = Unpooled.buffer();
    new FrameEncoder().encode(request, FrameKind.REQUEST, 0, 1, Unpooled.buffer().writeByte(0x0a).writeByte(0xff));
    peer.say(request);
    world.until(() -> peer.closed == 1 && server.closed == 1);
    assertThat(peer.goAways.get(0).getMessage()).contains("cannot be read");
  }

  @Test
  void secondHelloEndsTheConnection() {
    RawPeer peer = connect(Role.CLIENT);
    peer.say(FrameKind.HELLO, Handshake.hello(Role.CLIENT).build());
    peer.say(FrameKind.HELLO, Handshake.hello(Role.CLIENT).build());
    world.until(() -> peer.closed == 1);
    assertThat(peer.goAways.get(0).getReason()).isEqualTo(GoAwayReason.PROTOCOL_ERROR);
  }

  @Test
  void verdictMayComeLaterAndOnlyTheFirstCounts() throws IOException {
    List<Judge.Verdict> verdicts = new ArrayList<>();
    acceptance = new Acceptance(settings(Role.CLIENT), (hello, remote, verdict) -> verdicts.add(verdict), server);
    Transport.Listening port = world.transport().listen(world.anyPort(), acceptance);
    ports.add(port);
    RawPeer peer = RawPeer.connect(world, port.address());
    peer.say(FrameKind.HELLO, Handshake.hello(Role.CLIENT).build());
    world.until(() -> verdicts.size() == 1);
    assertThat(peer.frames).isEmpty();
    world.onLoop(() -> {
      verdicts.get(0).welcome(Welcome.newBuilder().setClusterId("x").build());
      verdicts.get(0).welcome(Welcome.newBuilder().setClusterId("y").build());
      verdicts.get(0).refuse(Handshake.refused(HandshakeError.BOOTSTRAP, "too late"));
    });
    world.until(() -> peer.frames.size() == 1);
    peer.say(FrameKind.PING, Handshake.hello(Role.CLIENT).build());
    world.until(() -> peer.frames.equals(List.of(FrameKind.WELCOME, FrameKind.PONG)));
  }

  // ---- helpers of the contract

  private static Hello.Builder hello(int... newestAndOldest) {
    return Hello.newBuilder().setRole(Role.CLIENT).setProtocolVersion(newestAndOldest[0]).setOldestProtocolVersion(newestAndOldest[1]);
  }

  private static AcceptanceSettings settings(Role role) {
    return AcceptanceSettings.of(role, Frame.FRAME_BYTES_MAX, 50);
  }

  private Transport.Listening listen(AcceptanceSettings settings) {
    acceptance = new Acceptance(settings, ScriptedServer::judge, server);
    try {
      Transport.Listening port = world.transport().listen(world.anyPort(), acceptance);
      ports.add(port);
      return port;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private RawPeer connect(Role role) {
    return RawPeer.connect(world, listen(settings(role)).address());
  }

  /** What this Hello is answered, on a port of its own; null when it is welcomed. */
  private HandshakeRefused refusalOf(AcceptanceSettings settings, Hello hello) {
    RawPeer peer = RawPeer.connect(world, listen(settings).address());
    peer.say(FrameKind.HELLO, hello);
    world.until(() -> peer.frames.size() == 1);
    if (peer.frames.get(0) == FrameKind.WELCOME) {
      return null;
    }
    world.until(() -> peer.closed == 1);
    return peer.refusals.get(0);
  }
}
