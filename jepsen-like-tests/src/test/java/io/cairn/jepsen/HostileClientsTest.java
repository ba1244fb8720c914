package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.cairn.client.ByteSeq;
import io.cairn.client.KeyRange;
import io.cairn.client.KvClient;
import io.cairn.client.NodeStatus;
import io.cairn.client.RangeOptions;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.jepsen.cluster.Await;
import io.cairn.jepsen.cluster.KvdNode;
import io.cairn.jepsen.cluster.LocalCluster;
import io.cairn.jepsen.raw.Crowd;
import io.cairn.jepsen.raw.RawConnection;
import io.cairn.jepsen.raw.RawFrame;
import io.cairn.jepsen.raw.RawWrites;
import io.cairn.protocol.frame.Frame;
import io.cairn.protocol.frame.FrameKind;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.Put;
import io.cairn.protocol.wire.RangeRequest;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Issue 3, "What bad input gets", as far as it takes crowds, patience and silence: nodes in processes of their own, with 256 MB of heap
 * and no more than {@value #OPEN_FILES} open files each. After each, the same processes serve on, under the same leaders.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class HostileClientsTest {
  private static final int OPEN_FILES = 3_000;
  /** What is left of them for clients, as the node itself says at its start. */
  private static final int CLIENTS_MAX = OPEN_FILES - 640 - 128 - 128;
  private static final int CROWD = 10_000;
  /** A heap of 256 MB, 256 MB beside it at most, the engine, and the JVM's own. */
  private static final long RESIDENT_BYTES_MAX = 800L << 20;
  private static final Duration IDLE_MOST = Duration.ofSeconds(60);
  private static final int VALUE_BYTES = 256 << 10;
  private static final int VALUES = 60;
  /** Each may leave 4 MiB. */
  private static final int READERS = 6;

  @RegisterExtension
  static final ClusterExtension EXTENSION = new ClusterExtension(
      () -> LocalCluster.builder().before("sh", "-c", "ulimit -n " + OPEN_FILES + " && exec \"$@\"", "sh").build());

  private static final List<RawConnection> IDLE = new ArrayList<>();
  private static KvClient client;
  private static List<Long> processes;
  private static Map<Integer, String> leaders;

  private final LocalCluster cluster = EXTENSION.cluster();
  private final KvdNode node = cluster.nodes().getFirst();

  @BeforeAll
  static void begin() throws IOException {
    LocalCluster cluster = EXTENSION.cluster();
    client = cluster.client(Duration.ofSeconds(20));
    client.put("k/before", "kept");
    processes = cluster.nodes().stream().map(each -> each.process().id()).toList();
    cluster.awaitLeadersTogether();
    leaders = cluster.leaders();
    // Those that fall silent now are looked for in the last test: the others take the time they need.
    String address = cluster.nodes().getFirst().addresses().client();
    byte[] request = RawConnection.frame(FrameKind.REQUEST, 1, new RawWrites().put("k/half", "v", 0));
    IDLE.add(RawConnection.client(address));
    IDLE.add(RawConnection.client(address));
    IDLE.getLast().send(Arrays.copyOf(request, request.length / 2));
  }

  @AfterAll
  static void end() {
    IDLE.forEach(RawConnection::close);
    client.close();
  }

  @AfterEach
  void theSameProcessesServeOnUnderTheSameLeaders() {
    assertThat(cluster.nodes()).allMatch(KvdNode::isRunning);
    assertThat(cluster.nodes().stream().map(each -> each.process().id())).isEqualTo(processes);
    assertThat(node.adminStatus("/livez")).isEqualTo(200);
    assertThat(client.get("k/before").valueUtf8()).contains("kept");
    assertThat(cluster.leaders()).as("no change of leader; the nodes say: %s", cluster.warnings()).isEqualTo(leaders);
    for (KvdNode each : cluster.nodes()) {
      NodeStatus status = client.status(each.name());
      assertThat(status.peers()).as("links of %s to its peers", each).allMatch(NodeStatus.Peer::connected);
      assertThat(status.residentBytes()).as("resident memory of %s", each).isLessThan(RESIDENT_BYTES_MAX);
    }
  }

  @Test
  @Order(1)
  @DisplayName("10,000 that connect and say nothing, to the clients' and the peers' port: newcomers are served, peers stay connected")
  void aSilentCrowd() throws IOException {
    for (String address : List.of(node.addresses().client(), node.addresses().peer())) {
      try (Crowd crowd = Crowd.connect(address, CROWD, new byte[0])) {
        for (int i = 0; i < 20; i++) {
          try (RawConnection newcomer = RawConnection.client(node.addresses().client())) {
            assertThat(newcomer.call(new RawWrites().put("a/newcomer", "v", 0)).getErrorOrBuilder().getCode())
                .isIn(ErrorCode.ERROR_CODE_UNSPECIFIED, ErrorCode.NOT_LEADER);
          }
        }
        client.put("k/during", "v");
        crowd.settle();
        assertThat(crowd.open()).as("still open at %s", address).isLessThanOrEqualTo(CLIENTS_MAX);
      }
    }
  }

  @Test
  @Order(2)
  @DisplayName("10,000 clients that introduce themselves: as many as the node has room for are let in, the others are told or closed")
  void aCrowdOfClients() throws IOException {
    byte[] hello = RawConnection.frame(FrameKind.HELLO, 0, RawConnection.hello().build());
    // Connected before the crowd came, to whoever leads: they keep their places.
    for (String key : List.of("a/crowd", "k/crowd", "z/crowd")) {
      client.put(key, "before");
    }
    try (Crowd crowd = Crowd.connect(node.addresses().client(), CROWD, hello)) {
      crowd.settle();
      // On a slow machine some are let in when the first have been silent for too long.
      assertThat(crowd.count(FrameKind.WELCOME)).isBetween(CLIENTS_MAX / 2, CROWD / 2);
      assertThat(crowd.open()).as("open at a time").isLessThanOrEqualTo(CLIENTS_MAX);
      assertThat(crowd.count(FrameKind.HANDSHAKE_REFUSED)).as("told TOO_MANY_CONNECTIONS").isPositive();
      assertThat(crowd.count(FrameKind.WELCOME) + crowd.count(FrameKind.HANDSHAKE_REFUSED) + crowd.closedUntold())
          .as("let in, told, or closed").isEqualTo(CROWD);
      for (String key : List.of("a/crowd", "k/crowd", "z/crowd")) {
        client.put(key, "during");
      }
      assertThat(client.status(node.name()).connections()).isLessThanOrEqualTo(CLIENTS_MAX + 64);
    }
    Await.until("places are given back", Duration.ofSeconds(30), () -> {
      try (RawConnection next = RawConnection.client(node.addresses().client())) {
        return true;
      } catch (IOException e) {
        return false;
      }
    });
    assertThat(node.log()).contains("the process may open " + OPEN_FILES + " files: " + CLIENTS_MAX + " clients at a time are taken");
  }

  @Test
  @Order(3)
  @DisplayName("readers that stop in the middle of a range: memory bounded, each scan ended by its deadline, others served")
  void readersThatStop() throws IOException {
    ByteSeq value = ByteSeq.of(new byte[VALUE_BYTES]);
    for (int i = 0; i < VALUES; i++) {
      client.put(ByteSeq.utf8("k/slow/" + i), value);
    }
    Request range = Request.newBuilder().setRemainingMillis(3_000).setKeyspace(1)
        .setRange(RangeRequest.newBuilder().setStart(ByteString.copyFromUtf8("k/slow/")).setEnd(ByteString.copyFromUtf8("k/slow0"))).build();
    String leader = cluster.leaderOf("k/").addresses().client();
    List<RawConnection> stopped = new ArrayList<>();
    try {
      for (int i = 0; i < READERS; i++) {
        RawConnection reader = RawConnection.client(leader);
        stopped.add(reader);
        reader.send(RawConnection.frame(FrameKind.REQUEST, reader.freshId(), range));
        assertThat(reader.next().orElseThrow().kind()).as("the beginning of its first chunk").isEqualTo(FrameKind.RESPONSE);
      }
      for (int i = 0; i < 20; i++) {
        client.put("k/besides", "v" + i);
        assertThat(client.get("k/besides").valueUtf8()).contains("v" + i);
      }
      assertThat(client.range(KeyRange.prefix("k/be"), RangeOptions.DEFAULT).keyValues()).isNotEmpty();
      for (RawConnection reader : stopped) {
        assertThat(endOf(reader)).as("how the range of one that stopped has ended").isIn("DEADLINE", "OVERLOADED", "closed", "whole");
      }
    } finally {
      stopped.forEach(RawConnection::close);
    }
  }

  /** Reads on, late: what was on its way comes, and then how it ended. */
  private static String endOf(RawConnection reader) throws IOException {
    while (true) {
      Optional<RawFrame> frame = reader.next();
      if (frame.isEmpty()) {
        return "closed";
      }
      int flags = frame.get().flags();
      if (frame.get().kind() == FrameKind.RESPONSE && (flags & (Frame.MORE | Frame.PIECE)) == 0) {
        Response last = flags == 0 ? Response.parseFrom(frame.get().body()) : Response.getDefaultInstance();
        return last.hasError() ? last.getError().getCode().toString() : "whole";
      }
    }
  }

  @Test
  @Order(4)
  @DisplayName("a resume token that was cut at any byte, changed at any, or made up: BAD_REQUEST with the reason, from any node")
  void tokensThatAreNone() {
    for (String key : List.of("k/t/1", "k/t/2", "k/t/3")) {
      client.put(key, "v");
    }
    KeyRange range = KeyRange.prefix("k/t/");
    byte[] token = client.range(range, RangeOptions.DEFAULT.withLimit(1)).resume().orElseThrow().toByteArray();
    List<byte[]> broken = new ArrayList<>(List.of("made up".getBytes(java.nio.charset.StandardCharsets.UTF_8), new byte[4_000]));
    for (int at = 0; at < token.length; at++) {
      if (at > 0) {
        broken.add(Arrays.copyOf(token, at));
      }
      byte[] changed = token.clone();
      changed[at] ^= 1;
      broken.add(changed);
    }
    for (byte[] each : broken) {
      RangeOptions resumed = RangeOptions.DEFAULT.withNode(node.name()).withResume(ByteSeq.of(each));
      assertThatThrownBy(() -> client.range(range, resumed)).isInstanceOfSatisfying(RefusedException.class, refused -> {
        assertThat(refused.code()).isEqualTo(RefusedCode.BAD_REQUEST);
        assertThat(refused.getMessage()).contains("the resume token is no good");
      });
    }
    assertThat(client.range(range, RangeOptions.DEFAULT.withResume(ByteSeq.of(token))).keyValues()).hasSize(2);
  }

  @Test
  @Order(4)
  @DisplayName("a frame that is cut at any of its bytes: nothing of it happens, and the next connection is served")
  void aFrameCutAnywhere() throws IOException {
    RawWrites writes = new RawWrites();
    Request put = RawWrites.request(writes.command(0).setPut(Put.newBuilder().setKey(ByteString.copyFromUtf8("k/cut"))
        .setValue(ByteString.copyFromUtf8("never"))));
    byte[] frame = RawConnection.frame(FrameKind.REQUEST, 1, put);
    String leader = cluster.leaderOf("k/").addresses().client();
    for (int cut = 0; cut < frame.length; cut++) {
      try (RawConnection connection = RawConnection.client(leader)) {
        connection.send(Arrays.copyOf(frame, cut));
      }
    }
    assertThat(client.get("k/cut").found()).isEmpty();
    try (RawConnection whole = RawConnection.client(leader)) {
      whole.send(frame);
      assertThat(whole.response().hasWrite()).isTrue();
    }
  }

  @Test
  @Order(5)
  @DisplayName("half-open: whoever falls silent after the handshake, or in the middle of a frame, is closed within a minute")
  void thoseThatFellSilentAreClosed() throws IOException {
    long began = System.nanoTime();
    for (RawConnection silent : IDLE) {
      assertThat(silent.awaitEnd(IDLE_MOST.minusNanos(System.nanoTime() - began))).as("closed").isTrue();
    }
    assertThat(client.get("k/half").found()).isEmpty();
  }
}
