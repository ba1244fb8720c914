package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.cairn.client.ByteSeq;
import io.cairn.client.GetOptions;
import io.cairn.client.KeyRange;
import io.cairn.client.KvClient;
import io.cairn.client.RangeOptions;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.jepsen.cluster.KvdNode;
import io.cairn.jepsen.cluster.LocalCluster;
import io.cairn.jepsen.raw.RawConnection;
import io.cairn.jepsen.raw.RawFrame;
import io.cairn.jepsen.raw.RawWrites;
import io.cairn.protocol.frame.FrameKind;
import io.cairn.protocol.wire.Command;
import io.cairn.protocol.wire.Delete;
import io.cairn.protocol.wire.DeleteRange;
import io.cairn.protocol.wire.Error;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.ErrorKind;
import io.cairn.protocol.wire.GetRequest;
import io.cairn.protocol.wire.GoAway;
import io.cairn.protocol.wire.GoAwayReason;
import io.cairn.protocol.wire.HandshakeError;
import io.cairn.protocol.wire.HandshakeRefused;
import io.cairn.protocol.wire.Hello;
import io.cairn.protocol.wire.LeaseDelete;
import io.cairn.protocol.wire.LeaseGeneration;
import io.cairn.protocol.wire.LeaseGrant;
import io.cairn.protocol.wire.Put;
import io.cairn.protocol.wire.RangeRequest;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import io.cairn.protocol.wire.Role;
import io.cairn.protocol.wire.Txn;
import io.cairn.protocol.wire.TxnOp;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Issue 2, "What bad input gets", sent to a live cluster: each has a typed error, and after each the same three processes serve on
 * and hold what they acknowledged.
 */
final class BadInputTest {
  /** The feature level at which a cluster of this version begins. */
  private static final int CLUSTER_LEVEL = 2;
  private static final int KEY_MAX = 4 << 10;
  private static final int VALUE_MAX = 1 << 20;
  private static final long FUTURE = 1L << 40;

  @RegisterExtension
  static final ClusterExtension EXTENSION = new ClusterExtension(() -> LocalCluster.builder().build());

  private static final Map<String, Long> ACKNOWLEDGED = new LinkedHashMap<>();
  private static List<Long> processes;
  private static KvClient client;

  private final LocalCluster cluster = EXTENSION.cluster();
  private final KvdNode node = cluster.nodes().getFirst();

  @BeforeAll
  static void write() {
    client = EXTENSION.cluster().client();
    processes = EXTENSION.cluster().nodes().stream().map(each -> each.process().id()).toList();
    for (String prefix : List.of("a/", "k/", "z/")) {
      ACKNOWLEDGED.put(prefix + "before", client.put(prefix + "before", "kept").revision());
    }
  }

  @AfterAll
  static void disconnect() {
    client.close();
  }

  @AfterEach
  void theSameProcessesServeOnAndHaveLostNothing() {
    assertThat(cluster.nodes()).allMatch(KvdNode::isRunning);
    assertThat(cluster.nodes().stream().map(each -> each.process().id())).isEqualTo(processes);
    String key = "k/after-" + ACKNOWLEDGED.size();
    ACKNOWLEDGED.put(key, client.put(key, "kept").revision());
    for (KvdNode each : cluster.nodes()) {
      for (Map.Entry<String, Long> kept : ACKNOWLEDGED.entrySet()) {
        var found = client.get(ByteSeq.utf8(kept.getKey()), GetOptions.DEFAULT.withNode(each.name())).found().orElseThrow();
        assertThat(found.valueUtf8()).isEqualTo("kept");
        assertThat(found.modRevision()).isEqualTo(kept.getValue());
      }
    }
  }

  private static void assertRefused(RefusedCode code, ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOfSatisfying(RefusedException.class, refused -> {
      assertThat(refused.code()).as(refused.getMessage()).isEqualTo(code);
      assertThat(refused.getMessage()).doesNotContain("Exception").doesNotContain("\n");
    });
  }

  /** What the node itself says, past the client library, which refuses much of this by itself. */
  private Error error(Request request) throws IOException {
    try (RawConnection connection = RawConnection.client(cluster.leaderOf("k/").addresses().client())) {
      Response answer = connection.call(request);
      assertThat(answer.hasError()).as("refused: %s", answer).isTrue();
      assertThat(answer.getError().getKind()).isEqualTo(ErrorKind.REFUSED);
      assertThat(answer.getError().getMessage()).isNotBlank().doesNotContain("Exception").doesNotContain("\n");
      return answer.getError();
    }
  }

  private void assertCode(ErrorCode code, Request request) throws IOException {
    assertThat(error(request).getCode()).as("%s", code).isEqualTo(code);
  }

  private static Command.Builder put(ByteString key, int valueBytes) {
    return new RawWrites().command(0).setPut(Put.newBuilder().setKey(key).setValue(ByteString.copyFrom(new byte[valueBytes])));
  }

  private static Request get(GetRequest.Builder get) {
    return Request.newBuilder().setRemainingMillis(5_000).setKeyspace(1).setGet(get).build();
  }

  private static Request range(String start, String end, long revision) {
    return Request.newBuilder().setRemainingMillis(5_000).setKeyspace(1).setRange(RangeRequest.newBuilder()
        .setStart(ByteString.copyFromUtf8(start)).setEnd(ByteString.copyFromUtf8(end)).setRevision(revision)).build();
  }

  @Test
  @DisplayName("an empty key, a key over 4 KiB, a value over 1 MiB: refused by library and node; the largest allowed is taken")
  void sizesOutOfBounds() throws IOException {
    ByteSeq longKey = ByteSeq.of(new byte[KEY_MAX + 1]);
    ByteSeq longValue = ByteSeq.of(new byte[VALUE_MAX + 1]);
    assertRefused(RefusedCode.KEY_EMPTY, () -> client.put("", "v"));
    assertRefused(RefusedCode.KEY_EMPTY, () -> client.get(""));
    assertRefused(RefusedCode.KEY_TOO_LARGE, () -> client.put(longKey, ByteSeq.utf8("v")));
    assertRefused(RefusedCode.KEY_TOO_LARGE, () -> client.get(longKey));
    assertRefused(RefusedCode.VALUE_TOO_LARGE, () -> client.put(ByteSeq.utf8("k/value"), longValue));
    ByteString key = ByteString.copyFrom(longKey.toByteArray());
    assertCode(ErrorCode.KEY_EMPTY, RawWrites.request(put(ByteString.EMPTY, 1)));
    assertCode(ErrorCode.KEY_EMPTY, get(GetRequest.newBuilder()));
    assertCode(ErrorCode.KEY_EMPTY, RawWrites.request(new RawWrites().command(0).setDelete(Delete.getDefaultInstance())));
    assertCode(ErrorCode.KEY_TOO_LARGE, RawWrites.request(put(key, 1)));
    assertCode(ErrorCode.KEY_TOO_LARGE, get(GetRequest.newBuilder().setKey(key)));
    assertCode(ErrorCode.KEY_TOO_LARGE, RawWrites.request(
        new RawWrites().command(0).setDeleteRange(DeleteRange.newBuilder().setStart(key).setEndOpen(true))));
    assertCode(ErrorCode.VALUE_TOO_LARGE, RawWrites.request(put(ByteString.copyFromUtf8("k/value"), VALUE_MAX + 1)));
    byte[] largest = new byte[KEY_MAX];
    java.util.Arrays.fill(largest, (byte) 'k');
    client.put(ByteSeq.of(largest), ByteSeq.of(new byte[VALUE_MAX]));
    assertThat(client.get(ByteSeq.of(largest)).found().orElseThrow().value().size()).isEqualTo(VALUE_MAX);
    client.delete(ByteSeq.of(largest));
  }

  @Test
  @DisplayName("a range that ends before it starts: refused by library and node")
  void invertedRanges() throws IOException {
    assertRefused(RefusedCode.RANGE_INVERTED, () -> client.range(KeyRange.of("b", "a")));
    assertRefused(RefusedCode.RANGE_INVERTED, () -> client.deleteRange(KeyRange.of("b", "a")));
    assertCode(ErrorCode.RANGE_INVERTED, range("b", "a", 0));
    assertCode(ErrorCode.RANGE_INVERTED, RawWrites.request(new RawWrites().command(0).setDeleteRange(DeleteRange.newBuilder()
        .setStart(ByteString.copyFromUtf8("b")).setEnd(ByteString.copyFromUtf8("a")))));
  }

  @Test
  @DisplayName("a revision of the future, to read at or as seen: FUTURE_REVISION, at once and without effect")
  void revisionsOfTheFuture() throws IOException {
    assertRefused(RefusedCode.FUTURE_REVISION, () -> client.get(ByteSeq.utf8("k/before"), GetOptions.DEFAULT.withRevision(FUTURE)));
    assertRefused(RefusedCode.FUTURE_REVISION, () -> client.range(KeyRange.prefix("k/"), RangeOptions.DEFAULT.withRevision(FUTURE)));
    assertRefused(RefusedCode.FUTURE_REVISION, () -> client.range(KeyRange.all(), RangeOptions.DEFAULT.withRevision(FUTURE)));
    assertCode(ErrorCode.FUTURE_REVISION, get(GetRequest.newBuilder().setKey(ByteString.copyFromUtf8("k/before")).setRevision(FUTURE)));
    assertCode(ErrorCode.FUTURE_REVISION, range("a", "z", FUTURE));
    assertCode(ErrorCode.FUTURE_REVISION, get(GetRequest.newBuilder().setKey(ByteString.copyFromUtf8("k/before"))).toBuilder()
        .setSeen(FUTURE).build());
    assertCode(ErrorCode.FUTURE_REVISION, range("a", "z", 0).toBuilder().setSeen(FUTURE).build());
    assertCode(ErrorCode.FUTURE_REVISION, RawWrites.request(new RawWrites().command(FUTURE)
        .setPut(Put.newBuilder().setKey(ByteString.copyFromUtf8("k/made-up")))));
    assertThat(client.get("k/made-up").found()).isEmpty();
  }

  @Test
  @DisplayName("requests that no client of ours sends: each is refused with what would be right")
  void malformedRequests() throws IOException {
    ByteString key = ByteString.copyFromUtf8("k/malformed");
    assertCode(ErrorCode.BAD_REQUEST, RawWrites.request(put(key, 1).setSequence(0)));
    assertCode(ErrorCode.BAD_REQUEST, RawWrites.request(put(key, 1).setLowestOpen(2)));
    assertCode(ErrorCode.BAD_REQUEST, RawWrites.request(put(key, 1).setClientHigh(0).setClientLow(0)));
    assertCode(ErrorCode.BAD_REQUEST, RawWrites.request(put(key, 1).setSeen(-1)));
    assertCode(ErrorCode.BAD_REQUEST, RawWrites.request(new RawWrites().command(0)));
    assertCode(ErrorCode.BAD_REQUEST, RawWrites.request(new RawWrites().command(0).setPut(Put.newBuilder().setKey(key).setLease(-7))));
    assertCode(ErrorCode.BAD_REQUEST, RawWrites.request(new RawWrites().command(0).setPut(Put.newBuilder().setKey(key).setTtlMillis(999))));
    assertCode(ErrorCode.BAD_REQUEST, RawWrites.request(new RawWrites().command(0).setPut(Put.newBuilder().setKey(key).setTtlMillis(5_000).setLease(7))));
    assertCode(ErrorCode.BAD_REQUEST, RawWrites.request(new RawWrites().command(0).setTxn(Txn.newBuilder()
        .addThen(TxnOp.newBuilder().setPut(Put.newBuilder().setKey(key).setTtlMillis(5_000))))));
    assertCode(ErrorCode.BAD_REQUEST, RawWrites.request(new RawWrites().command(0).setLeaseGrant(LeaseGrant.newBuilder().setTtlMillis(0))));
    assertCode(ErrorCode.BAD_REQUEST, RawWrites.request(new RawWrites().command(0).setLeaseDelete(LeaseDelete.newBuilder()
        .addLeases(LeaseGeneration.newBuilder().setId(7).setGrant(1)))));
    assertCode(ErrorCode.LEASE_NOT_FOUND, RawWrites.request(new RawWrites().command(0).setPut(Put.newBuilder().setKey(key).setLease(7))));
    assertCode(ErrorCode.KEYSPACE, RawWrites.request(put(key, 1).setKeyspace(9)));
    assertCode(ErrorCode.KEYSPACE, get(GetRequest.newBuilder().setKey(key)).toBuilder().setKeyspace(9).build());
    assertCode(ErrorCode.DEADLINE, get(GetRequest.newBuilder().setKey(key)).toBuilder().setRemainingMillis(0).build());
    assertCode(ErrorCode.WRONG_SHARD, RawWrites.request(put(key, 1)).toBuilder().setShard(77).setShardEpoch(1).build());
    assertCode(ErrorCode.BAD_REQUEST, Request.newBuilder().setRemainingMillis(1_000).build());
    assertCode(ErrorCode.BAD_REQUEST, Request.newBuilder().setRemainingMillis(1_000).setKeyspace(1)
        .setCommand(ByteString.copyFromUtf8("no command")).build());
    assertCode(ErrorCode.BAD_REQUEST, get(GetRequest.newBuilder().setKey(key).setRevision(-1)));
    assertThat(client.get("k/malformed").found()).isEmpty();
  }

  @Test
  @DisplayName("a field of a later version in a write: refused, a write is never half understood")
  void unknownFieldsOfAWrite() throws IOException {
    var later = com.google.protobuf.UnknownFieldSet.newBuilder()
        .addField(500, com.google.protobuf.UnknownFieldSet.Field.newBuilder().addVarint(1).build()).build();
    assertCode(ErrorCode.BAD_REQUEST, RawWrites.request(put(ByteString.copyFromUtf8("k/later"), 1).setUnknownFields(later)));
    assertThat(client.get("k/later").found()).isEmpty();
  }

  @Test
  @DisplayName("a frame over the limit, an unknown kind, a wrong checksum: GOAWAY says why, and the connection is closed")
  void framesThatAreNone() throws IOException {
    byte[] tooLarge = ByteBuffer.allocate(24).putInt(64 << 20).array();
    byte[] wrongChecksum = RawConnection.frame(FrameKind.REQUEST, 1, get(GetRequest.newBuilder().setKey(ByteString.copyFromUtf8("k/"))));
    wrongChecksum[wrongChecksum.length - 1] ^= 1;
    byte[] notForClients = RawConnection.frame(FrameKind.RAFT, 1, Request.getDefaultInstance());
    byte[] noRequest = RawConnection.frame(FrameKind.REQUEST, 1, new byte[] {(byte) 0xff, (byte) 0xff});
    for (byte[] bytes : List.of(tooLarge, wrongChecksum, notForClients, noRequest)) {
      assertGoAway(bytes);
    }
  }

  private void assertGoAway(byte[] bytes) throws IOException {
    try (RawConnection connection = RawConnection.client(node.addresses().client())) {
      connection.send(bytes);
      RawFrame answer = connection.next().orElseThrow();
      assertThat(answer.kind()).isEqualTo(FrameKind.GOAWAY);
      GoAway goAway = GoAway.parseFrom(answer.body());
      assertThat(goAway.getReason()).isEqualTo(GoAwayReason.PROTOCOL_ERROR);
      assertThat(goAway.getMessage()).isNotBlank().doesNotContain("Exception");
      assertThat(connection.next()).as("closed").isEmpty();
    }
  }

  @Test
  @DisplayName("random bytes and other protocols on client and peer port: refused as malformed or closed, and nobody minds")
  void randomBytes() throws IOException {
    var random = new Random(20_261_121);
    List<byte[]> nonsense = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      byte[] bytes = new byte[1 + random.nextInt(4 << 10)];
      random.nextBytes(bytes);
      nonsense.add(bytes);
    }
    nonsense.add("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    nonsense.add(new byte[64]);
    for (String address : List.of(node.addresses().client(), node.addresses().peer())) {
      int refused = 0;
      for (byte[] bytes : nonsense) {
        refused += isRefused(address, bytes) ? 1 : 0;
      }
      assertThat(refused).as("refused with a word on %s", address).isGreaterThan(nonsense.size() / 2);
    }
  }

  /** Whether it is told why; the connection ends in any case, unless it still looks like the beginning of a frame. */
  private static boolean isRefused(String address, byte[] bytes) throws IOException {
    boolean mayBeBeginning = bytes.length < 4 || plausible(ByteBuffer.wrap(bytes).getInt(), bytes.length);
    if (mayBeBeginning) {
      return true;
    }
    try (RawConnection connection = RawConnection.connect(address)) {
      connection.send(bytes);
      Optional<RawFrame> answer = connection.next();
      if (answer.isEmpty()) {
        return false;
      }
      assertThat(answer.get().kind()).isEqualTo(FrameKind.HANDSHAKE_REFUSED);
      assertThat(HandshakeRefused.parseFrom(answer.get().body()).getError()).isEqualTo(HandshakeError.MALFORMED);
      assertThat(connection.next()).as("closed").isEmpty();
      return true;
    } catch (java.net.SocketException e) {
      return false; // Closed before all of it was written.
    }
  }

  private static boolean plausible(int length, int sent) {
    return length >= 16 && length <= 64 << 10 && length + 4 > sent;
  }

  @Test
  @DisplayName("half a frame and then silence, before and after the handshake: others are served, the silent one is let go")
  void halfAFrame() throws IOException {
    byte[] hello = RawConnection.frame(FrameKind.HELLO, 0, RawConnection.hello().build());
    byte[] request = RawConnection.frame(FrameKind.REQUEST, 1, RawWrites.request(put(ByteString.copyFromUtf8("k/half"), 1 << 10)));
    try (RawConnection before = RawConnection.connect(node.addresses().client());
        RawConnection atPeers = RawConnection.connect(node.addresses().peer());
        RawConnection after = RawConnection.client(node.addresses().client())) {
      before.send(java.util.Arrays.copyOf(hello, hello.length / 2));
      atPeers.send(java.util.Arrays.copyOf(hello, hello.length / 2));
      after.send(java.util.Arrays.copyOf(request, request.length / 2));
      client.put("k/meanwhile", "v");
      for (RawConnection connection : List.of(before, atPeers)) {
        RawFrame answer = connection.next().orElseThrow();
        assertThat(answer.kind()).isEqualTo(FrameKind.HANDSHAKE_REFUSED);
        assertThat(connection.next()).as("closed").isEmpty();
      }
      after.send(java.util.Arrays.copyOfRange(request, request.length / 2, request.length));
      assertThat(after.response().getErrorOrBuilder().getCode()).as("the rest came, and it is a request like any other")
          .isIn(ErrorCode.ERROR_CODE_UNSPECIFIED, ErrorCode.NOT_LEADER);
    }
  }

  @Test
  @DisplayName("an unknown cluster id, another protocol version, a peer on the clients' port, a node of no such name: typed refusals")
  void handshakesThatAreRefused() throws IOException {
    String clients = node.addresses().client();
    String peers = node.addresses().peer();
    assertHandshake(clients, HandshakeError.CLUSTER_ID, RawConnection.hello().setClusterId("another").build());
    assertHandshake(clients, HandshakeError.VERSION, RawConnection.hello().setProtocolVersion(9).setOldestProtocolVersion(8).build());
    assertHandshake(clients, HandshakeError.WRONG_PORT, RawConnection.hello().setRole(Role.PEER).build());
    assertHandshake(peers, HandshakeError.WRONG_PORT, RawConnection.hello().build());
    Hello.Builder peer = RawConnection.hello().setRole(Role.PEER).setClusterId("jepsen").setNodeName("n2")
        .setFeatureLevel(CLUSTER_LEVEL);
    assertHandshake(peers, HandshakeError.CLUSTER_ID, peer.clone().setClusterId("another").build());
    assertHandshake(peers, HandshakeError.VERSION, peer.clone().setFeatureLevel(CLUSTER_LEVEL - 1).build());
    assertHandshake(peers, HandshakeError.UNKNOWN_NODE, peer.clone().setNodeName("n9").build());
    assertHandshake(peers, HandshakeError.UNKNOWN_NODE, peer.clone().setNodeName("n1").build());
    assertHandshake(peers, HandshakeError.BOOTSTRAP, peer.clone().setBootstrapDigest(1).build());
    try (KvClient stranger = KvClient.builder().endpoints(clients).build()) {
      assertThat(stranger.get("k/before").found()).as("a client that names no cluster is welcome").isPresent();
    }
  }

  private static void assertHandshake(String address, HandshakeError error, com.google.protobuf.MessageLite hello) throws IOException {
    try (RawConnection connection = RawConnection.connect(address)) {
      connection.send(RawConnection.frame(FrameKind.HELLO, 0, hello));
      RawFrame answer = connection.next().orElseThrow();
      assertThat(answer.kind()).isEqualTo(FrameKind.HANDSHAKE_REFUSED);
      HandshakeRefused refused = HandshakeRefused.parseFrom(answer.body());
      assertThat(refused.getError()).as(refused.getMessage()).isEqualTo(error);
      assertThat(refused.getMessage()).isNotBlank();
      assertThat(connection.next()).as("closed").isEmpty();
    }
  }
}
