package io.cairn.server.frontend;

import io.cairn.protocol.wire.NodeStatus;
import io.cairn.protocol.wire.Response;
import io.cairn.raft.RaftStatus;
import io.cairn.server.oracle.Revisions;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.Replicas;
import io.cairn.server.shard.Keyspace;
import io.cairn.server.shard.ShardDescriptor;
import io.cairn.server.shard.ShardMap;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.Locale;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** What a node says of itself and of the cluster: asked of memory, never of the log or a quorum. */
public final class StatusService {
  private final Supplier<ShardMap> map;
  private final Replicas replicas;
  private final Revisions revisions;
  private final Supplier<io.cairn.protocol.wire.ShardMap> template;
  private final Supplier<NodeStatus.Builder> node;

  /**
   * @param template cluster id and nodes, as of now
   * @param node everything that is not about replicas
   */
  public StatusService(Supplier<ShardMap> map, Replicas replicas, Revisions revisions, Supplier<io.cairn.protocol.wire.ShardMap> template,
      Supplier<NodeStatus.Builder> node) {
    this.map = map;
    this.replicas = replicas;
    this.revisions = revisions;
    this.template = template;
    this.node = node;
  }

  void shardMap(Call call) {
    ShardMap shards = map.get();
    io.cairn.protocol.wire.ShardMap.Builder answer = template.get().toBuilder().setEpoch(shards.epoch());
    // While a node starts it knows all shards and has not opened all replicas: then it names no leader.
    var leaders = new TreeMap<Integer, String>();
    eachReplica(replica -> leaders.put(replica.descriptor().id(), replica.leaderNode()), () -> {
      shards.shards().forEach(shard -> answer.addShards(describe(shard).setLeader(leaders.getOrDefault(shard.id(), ""))));
      call.done(Response.newBuilder().setRevision(revisions.known()).setShardMap(answer).build());
    });
  }

  private static io.cairn.protocol.wire.ShardMap.Shard.Builder describe(ShardDescriptor shard) {
    io.cairn.protocol.wire.ShardMap.Shard.Builder described = io.cairn.protocol.wire.ShardMap.Shard.newBuilder()
        .setId(shard.id())
        .setEpoch(shard.rangeEpoch())
        .addAllNodes(shard.replicas().values())
        .setSystem(shard.isSystem());
    if (!shard.isSystem()) {
      described.setStart(Keyspace.user(shard.start()));
      boolean open = shard.end().length == 1;
      described.setEndOpen(open);
      if (!open) {
        described.setEnd(Keyspace.user(shard.end()));
      }
    }
    return described;
  }

  void status(Call call) {
    NodeStatus.Builder answer = node.get().setRevision(revisions.known());
    eachReplica(replica -> answer.addReplicas(describe(replica)),
        () -> call.done(Response.newBuilder().setRevision(revisions.known()).setStatus(answer).build()));
  }

  private static NodeStatus.ReplicaStatus.Builder describe(Replica replica) {
    RaftStatus raft = replica.status();
    return NodeStatus.ReplicaStatus.newBuilder()
        .setShard(replica.descriptor().id())
        .setReplica(raft.self().value())
        .setRole(raft.role().name().toLowerCase(Locale.ROOT))
        .setTerm(raft.term())
        .setLeader(replica.leaderNode())
        .setFirst(raft.first())
        .setLast(raft.last())
        .setPersisted(raft.persisted())
        .setCommit(raft.commit())
        .setApplied(raft.applied())
        .setRevision(replica.store().applied().revision())
        .setClients(replica.store().clients())
        .setCompacted(replica.store().compacted());
  }

  /** Visits each replica on its own loop, one after the other; then {@code end} on the last one's. */
  private void eachReplica(Consumer<Replica> visit, Runnable end) {
    visitNext(new ArrayList<>(replicas.all()).iterator(), visit, end);
  }

  private static void visitNext(Iterator<Replica> left, Consumer<Replica> visit, Runnable end) {
    if (!left.hasNext()) {
      end.run();
      return;
    }
    Replica replica = left.next();
    replica.loop().run(() -> {
      visit.accept(replica);
      visitNext(left, visit, end);
    });
  }
}
