package io.cairn.server.node;

import io.cairn.protocol.transport.HostPort;
import io.cairn.protocol.wire.JoinAnswer;
import io.cairn.raft.ReplicaId;
import io.cairn.server.config.ClusterConfig;
import io.cairn.server.config.ClusterNode;
import io.cairn.server.members.NodeEntry;
import io.cairn.server.members.NodeTable;
import io.cairn.server.shard.Keyspace;
import io.cairn.server.shard.ShardDescriptor;
import io.cairn.server.shard.ShardMap;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/**
 * What a cluster begins with, worked out by each node for itself from its configuration: the system shard, and the data shards
 * between the split points, each with a replica on every node. Nodes whose configurations differ have different
 * {@link #digest(ClusterConfig) digests} and do not talk to each other.
 */
final class Bootstrap {
  private static final long FIRST_EPOCH = 1;

  private Bootstrap() {}

  static ShardMap shards(ClusterConfig cluster) {
    SortedMap<ReplicaId, String> replicas = replicas(cluster);
    var shards = new ArrayList<ShardDescriptor>();
    shards.add(new ShardDescriptor(ShardDescriptor.SYSTEM, FIRST_EPOCH, FIRST_EPOCH, Keyspace.start(Keyspace.SYSTEM),
        Keyspace.start(Keyspace.DEFAULT), replicas));
    byte[] start = Keyspace.start(Keyspace.DEFAULT);
    int id = 1;
    for (byte[] split : cluster.splitKeys()) {
      byte[] border = Keyspace.stored(Keyspace.DEFAULT, split);
      shards.add(new ShardDescriptor(id++, FIRST_EPOCH, FIRST_EPOCH, start, border, replicas));
      start = border;
    }
    shards.add(new ShardDescriptor(id, FIRST_EPOCH, FIRST_EPOCH, start, Keyspace.start(Keyspace.DEFAULT + 1), replicas));
    return new ShardMap(FIRST_EPOCH, shards);
  }

  /** What a node begins with that was added to a cluster: its shards, as they were when their logs began. */
  static ShardMap joined(JoinAnswer answer, NodeTable table) {
    var founders = new TreeMap<ReplicaId, String>();
    for (NodeEntry node : table.nodes().headMap(table.founders() + 1).values()) {
      founders.put(new ReplicaId(node.id()), node.name());
    }
    var shards = new ArrayList<ShardDescriptor>();
    for (JoinAnswer.Shard shard : answer.getShardsList()) {
      shards.add(new ShardDescriptor(shard.getId(), shard.getRangeEpoch(), FIRST_EPOCH, shard.getStart().toByteArray(),
          shard.getEnd().toByteArray(), founders));
    }
    return new ShardMap(FIRST_EPOCH, shards);
  }

  /** Replica ids follow the names' order, so that the order in which a configuration lists its nodes does not matter. */
  private static SortedMap<ReplicaId, String> replicas(ClusterConfig cluster) {
    List<String> names = names(cluster);
    var replicas = new TreeMap<ReplicaId, String>();
    for (int i = 0; i < names.size(); i++) {
      replicas.put(new ReplicaId(i + 1), names.get(i));
    }
    return replicas;
  }

  private static List<String> names(ClusterConfig cluster) {
    return cluster.nodes().stream().map(ClusterNode::name).sorted().toList();
  }

  /** Two checksums over nodes and split points; addresses may differ from node to node and are left out. */
  static long digest(ClusterConfig cluster) {
    var text = new StringBuilder("nodes");
    names(cluster).forEach(name -> text.append('\0').append(name));
    text.append("\0splits");
    cluster.splitPoints().forEach(point -> text.append('\0').append(point));
    byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
    var crc = new CRC32();
    var crc32c = new CRC32C();
    crc.update(bytes);
    crc32c.update(bytes);
    return crc.getValue() << 32 | crc32c.getValue();
  }

  /** The other nodes and where their peers' ports are. */
  static SortedMap<String, HostPort> others(ClusterConfig cluster) {
    var others = new TreeMap<String, HostPort>();
    for (ClusterNode node : cluster.nodes()) {
      if (!node.name().equals(cluster.nodeName())) {
        others.put(node.name(), node.peer());
      }
    }
    return others;
  }
}
