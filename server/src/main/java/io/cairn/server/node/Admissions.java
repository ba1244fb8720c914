package io.cairn.server.node;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.cairn.protocol.wire.JoinAnswer;
import io.cairn.protocol.wire.JoinRequest;
import io.cairn.protocol.wire.PeerRequest;
import io.cairn.protocol.wire.PeerResponse;
import io.cairn.server.members.ChangeDriver;
import io.cairn.server.members.MemberCodec;
import io.cairn.server.members.MemberCommand;
import io.cairn.server.members.NodeEntry;
import io.cairn.server.members.NodeTable;
import io.cairn.server.members.Standing;
import io.cairn.server.members.TableRules;
import io.cairn.server.peer.Peers;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.Replicas;
import io.cairn.server.shard.ShardDescriptor;
import io.cairn.server.shard.ShardMap;
import io.cairn.storage.directory.Incarnation;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Lets a node join that was added: the leader of shard 0 writes down its data directory's incarnation, once for good, and only
 * then tells it what to begin with. So a name has one data directory (MB-08), whoever was reachable meanwhile. On the first loop.
 */
final class Admissions {
  private static final long FORWARD_NANOS = TimeUnit.SECONDS.toNanos(3);

  private final NodeBook book;
  private final Replicas replicas;
  private final Peers peers;
  private final ChangeDriver driver;
  private final ShardSteps steps;
  private final Supplier<ShardMap> shards;
  private final LongSupplier bootstrapDigest;

  Admissions(NodeBook book, Replicas replicas, Peers peers, ChangeDriver driver, ShardSteps steps, Supplier<ShardMap> shards,
      LongSupplier bootstrapDigest) {
    this.book = book;
    this.replicas = replicas;
    this.peers = peers;
    this.driver = driver;
    this.steps = steps;
    this.shards = shards;
    this.bootstrapDigest = bootstrapDigest;
  }

  void join(JoinRequest request, Consumer<JoinAnswer> answer) {
    if (request.getIncarnation().size() != 16) {
      answer.accept(MemberRoute.refusedJoin("a node's incarnation has 16 bytes"));
    } else if (driver.leads()) {
      answer.accept(admit(request));
    } else {
      forward(request, answer);
    }
  }

  private void forward(JoinRequest request, Consumer<JoinAnswer> answer) {
    Replica system = replicas.get(ShardDescriptor.SYSTEM);
    String leader = system == null || system.isLeader() ? "" : system.leaderNode();
    if (leader.isEmpty() || leader.equals(request.getNodeName())) {
      answer.accept(MemberRoute.refusedJoin("no leader of shard 0 is known yet"));
      return;
    }
    peers.call(leader, PeerRequest.newBuilder().setJoin(request).build(), FORWARD_NANOS, new Peers.Answer() {
      @Override
      public void answered(PeerResponse response) {
        answer.accept(response.getJoin());
      }

      @Override
      public void failed(String why) {
        answer.accept(MemberRoute.refusedJoin("node " + leader + ", which leads shard 0, gave no answer: " + why));
      }
    });
  }

  /** Proposes what is not written down yet; the node asks again until it is. */
  private JoinAnswer admit(JoinRequest request) {
    NodeTable table = book.table();
    NodeEntry node = table.named(request.getNodeName());
    ByteBuffer bytes = request.getIncarnation().asReadOnlyByteBuffer();
    var incarnation = new Incarnation(bytes.getLong(), bytes.getLong());
    if (node == null) {
      return MemberRoute.refusedJoin("there is no node '" + request.getNodeName() + "' in the cluster; kvctl member add adds it");
    }
    if (node.standing() == Standing.REMOVED) {
      return MemberRoute.refusedJoin("node '" + node.name() + "' was removed");
    }
    if (TableRules.isJoined(node, incarnation)) {
      return admitted(table, node);
    }
    if (node.id() <= table.founders() || node.incarnation().isPresent()) {
      return MemberRoute.refusedJoin("node '" + node.name() + "' has joined with another data directory, which must not be lost: start it "
          + "with that one, or replace the node");
    }
    steps.propose(new MemberCommand.Join(node.id(), incarnation));
    return MemberRoute.refusedJoin("it is being written down");
  }

  private JoinAnswer admitted(NodeTable table, NodeEntry node) {
    JoinAnswer.Builder answer = JoinAnswer.newBuilder().setNodeId(node.id()).setBootstrapDigest(bootstrapDigest.getAsLong())
        .setTable(UnsafeByteOperations.unsafeWrap(MemberCodec.encode(table)));
    for (ShardDescriptor shard : shards.get().shards()) {
      answer.addShards(JoinAnswer.Shard.newBuilder().setId(shard.id()).setRangeEpoch(shard.rangeEpoch())
          .setStart(ByteString.copyFrom(shard.start())).setEnd(ByteString.copyFrom(shard.end())));
    }
    return answer.build();
  }
}
