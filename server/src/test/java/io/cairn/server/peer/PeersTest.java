package io.cairn.server.peer;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.cairn.platform.JdkRandomSource;
import io.cairn.protocol.frame.FrameKind;
import io.cairn.protocol.link.Acceptance;
import io.cairn.protocol.link.AcceptanceSettings;
import io.cairn.protocol.link.Handshake;
import io.cairn.protocol.link.LinkSettings;
import io.cairn.protocol.link.RequestHandler;
import io.cairn.protocol.link.ServerChannel;
import io.cairn.protocol.transport.HostPort;
import io.cairn.protocol.wire.HandshakeRefused;
import io.cairn.protocol.wire.Hello;
import io.cairn.protocol.wire.PeerRefused;
import io.cairn.protocol.wire.PeerRequest;
import io.cairn.protocol.wire.PeerResponse;
import io.cairn.protocol.wire.RaftBatch;
import io.cairn.protocol.wire.RaftEnvelope;
import io.cairn.protocol.wire.Role;
import io.cairn.protocol.wire.Welcome;
import io.cairn.server.space.LowSpace;
import io.cairn.server.testing.MemoryTransport;
import io.cairn.server.testing.VirtualLoops;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PeersTest {
  private static final HostPort PORT = new HostPort("127.0.0.1", 7_002);
  private static final long SECOND = 1_000_000_000L;

  private final VirtualLoops loops = new VirtualLoops();
  private final VirtualLoops.VirtualLoop there = loops.loop("there");
  private final VirtualLoops.VirtualLoop net = loops.loop("net-0");
  private final MemoryTransport transport = new MemoryTransport(List.of(there));
  private final List<String> heard = new ArrayList<>();
  private final Other other = new Other();
  private final Peers peers = new Peers(net, transport, loops, new JdkRandomSource(3), Map.of("n2", PORT),
      LinkSettings.defaults().withBytes(8 << 20, 1 << 20, 1 << 20).withKeepAlive(3_600 * SECOND, 3),
      () -> Handshake.hello(Role.PEER).build(), new Heard());

  private final class Heard implements Peers.Listener {
    @Override
    public void connected(String node, Welcome welcome) {
      heard.add("connected " + node);
    }

    @Override
    public void refused(String node, HandshakeRefused refusal) {
      heard.add("refused " + node);
    }

    @Override
    public void lost(String node) {
      heard.add("lost " + node);
    }

    @Override
    public void dropped(String node) {
      heard.add("dropped " + node);
    }
  }

  /** The other node's port: keeps what comes, answers what it is told to. */
  private static final class Other implements RequestHandler {
    private final List<RaftBatch> batches = new ArrayList<>();
    private PeerResponse answer = PeerResponse.getDefaultInstance();
    private ServerChannel channel;

    @Override
    public void opened(ServerChannel opened, Hello hello) {
      channel = opened;
    }

    @Override
    public void frame(ServerChannel from, FrameKind kind, int flags, long requestId, ByteBuf body) {
      if (kind == FrameKind.PEER_REQUEST) {
        from.respond(requestId, answer, false);
        return;
      }
      try {
        batches.add(RaftBatch.parseFrom(body.nioBuffer()));
      } catch (InvalidProtocolBufferException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public void cancelled(ServerChannel from, long requestId) {}

    @Override
    public void closed(ServerChannel from, Throwable cause) {}
  }

  private static final class Answered implements Peers.Answer {
    private PeerResponse response;
    private String failure;

    @Override
    public void answered(PeerResponse said) {
      response = said;
    }

    @Override
    public void failed(String why) {
      failure = why;
    }
  }

  @BeforeEach
  void connect() {
    transport.listen(PORT, new Acceptance(AcceptanceSettings.of(Role.PEER, 8 << 20, 10),
        (hello, remote, verdict) -> verdict.welcome(Welcome.getDefaultInstance()), other));
    peers.start();
    loops.run();
    assertThat(heard).containsExactly("connected n2");
    heard.clear();
  }

  private static RaftEnvelope beat(int shard) {
    return RaftEnvelope.newBuilder().setShard(shard).setBeat(RaftEnvelope.Beat.newBuilder().setRound(1)).build();
  }

  private static RaftEnvelope append(int shard, int bytes) {
    return RaftEnvelope.newBuilder().setShard(shard).setAppend(RaftEnvelope.Append.newBuilder().addEntries(
        RaftEnvelope.LogEntry.newBuilder().setPayload(ByteString.copyFrom(new byte[bytes])))).build();
  }

  @Test
  void theHeartbeatsOfAllShardsOfOneTurnAreOneFrame() {
    net.now(() -> {
      for (int shard = 0; shard < 50; shard++) {
        peers.send("n2", beat(shard));
      }
    });
    loops.run();

    assertThat(other.batches).singleElement().satisfies(batch -> assertThat(batch.getMessagesList()).hasSize(50));
  }

  @Test
  void withAllThatIsSentTheOthersAreToldHowSlowThisNodeIs() {
    peers.strained(2_100);
    net.now(() -> {
      peers.send("n2", append(1, 10));
      peers.send("n2", beat(3));
    });
    loops.run();

    assertThat(other.batches).hasSize(2).extracting(RaftBatch::getStrainMillis).containsOnly(2_100);
  }

  @Test
  void withAllThatIsSentTheOthersAreToldHowLowThisNodesDiskIs() {
    peers.lowOnSpace(new LowSpace(7, 20, 25, true));
    net.now(() -> peers.send("n2", beat(3)));
    loops.run();
    peers.lowOnSpace(null);
    net.now(() -> peers.send("n2", beat(3)));
    loops.run();

    assertThat(other.batches.getFirst().getLowSpace()).isEqualTo(io.cairn.protocol.wire.LowSpace.newBuilder().setFreeBytes(7)
        .setMinBytes(20).setAgainBytes(25).setHeld(true).build());
    assertThat(other.batches.getLast().hasLowSpace()).isFalse();
  }

  @Test
  void appendsKeepTheirOrderAndHeartbeatsDoNotWaitForThem() {
    net.now(() -> {
      peers.send("n2", append(1, 700_000));
      peers.send("n2", append(2, 700_000));
      peers.send("n2", beat(3));
      peers.send("n2", append(4, 10));
    });
    loops.run();

    assertThat(other.batches.getFirst().getMessages(0).getShard()).isEqualTo(3);
    var order = new ArrayList<Integer>();
    other.batches.forEach(batch -> batch.getMessagesList().stream().filter(RaftEnvelope::hasAppend).forEach(
        message -> order.add(message.getShard())));
    assertThat(order).containsExactly(1, 2, 4);
  }

  /** A swarm with small limits: more messages than fit one frame of the other node were never sent. */
  @Test
  void noFrameIsLargerThanTheOtherNodeTakes() {
    HostPort small = new HostPort("127.0.0.1", 7_003);
    transport.listen(small, new Acceptance(AcceptanceSettings.of(Role.PEER, 64 << 10, 10),
        (hello, remote, verdict) -> verdict.welcome(Welcome.getDefaultInstance()), other));
    peers.update(Map.of("n2", PORT, "n3", small));
    loops.run();
    heard.clear();
    net.now(() -> {
      for (int shard = 0; shard < 20; shard++) {
        peers.send("n3", append(shard, 10_000));
      }
      for (int shard = 0; shard < 10_000; shard++) {
        peers.send("n3", beat(shard));
      }
    });
    loops.run();

    assertThat(heard).isEmpty();
    assertThat(other.batches.stream().mapToInt(RaftBatch::getMessagesCount).sum()).isEqualTo(10_020);
    assertThat(peers.requestBytesMax("n3")).isLessThan(64 << 10);
    assertThat(peers.requestBytesMax("n2")).isGreaterThan(1 << 20);
  }

  @Test
  void whatDoesNotFitAnyMoreIsDroppedAndTheLinkIsNotCalledLost() {
    transport.accepted(0).stall(true);
    for (int i = 0; i < 5; i++) {
      net.now(() -> peers.send("n2", append(1, 900_000)));
      loops.run();
    }

    assertThat(heard).isNotEmpty().containsOnly("dropped n2");
    assertThat(peers.connected("n2")).isTrue();
  }

  @Test
  void aBrokenLinkIsTold() {
    there.now(() -> other.channel.close());
    loops.run();

    assertThat(heard).containsExactly("lost n2");
    assertThat(peers.connected("n2")).isFalse();
    net.now(() -> peers.send("n2", beat(1)));
    loops.run();
    assertThat(other.batches).isEmpty();
  }

  @Test
  void aCallEndsOnceWithAnAnswerOrWithout() {
    var refused = new Answered();
    other.answer = PeerResponse.newBuilder().setRefused(PeerRefused.newBuilder().setMessage("not now")).build();
    peers.call("n2", PeerRequest.getDefaultInstance(), SECOND, refused);
    loops.run();
    other.answer = PeerResponse.getDefaultInstance();
    var answered = new Answered();
    peers.call("n2", PeerRequest.getDefaultInstance(), SECOND, answered);
    loops.run();
    var nobody = new Answered();
    peers.call("n9", PeerRequest.getDefaultInstance(), SECOND, nobody);
    loops.run();
    transport.accepted(0).stall(true);
    var late = new Answered();
    peers.call("n2", PeerRequest.getDefaultInstance(), SECOND, late);
    loops.advance(2 * SECOND);

    assertThat(refused.failure).isEqualTo("not now");
    assertThat(answered.response).isNotNull();
    assertThat(nobody.failure).contains("n9");
    assertThat(late.failure).contains("in time");
  }
}
