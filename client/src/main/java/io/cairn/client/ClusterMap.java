package io.cairn.client;

import java.util.List;
import java.util.Optional;

/**
 * Where keys live, as one node of the cluster told it.
 *
 * @param epoch grows with every change of nodes or shards
 * @param nodes in the order of the cluster's configuration
 * @param shards in order of their ids; the one with id 0 holds no user keys
 */
public record ClusterMap(String clusterId, long epoch, List<Node> nodes, List<Shard> shards) {

  public ClusterMap {
    nodes = List.copyOf(nodes);
    shards = List.copyOf(shards);
  }

  /** The shard that holds the key; empty only for a map that has holes, which no cluster gives out. */
  public Optional<Shard> shardOf(ByteSeq key) {
    return shards.stream().filter(shard -> shard.range().isPresent() && shard.range().get().contains(key)).findFirst();
  }

  /** A node, with the addresses where clients and other nodes find it. */
  public record Node(String name, String clientAddress, String peerAddress) {}

  /**
   * A shard.
   *
   * @param range of user keys; empty for the system shard
   * @param nodes those that hold a replica
   * @param leader as the node that was asked believes
   */
  public record Shard(int id, boolean system, Optional<KeyRange> range, List<String> nodes, Optional<String> leader) {

    public Shard {
      nodes = List.copyOf(nodes);
    }
  }
}
