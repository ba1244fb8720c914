package io.cairn.server.peer;

import io.cairn.platform.EventLoop;
import io.cairn.protocol.frame.Frame;
import io.cairn.protocol.frame.FrameException;
import io.cairn.protocol.frame.FrameKind;
import io.cairn.protocol.link.RequestHandler;
import io.cairn.protocol.link.ServerChannel;
import io.cairn.protocol.wire.HandshakeRefused;
import io.cairn.protocol.wire.Hello;
import io.cairn.protocol.wire.PeerRefused;
import io.cairn.protocol.wire.PeerRequest;
import io.cairn.protocol.wire.PeerResponse;
import io.cairn.protocol.wire.RaftBatch;
import io.cairn.protocol.wire.RaftEnvelope;
import io.cairn.protocol.wire.RevisionsAnswer;
import io.cairn.protocol.wire.SnapshotChunk;
import io.cairn.raft.ReplicaId;
import io.cairn.raft.message.RaftMessage;
import io.cairn.server.oracle.RevisionOracle;
import io.cairn.server.oracle.Revisions;
import io.cairn.server.outcome.RefusedConnections;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.Replicas;
import io.cairn.server.shard.ShardDescriptor;
import io.cairn.server.space.LowSpace;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the other nodes: messages go to their replica, questions to the oracle, pieces of snapshots to the receiver. A message
 * that does not fit this node's picture of the shard (range epoch, replica ids, who sent it) is dropped (MR-07). Of members the ids say
 * enough: none is given twice, and replicas that lag must hear those that came after what they know.
 */
public final class PeerService implements RequestHandler {
  private static final Logger log = LoggerFactory.getLogger(PeerService.class);

  /** More than any batch has commands: a window that a bad count made endless would never be used up. */
  private static final int COUNT_MAX = 1 << 20;

  private final Replicas replicas;
  private final RevisionOracle oracle;
  private final EventLoop oracleLoop;
  private final SnapshotReceiver snapshots;
  private final MemberDesk members;
  private final MemberDesk leases;
  private final MachineListener machines;
  private final RefusedConnections refusals;
  /** In the order they were opened: what is done to all of them is done in the same order in every run. */
  private final Set<ServerChannel> channels = Collections.synchronizedSet(new LinkedHashSet<>());

  public PeerService(Replicas replicas, RevisionOracle oracle, EventLoop oracleLoop, SnapshotReceiver snapshots,
      MemberDesk members, MemberDesk leases, MachineListener machines, RefusedConnections refusals) {
    this.replicas = replicas;
    this.oracle = oracle;
    this.oracleLoop = oracleLoop;
    this.snapshots = snapshots;
    this.members = members;
    this.leases = leases;
    this.machines = machines;
    this.refusals = refusals;
  }

  /** What other nodes ask about members, history or leases. From any loop; the answer too. */
  @FunctionalInterface
  public interface MemberDesk {
    void serve(PeerRequest request, Consumer<PeerResponse> answer);
  }

  /** Hears what another node says of its own machine. From any loop. */
  public interface MachineListener {
    /** How slow it is. */
    void strained(String node, long millis);

    /** How low its disk is; null when it is not. */
    void lowOnSpace(String node, LowSpace low);
  }

  /** Ends the connections of a node that was removed: it is told so when it comes again. */
  public void drop(String node) {
    for (ServerChannel channel : channels.toArray(new ServerChannel[0])) {
      if (node.equals(channel.attachment())) {
        channel.loop().run(channel::close);
      }
    }
  }

  /** Ends all connections that peers have opened. */
  public void close() {
    for (ServerChannel channel : channels.toArray(new ServerChannel[0])) {
      channel.loop().run(channel::close);
    }
  }

  @Override
  public void opened(ServerChannel channel, Hello hello) {
    channels.add(channel);
    channel.attach(hello.getNodeName());
    log.info("accepted a peer; node={} remote={}", hello.getNodeName(), channel.remote());
  }

  @Override
  public void frame(ServerChannel channel, FrameKind kind, int flags, long requestId, ByteBuf body) throws FrameException {
    Runnable work;
    try {
      work = switch (kind) {
        case RAFT -> raft((String) channel.attachment(), Frame.parse(RaftBatch.parser(), body));
        case PEER_REQUEST -> request(channel, requestId, Frame.parse(PeerRequest.parser(), body));
        default -> throw new FrameException(FrameException.Fault.UNEXPECTED, "a frame of kind " + kind + " is not for a peer's port");
      };
    } catch (IllegalArgumentException e) {
      throw new FrameException(FrameException.Fault.BODY, "the body of a " + kind + " frame cannot be read: " + e.getMessage());
    }
    // Outside: what goes wrong from here on is this node's own, and not to be taken for a bad frame.
    work.run();
  }

  private record Delivery(Replica to, RaftMessage message) {}

  private Runnable raft(String node, RaftBatch batch) {
    var deliveries = new ArrayList<Delivery>(batch.getMessagesCount());
    for (RaftEnvelope envelope : batch.getMessagesList()) {
      Replica replica = replicas.get(envelope.getShard());
      RaftMessage message = replica == null || !fits(replica, node, envelope) ? null : RaftCodec.decode(envelope);
      if (message != null) {
        deliveries.add(new Delivery(replica, message));
      }
    }
    long millis = Integer.toUnsignedLong(batch.getStrainMillis());
    LowSpace low = batch.hasLowSpace() ? low(batch.getLowSpace()) : null;
    return () -> {
      machines.strained(node, millis);
      machines.lowOnSpace(node, low);
      for (Delivery delivery : deliveries) {
        delivery.to.loop().run(() -> delivery.to.receive(delivery.message));
      }
    };
  }

  private static LowSpace low(io.cairn.protocol.wire.LowSpace said) {
    return new LowSpace(said.getFreeBytes(), said.getMinBytes(), said.getAgainBytes(), said.getHeld());
  }

  private static boolean fits(Replica replica, String node, RaftEnvelope envelope) {
    ShardDescriptor shard = replica.descriptor();
    return envelope.getRangeEpoch() == shard.rangeEpoch()
        && envelope.getTo() == replica.key().replica().value()
        && isReplicaOf(node, envelope.getFrom(), shard);
  }

  private static boolean isReplicaOf(String node, long replica, ShardDescriptor shard) {
    return replica > 0 && node.equals(shard.node(new ReplicaId(replica)));
  }

  private Runnable request(ServerChannel channel, long requestId, PeerRequest request) {
    return () -> {
      switch (request.getBodyCase()) {
        case REVISIONS -> revisions(channel, requestId, request.getRevisions().getCountsList());
        case SNAPSHOT -> snapshot(channel, requestId, request.getSnapshot());
        case MEMBER_STEP, MEMBER, JOIN, HISTORY -> members.serve(request, response -> respond(channel, requestId, response));
        case LEASE_REGISTER, LEASE_STEP, GUARD_REGISTER, GUARD_FENCE -> leases.serve(request, response -> respond(channel, requestId, response));
        case HASH_CHECK -> hashes(channel, requestId, request, request.getHashCheck().getShard(), request.getHashCheck().getRangeEpoch(),
            request.getHashCheck().getFrom(), request.getHashCheck().getTo());
        case HASH_VERDICT -> hashes(channel, requestId, request, request.getHashVerdict().getShard(), request.getHashVerdict().getRangeEpoch(),
            request.getHashVerdict().getFrom(), request.getHashVerdict().getTo());
        case SNAPSHOT_WANTED -> hashes(channel, requestId, request, request.getSnapshotWanted().getShard(),
            request.getSnapshotWanted().getRangeEpoch(), request.getSnapshotWanted().getFrom(), request.getSnapshotWanted().getTo());
        case BODY_NOT_SET -> refuse(channel, requestId, "the request is unknown to this version");
      }
    };
  }

  /** From one replica to another about what they hold. */
  private void hashes(ServerChannel channel, long requestId, PeerRequest request, int shard, long rangeEpoch, long from, long to) {
    if (isHere((String) channel.attachment(), shard, rangeEpoch, from, to)) {
      leases.serve(request, response -> respond(channel, requestId, response));
    } else {
      refuseReplica(channel, requestId, shard);
    }
  }

  private boolean isHere(String node, int shard, long rangeEpoch, long from, long to) {
    Replica replica = replicas.get(shard);
    return replica != null && rangeEpoch == replica.descriptor().rangeEpoch() && to == replica.key().replica().value()
        && isReplicaOf(node, from, replica.descriptor());
  }

  private static void refuseReplica(ServerChannel channel, long requestId, int shard) {
    refuse(channel, requestId, "this node has no such replica of shard " + shard + ", or knows the sender as another");
  }

  private void revisions(ServerChannel channel, long requestId, List<Integer> counts) {
    if (counts.isEmpty() || counts.size() > Revisions.ASKED_MAX || counts.stream().anyMatch(count -> count < 0 || count > COUNT_MAX)) {
      refuse(channel, requestId, "a request for revisions names 1 to " + Revisions.ASKED_MAX + " counts of 0 to " + COUNT_MAX + " each");
      return;
    }
    oracleLoop.run(() -> oracle.take(counts, new Revisions.Answer() {
      @Override
      public void handed(List<Long> firsts, long last) {
        respond(channel, requestId, PeerResponse.newBuilder()
            .setRevisions(RevisionsAnswer.newBuilder().addAllFirst(firsts).setLast(last)).build());
      }

      @Override
      public void failed() {
        refuse(channel, requestId, "this node does not lead the system shard");
      }
    }));
  }

  private void snapshot(ServerChannel channel, long requestId, SnapshotChunk chunk) {
    if (!isHere((String) channel.attachment(), chunk.getShard(), chunk.getRangeEpoch(), chunk.getFrom(), chunk.getTo())) {
      refuseReplica(channel, requestId, chunk.getShard());
      return;
    }
    Replica replica = replicas.get(chunk.getShard());
    snapshots.chunk(replica, chunk, answer -> respond(channel, requestId, PeerResponse.newBuilder().setSnapshot(answer).build()));
  }

  private static void refuse(ServerChannel channel, long requestId, String why) {
    respond(channel, requestId, PeerResponse.newBuilder().setRefused(PeerRefused.newBuilder().setMessage(why)).build());
  }

  private static void respond(ServerChannel channel, long requestId, PeerResponse response) {
    channel.loop().run(() -> channel.respond(requestId, response, false));
  }

  @Override
  public void cancelled(ServerChannel channel, long requestId) {
    // Answers to peers are small and soon made; one that nobody waits for any more is dropped over there.
  }

  @Override
  public void closed(ServerChannel channel, Throwable cause) {
    channels.remove(channel);
    log.info("lost a peer's connection; node={} remote={} reason=\"{}\"", channel.attachment(), channel.remote(),
        cause == null ? "closed" : cause.getMessage());
  }

  @Override
  public void refused(String remote, HandshakeRefused refusal) {
    refusals.refused(remote, refusal);
  }
}
