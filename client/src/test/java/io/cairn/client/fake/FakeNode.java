package io.cairn.client.fake;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.cairn.protocol.frame.Frame;
import io.cairn.protocol.frame.FrameException;
import io.cairn.protocol.frame.FrameKind;
import io.cairn.protocol.link.Acceptance;
import io.cairn.protocol.link.AcceptanceSettings;
import io.cairn.protocol.link.Handshake;
import io.cairn.protocol.link.RequestHandler;
import io.cairn.protocol.link.ServerChannel;
import io.cairn.protocol.transport.HostPort;
import io.cairn.protocol.transport.Transport;
import io.cairn.protocol.wire.Command;
import io.cairn.protocol.wire.Consistency;
import io.cairn.protocol.wire.Error;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.ErrorKind;
import io.cairn.protocol.wire.HashAnswer;
import io.cairn.protocol.wire.Hello;
import io.cairn.protocol.wire.NodeStatus;
import io.cairn.protocol.wire.Request;
import io.cairn.protocol.wire.Response;
import io.cairn.protocol.wire.Role;
import io.cairn.protocol.wire.Staleness;
import io.cairn.protocol.wire.Welcome;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** One door to a {@link FakeCluster}; a script may answer in its stead. */
public final class FakeNode implements RequestHandler {

  /** A script's word that the request is to be left without any answer. */
  public static final Response SILENCE = Response.newBuilder().setRevision(-1).build();

  /** A script's word that the request is to be served, and the connection cut before the answer. */
  public static final Response SERVE_AND_CUT = Response.newBuilder().setRevision(-2).build();

  /** A script's word that of the answer only the first chunk is to be sent. */
  public static final Response FIRST_CHUNK = Response.newBuilder().setRevision(-3).build();

  /** A request that was left without an answer, and may still get one. */
  @FunctionalInterface
  public interface Late {
    void answer(Response response);
  }

  private final String name;
  private final FakeCluster cluster;
  private final List<Request> requests = new ArrayList<>();
  private final List<ServerChannel> channels = new ArrayList<>();
  private Transport transport;
  private long hash = 0x5eed;
  private int cancelled;
  private Transport.Listening listening;
  private HostPort address;
  private Function<Request, Response> script = request -> null;
  private Consumer<Late> unanswered = late -> { };

  FakeNode(String name, FakeCluster cluster) {
    this.name = name;
    this.cluster = cluster;
  }

  public String name() {
    return name;
  }

  public HostPort address() {
    return address;
  }

  /** Every request that came here, in order. */
  public List<Request> requests() {
    return requests;
  }

  /** How many requests were given up here. */
  public int cancelled() {
    return cancelled;
  }

  /** What answers first; null from it means that the node answers as it should. */
  public void script(Function<Request, Response> answers) {
    script = answers;
  }

  /** Who hears of each request that a script leaves without an answer. */
  public void leftUnanswered(Consumer<Late> hears) {
    unanswered = hears;
  }

  /** What it answers when it is asked for a hash. */
  public void hash(long value) {
    hash = value;
  }

  void listen(Transport on, HostPort at) throws IOException {
    transport = on;
    listening = on.listen(at, new Acceptance(
        AcceptanceSettings.of(Role.CLIENT, Frame.FRAME_BYTES_MAX, 1_000),
        (hello, remote, verdict) -> {
          var other = Handshake.otherCluster(hello, FakeCluster.CLUSTER_ID);
          if (other != null) {
            verdict.refuse(other);
          } else {
            verdict.welcome(Welcome.newBuilder().setClusterId(FakeCluster.CLUSTER_ID).setNodeName(name).build());
          }
        },
        this));
    address = listening.address();
  }

  /** Stops listening and cuts every connection, as a killed process does. */
  public void kill() {
    listening.close();
    for (ServerChannel channel : List.copyOf(channels)) {
      channel.close();
    }
  }

  public void restart() throws IOException {
    listen(transport, address);
  }

  @Override
  public void opened(ServerChannel channel, Hello hello) {
    channels.add(channel);
  }

  @Override
  public void frame(ServerChannel channel, FrameKind kind, int flags, long requestId, ByteBuf body) throws FrameException {
    Request request = Frame.parse(Request.parser(), body);
    requests.add(request);
    Response scripted = script.apply(request);
    if (scripted == SILENCE) {
      unanswered.accept(response -> channel.respond(requestId, response, false));
      return;
    }
    List<Response> answers = scripted == null || scripted == SERVE_AND_CUT || scripted == FIRST_CHUNK ? serve(request) : List.of(scripted);
    if (scripted == SERVE_AND_CUT) {
      channel.close();
      return;
    }
    int count = scripted == FIRST_CHUNK ? 1 : answers.size();
    for (int i = 0; i < count; i++) {
      channel.respond(requestId, answers.get(i), i < answers.size() - 1);
    }
  }

  @Override
  public void cancelled(ServerChannel channel, long requestId) {
    cancelled++;
  }

  @Override
  public void closed(ServerChannel channel, Throwable cause) {
    channels.remove(channel);
  }

  private List<Response> serve(Request request) {
    return switch (request.getBodyCase()) {
      case SHARD_MAP -> List.of(Response.newBuilder().setRevision(cluster.revision()).setShardMap(cluster.map()).build());
      case STATUS -> List.of(Response.newBuilder().setRevision(cluster.revision()).setStatus(status()).build());
      case GET -> aged(request, List.of(checked(request, request.getGet().getKey(), false)));
      case COMMAND -> List.of(checked(request, keyOf(request.getCommand()), true));
      case RANGE -> aged(request, cluster.range(request.getRange()));
      case CHILDREN -> aged(request, cluster.children(request.getChildren()));
      case HASH -> List.of(
          Response.newBuilder().setHash(HashAnswer.newBuilder().setKeys(1)).build(),
          Response.newBuilder().setRevision(request.getHash().getRevision())
              .setHash(HashAnswer.newBuilder().setHash(hash).setKeys(2).setBytes(64)).build());
      default -> List.of(FakeCluster.error(ErrorKind.REFUSED, ErrorCode.NOT_SUPPORTED, "no such request"));
    };
  }

  /** A serializable answer says how old it may be: here always 70 ms, and as of the revision before. */
  private List<Response> aged(Request request, List<Response> answers) {
    return request.getConsistency() != Consistency.SERIALIZABLE ? answers : answers.stream()
        .map(answer -> answer.toBuilder().setRevision(Math.max(1, answer.getRevision() - 1))
            .setStaleness(Staleness.newBuilder().setLeaderHeardMillisAgo(70)).build())
        .toList();
  }

  private Response checked(Request request, ByteString key, boolean write) {
    int shard = cluster.shardOf(key);
    if (request.getShard() != shard || request.getShardEpoch() != cluster.epoch()) {
      return Response.newBuilder().setError(Error.newBuilder()
          .setKind(ErrorKind.REFUSED).setCode(ErrorCode.WRONG_SHARD).setMapEpoch(cluster.epoch())).build();
    }
    if (write && !cluster.leader(shard).equals(name)) {
      return Response.newBuilder().setError(Error.newBuilder()
          .setKind(ErrorKind.REFUSED).setCode(ErrorCode.NOT_LEADER).setLeaderNode(cluster.leader(shard))).build();
    }
    return write ? cluster.write(request.getCommand()) : cluster.get(key);
  }

  private static ByteString keyOf(ByteString bytes) {
    try {
      Command command = Command.parseFrom(bytes);
      return command.hasPut() ? command.getPut().getKey()
          : command.hasDelete() ? command.getDelete().getKey() : command.getDeleteRange().getStart();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }

  private NodeStatus status() {
    NodeStatus.Builder status = NodeStatus.newBuilder()
        .setName(name).setVersion("0.1.0").setClusterId(FakeCluster.CLUSTER_ID).setUptimeMillis(61_000)
        .setRevision(cluster.revision()).setResidentBytes(100L << 20).setClientAddress(address.toString()).setProcessId(42);
    for (var shard : cluster.map().getShardsList()) {
      status.addReplicas(NodeStatus.ReplicaStatus.newBuilder()
          .setShard(shard.getId()).setReplica(1).setRole(shard.getLeader().equals(name) ? "LEADER" : "FOLLOWER")
          .setTerm(3).setLeader(shard.getLeader()).setFirst(1).setLast(9).setPersisted(9).setCommit(9).setApplied(8));
    }
    return status.build();
  }
}
