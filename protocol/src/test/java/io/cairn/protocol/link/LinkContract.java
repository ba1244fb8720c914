package io.cairn.protocol.link;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.cairn.platform.JdkRandomSource;
import io.cairn.protocol.frame.Frame;
import io.cairn.protocol.frame.FrameException;
import io.cairn.protocol.frame.FrameKind;
import io.cairn.protocol.link.CallFailure.Reason;
import io.cairn.protocol.testing.World;
import io.cairn.protocol.transport.HostPort;
import io.cairn.protocol.transport.Transport;
import io.cairn.protocol.wire.GetRequest;
import io.cairn.protocol.wire.HandshakeRefused;
import io.cairn.protocol.wire.Hello;
import io.cairn.protocol.wire.RaftBatch;
import io.cairn.protocol.wire.RaftEnvelope;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import io.cairn.protocol.wire.Role;
import io.cairn.protocol.wire.Welcome;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What holds of a link and the accepting side on any transport. */
abstract class LinkContract {

  static final long SECOND = 1_000_000_000L;
  static final long MILLI = 1_000_000L;

  World world;
  final ScriptedServer server = new ScriptedServer();
  Transport.Listening listening;
  final List<Link> links = new ArrayList<>();

  abstract World world();

  @BeforeEach
  void listen() throws IOException {
    world = world();
    listening = world.transport().listen(world.anyPort(), acceptance(Role.CLIENT, 16));
  }

  @AfterEach
  void end() {
    links.forEach(Link::close);
    listening.close();
    world.close();
  }

  @Test
  void manyCallsInFlightEachGetTheirOwnAnswer() {
    Client client = client(LinkSettings.defaults());
    List<Got> replies = new ArrayList<>();
    world.onLoop(() -> {
      for (int i = 0; i < 1_000; i++) {
        replies.add(client.get("key-" + i, 10 * SECOND));
      }
      assertThat(client.link.openCalls()).isEqualTo(1_000);
    });
    world.until(() -> replies.stream().allMatch(reply -> reply.ends == 1));
    world.onLoop(() -> {
      for (int i = 0; i < 1_000; i++) {
        assertThat(replies.get(i).values).containsExactly("key-" + i);
      }
      assertThat(client.link.openCalls()).isZero();
      assertThat(client.link.inFlightBytes()).isZero();
    });
  }

  @Test
  void answersMayComeInAnyOrderAndInParts() {
    server.silent = true;
    Client client = client(LinkSettings.defaults());
    Got[] first = new Got[1];
    Got[] second = new Got[1];
    world.onLoop(() -> {
      first[0] = client.get("a", 10 * SECOND);
      second[0] = client.get("b", 10 * SECOND);
    });
    world.until(() -> server.heard.size() == 2);
    ServerChannel channel = server.open.get(0);
    String large = "x".repeat(200_000);
    channel.loop().execute(() -> {
      ScriptedServer.answer(channel, 1, ByteString.copyFromUtf8(large), true);
      ScriptedServer.answer(channel, 1, ByteString.copyFromUtf8("middle"), true);
      ScriptedServer.answer(channel, 1, ByteString.copyFromUtf8("last"), false);
      ScriptedServer.answer(channel, 2, ByteString.copyFromUtf8("b"), false);
    });
    world.until(() -> first[0].ends == 1 && second[0].ends == 1);
    assertThat(first[0].values).containsExactly(large, "middle", "last");
    assertThat(second[0].values).containsExactly("b");
    assertThat(second[0].order).as("a small answer overtakes the parts of a large one").isLessThan(first[0].order);
  }

  @Test
  void callTimesOutIsCancelledAndItsLateAnswerIsIgnored() {
    server.silent = true;
    Client client = client(LinkSettings.defaults());
    Got[] got = new Got[1];
    world.onLoop(() -> got[0] = client.get("a", 30 * MILLI));
    world.until(() -> got[0].ends == 1 && server.cancelled.equals(List.of(1L)));
    assertThat(got[0].reason()).isEqualTo(Reason.TIMEOUT);
    assertThat(got[0].mayHaveBeenSent).isTrue();
    ServerChannel channel = server.open.get(0);
    channel.loop().execute(() -> ScriptedServer.answer(channel, 1, ByteString.copyFromUtf8("late"), false));
    world.until(() -> client.link.lateAnswers() == 1);
    assertThat(got[0].ends).isEqualTo(1);
    assertThat(got[0].values).isEmpty();
  }

  @Test
  void callGivenUpFailsOnceAndIsCancelled() {
    server.silent = true;
    Client client = client(LinkSettings.defaults());
    Got[] got = new Got[1];
    world.onLoop(() -> {
      got[0] = client.get("a", SECOND);
      client.link.cancel(got[0].id);
      client.link.cancel(got[0].id);
      assertThat(got[0].ends).as("nothing is called back from within").isZero();
    });
    world.until(() -> got[0].ends > 0 && !server.cancelled.isEmpty());
    assertThat(got[0].ends).isEqualTo(1);
    assertThat(got[0].reason()).isEqualTo(Reason.CANCELLED);
  }

  @Test
  void lostConnectionFailsOpenCallsAsPerhapsSentAndComesBackWithNewIds() {
    server.silent = true;
    Client client = client(LinkSettings.defaults());
    List<Got> lost = new ArrayList<>();
    world.onLoop(() -> {
      lost.add(client.get("a", 10 * SECOND));
      lost.add(client.get("b", 10 * SECOND));
    });
    world.until(() -> server.heard.size() == 2);
    ServerChannel channel = server.open.get(0);
    channel.loop().execute(channel::close);
    world.until(() -> lost.stream().allMatch(got -> got.ends == 1) && client.connected == 2);
    assertThat(lost).allMatch(got -> got.mayHaveBeenSent && got.reason() == Reason.DISCONNECTED);
    server.silent = false;
    Got[] again = new Got[1];
    world.onLoop(() -> again[0] = client.get("c", 10 * SECOND));
    world.until(() -> again[0].ends == 1);
    assertThat(again[0].values).containsExactly("c");
    assertThat(new HashSet<>(List.of(lost.get(0).id, lost.get(1).id, again[0].id))).as("request ids are never used twice").hasSize(3);
    assertThat(client.disconnected).isEqualTo(1);
  }

  @Test
  void callWithoutAConnectionIsCertainlyNotSent() {
    Client client = new Client(LinkSettings.defaults(), listening.address(), Handshake.hello(Role.CLIENT).build());
    Got[] got = new Got[1];
    world.onLoop(() -> got[0] = client.get("a", SECOND));
    world.until(() -> got[0].ends == 1);
    assertThat(got[0].mayHaveBeenSent).isFalse();
    assertThat(got[0].reason()).isEqualTo(Reason.NOT_CONNECTED);
  }

  @Test
  void bytesInFlightAreBounded() {
    server.silent = true;
    Client client = client(LinkSettings.defaults().withBytes(Frame.FRAME_BYTES_MAX, 1_000, 1 << 20));
    List<Got> got = new ArrayList<>();
    world.onLoop(() -> {
      got.add(client.get("x".repeat(5_000), 10 * SECOND));
      got.add(client.get("y", 10 * SECOND));
    });
    world.until(() -> got.get(1).ends == 1);
    assertThat(got.get(1).reason()).isEqualTo(Reason.OVERLOADED);
    assertThat(got.get(1).mayHaveBeenSent).isFalse();
    world.onLoop(() -> client.link.cancel(got.get(0).id));
    server.silent = false;
    world.onLoop(() -> got.add(client.get("z", 10 * SECOND)));
    world.until(() -> got.get(2).ends == 1);
    assertThat(got.get(2).values).containsExactly("z");
  }

  @Test
  void requestLargerThanTheOtherSideTakesIsRefusedHere() {
    Client client = client(LinkSettings.defaults());
    Got[] got = new Got[1];
    world.onLoop(() -> got[0] = client.get("x".repeat(Frame.FRAME_BYTES_MAX), SECOND));
    world.until(() -> got[0].ends == 1);
    assertThat(got[0].reason()).isEqualTo(Reason.TOO_LARGE);
    assertThat(got[0].mayHaveBeenSent).isFalse();
  }

  @Test
  void closedLinkEndsItsCallsAndStaysAway() {
    server.silent = true;
    Client client = client(LinkSettings.defaults());
    Got[] got = new Got[1];
    world.onLoop(() -> got[0] = client.get("a", 10 * SECOND));
    client.link.close();
    client.link.close();
    world.until(() -> got[0].ends == 1 && server.closed == 1);
    assertThat(got[0].reason()).isEqualTo(Reason.CLOSED);
    assertThat(got[0].mayHaveBeenSent).as("it left with the last flush").isTrue();
    assertThat(client.connected).isEqualTo(1);
  }

  @Test
  void largeRequestsAndAnswersTravelInPiecesAndSmallOnesBetween() {
    Client client = client(LinkSettings.defaults());
    String large = "v".repeat(5 << 20);
    Got[] got = new Got[2];
    world.onLoop(() -> {
      got[0] = client.get(large, 20 * SECOND);
      client.link.flush();
      got[1] = client.get("small", 20 * SECOND);
    });
    world.until(() -> got[0].ends == 1 && got[1].ends == 1);
    assertThat(got[0].values.get(0)).isEqualTo(large);
    assertThat(got[1].order).isLessThan(got[0].order);
    assertThat(server.heard).extracting(ScriptedServer.Heard::id).containsExactly(got[1].id, got[0].id);
  }

  @Test
  void goAwayLetsOpenCallsEndAndTakesNoNewOnes() {
    server.silent = true;
    Client client = client(LinkSettings.defaults());
    List<Got> got = new ArrayList<>();
    world.onLoop(() -> got.add(client.get("a", 10 * SECOND)));
    world.until(() -> server.heard.size() == 1);
    ServerChannel channel = server.open.get(0);
    channel.loop().execute(() -> channel.goAway("stopping"));
    world.until(() -> client.others.contains(FrameKind.GOAWAY));
    world.onLoop(() -> got.add(client.get("b", 10 * SECOND)));
    world.until(() -> got.get(1).ends == 1);
    assertThat(got.get(1).reason()).isEqualTo(Reason.NOT_CONNECTED);
    channel.loop().execute(() -> ScriptedServer.answer(channel, 1, ByteString.copyFromUtf8("done"), false));
    world.until(() -> got.get(0).ends == 1 && client.connected == 2);
    assertThat(got.get(0).values).containsExactly("done");
  }

  @Test
  void oneWayMessagesArriveAndAreDroppedWhenThereIsNobody() throws IOException {
    try (Transport.Listening peers = world.transport().listen(world.anyPort(), acceptance(Role.PEER, 4))) {
      Client peer = new Client(LinkSettings.defaults(), peers.address(), Handshake.hello(Role.PEER).build());
      RaftBatch small = RaftBatch.newBuilder().addMessages(RaftEnvelope.newBuilder().setTerm(3)).build();
      RaftBatch large = RaftBatch.newBuilder().addMessages(RaftEnvelope.newBuilder().setAppend(RaftEnvelope.Append.newBuilder()
          .addEntries(RaftEnvelope.LogEntry.newBuilder().setPayload(ByteString.copyFrom(new byte[400_000]))))).build();
      world.onLoop(() -> assertThat(peer.link.send(FrameKind.RAFT, small, false)).isFalse());
      peer.link.start();
      world.until(() -> peer.link.ready());
      world.onLoop(() -> {
        assertThat(peer.link.send(FrameKind.RAFT, large, true)).isTrue();
        assertThat(peer.link.send(FrameKind.RAFT, small, false)).isTrue();
      });
      world.until(() -> server.heard.size() == 2);
      assertThat(server.heard).extracting(ScriptedServer.Heard::bodyBytes).containsExactly(small.getSerializedSize(), large.getSerializedSize());
      peer.link.close();
    }
  }

  @Test
  void peerFramesOnTheClientPortEndTheConnection() {
    Client client = client(LinkSettings.defaults());
    world.onLoop(() -> client.link.send(FrameKind.RAFT, RaftBatch.getDefaultInstance(), false));
    world.until(() -> client.connected == 2);
    assertThat(client.others).contains(FrameKind.GOAWAY);
    assertThat(server.heard).isEmpty();
  }

  @Test
  @DisplayName("A-10: what a call was given belongs to the caller again at once, answers are copies")
  void answersSurviveTheirBuffers() {
    Client client = client(LinkSettings.defaults());
    List<Response> kept = new ArrayList<>();
    world.onLoop(() -> {
      for (int i = 0; i < 200; i++) {
        String key = "key-" + i;
        client.link.call(FrameKind.REQUEST, request(key), 10 * SECOND, new Got() {
          @Override
          public void done(ByteBuf body) {
            kept.add(parse(body));
          }
        });
      }
    });
    world.until(() -> kept.size() == 200);
    for (int i = 0; i < 200; i++) {
      assertThat(kept.get(i).getGet().getFound().getValue().toStringUtf8()).isEqualTo("key-" + i);
    }
  }

  // ---- helpers of the contract

  Acceptance acceptance(Role role, int connectionsMax) {
    return new Acceptance(AcceptanceSettings.of(role, Frame.FRAME_BYTES_MAX, connectionsMax), ScriptedServer::judge, server);
  }

  /** A client's link, ready. */
  Client client(LinkSettings settings) {
    Client client = new Client(settings, listening.address(), Handshake.hello(Role.CLIENT).setClusterId(ScriptedServer.CLUSTER).build());
    client.link.start();
    world.until(() -> client.link.ready());
    return client;
  }

  static Request request(String key) {
    return Request.newBuilder().setGet(GetRequest.newBuilder().setKey(ByteString.copyFromUtf8(key))).build();
  }

  static Response parse(ByteBuf body) {
    try {
      return Frame.parse(Response.parser(), body);
    } catch (FrameException e) {
      throw new AssertionError(e);
    }
  }

  static int endings;

  static class Got implements Reply {
    long id;
    final List<String> values = new ArrayList<>();
    int ends;
    int order;
    boolean mayHaveBeenSent;
    IOException cause;

    @Override
    public void part(ByteBuf body) {
      values.add(parse(body).getGet().getFound().getValue().toStringUtf8());
    }

    @Override
    public void done(ByteBuf body) {
      part(body);
      ends++;
      order = endings++;
    }

    @Override
    public void failed(boolean mayHaveBeenSent, IOException cause) {
      ends++;
      this.mayHaveBeenSent = mayHaveBeenSent;
      this.cause = cause;
    }

    Reason reason() {
      return ((CallFailure) cause).reason();
    }
  }

  final class Client implements LinkListener {
    final Link link;
    final List<FrameKind> others = new ArrayList<>();
    final List<HandshakeRefused> refusals = new ArrayList<>();
    final List<IOException> losses = new ArrayList<>();
    volatile int connected;
    volatile int disconnected;

    Client(LinkSettings settings, HostPort address, Hello hello) {
      link = new Link(world.transport(), world.transport().loops().get(0), address, () -> hello, settings, world.clock(),
          new JdkRandomSource(3), this);
      links.add(link);
    }

    Got get(String key, long timeoutNanos) {
      Got got = new Got();
      got.id = link.call(FrameKind.REQUEST, request(key), timeoutNanos, got);
      return got;
    }

    @Override
    public void connected(Welcome welcome) {
      assertThat(welcome.getClusterId()).isEqualTo(ScriptedServer.CLUSTER);
      connected++;
    }

    @Override
    public void refused(HandshakeRefused refusal) {
      refusals.add(refusal);
    }

    @Override
    public void disconnected(IOException cause) {
      losses.add(cause);
      disconnected++;
    }

    @Override
    public void frame(FrameKind kind, int flags, long id, ByteBuf body) {
      others.add(kind);
    }
  }
}
