package io.cairn.server.node;

import io.cairn.protocol.transport.HostPort;
import io.cairn.raft.ReplicaId;
import io.cairn.server.command.EntryPayload;
import io.cairn.server.config.ClusterConfig;
import io.cairn.server.config.ClusterNode;
import io.cairn.server.frontend.FeatureLevels;
import io.cairn.server.members.NodeEntry;
import io.cairn.server.members.NodeTable;
import io.cairn.server.members.Standing;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Who the nodes are, as far as this one knows: shard 0's table once there is one, before that the configuration. What the
 * configuration says of a node's addresses goes over the table, so that who moves a node edits the files, as ever.
 *
 * <p>A node that has been away may be spoken to by nodes that came after what it knows. Such a stranger has an id that the table has not
 * given yet; it is answered at the address it names until the table knows it. Changed on the node's first loop, read anywhere.
 */
final class NodeBook {
  /** While a node was away, the others may have been replaced several times; what is remembered of strangers must not grow for ever. */
  static final int STRANGERS_MAX = 32;

  private record Stranger(long id, HostPort peer) {}

  private final ClusterConfig config;
  private final Map<String, Stranger> strangers = new ConcurrentSkipListMap<>();
  /** The feature level that each other node has shown. */
  private final Map<String, Integer> levels = new ConcurrentSkipListMap<>();
  private volatile SortedMap<ReplicaId, String> born;
  private volatile NodeTable table = NodeTable.NONE;

  /**
   * @param born the replicas that every shard began with, and their nodes; counts until there is a table. Empty on a node that was added
   *     and has not been told yet: its configuration may list the others, and would number them as the cluster does not
   */
  NodeBook(ClusterConfig config, SortedMap<ReplicaId, String> born) {
    this.config = config;
    this.born = born;
  }

  /** What the cluster of the data directory began with. */
  void bornWith(SortedMap<ReplicaId, String> replicas) {
    born = replicas;
  }

  /** Whether it is known who is who. Before that nobody can be told that he is not who he says. */
  boolean knowsItsCluster() {
    return table.isFounded() || !born.isEmpty();
  }

  /** Takes a table that is not older than the one here; whether it was. */
  boolean take(NodeTable next) {
    if (next.epoch() < table.epoch()) {
      return false;
    }
    table = next;
    strangers.values().removeIf(stranger -> stranger.id < next.nextId());
    return true;
  }

  NodeTable table() {
    return table;
  }

  String self() {
    return config.nodeName();
  }

  /** This node's id, 0 when it is not known. */
  long selfId() {
    for (Map.Entry<ReplicaId, String> replica : replicas().entrySet()) {
      if (replica.getValue().equals(self())) {
        return replica.getKey().value();
      }
    }
    return 0;
  }

  boolean isRemoved(String node) {
    NodeEntry entry = table.named(node);
    return entry != null && entry.standing() == Standing.REMOVED;
  }

  /** Whether the node is one of the cluster's, members and those that come. */
  boolean knows(String node) {
    return replicas().containsValue(node);
  }

  /** The id that the node must have; 0 when it is unknown. */
  long idOf(String node) {
    for (Map.Entry<ReplicaId, String> replica : replicas().entrySet()) {
      if (replica.getValue().equals(node)) {
        return replica.getKey().value();
      }
    }
    return 0;
  }

  /** Whether a node of that name and id may have been added after what this node knows. Of more than a few it is not believed. */
  boolean mayBeNewer(String node, long id) {
    return table.isFounded() && id >= table.nextId() && (strangers.containsKey(node) || strangers.size() < STRANGERS_MAX);
  }

  void meet(String node, long id, HostPort peer) {
    strangers.put(node, new Stranger(id, peer));
  }

  void shows(String node, int level) {
    levels.put(node, level);
  }

  /** Whether every other node has shown that it understands changes of members. */
  boolean allUnderstandMembers() {
    return born.values().stream().allMatch(node -> node.equals(self()) || levels.getOrDefault(node, 0) >= EntryPayload.MEMBERS_LEVEL);
  }

  /** Some other node that has not shown that it understands a feature level; null when all have. */
  FeatureLevels.Behind behind(int level) {
    for (String node : replicas().values()) {
      int shown = levels.getOrDefault(node, 0);
      if (!node.equals(self()) && shown < level) {
        return new FeatureLevels.Behind(node, shown);
      }
    }
    return null;
  }

  /** The feature level that this cluster asks of every node; 0 while any will do. */
  int level() {
    return table.isFounded() ? EntryPayload.MEMBERS_LEVEL : 0;
  }

  /** Which node a replica of that id lies on, in every shard. */
  SortedMap<ReplicaId, String> replicas() {
    NodeTable now = table;
    if (!now.isFounded()) {
      return born;
    }
    var replicas = new TreeMap<ReplicaId, String>();
    for (NodeEntry node : now.nodes().values()) {
      if (node.standing() != Standing.REMOVED) {
        replicas.put(new ReplicaId(node.id()), node.name());
      }
    }
    strangers.forEach((name, stranger) -> replicas.put(new ReplicaId(stranger.id), name));
    return replicas;
  }

  /** Those replicas that a client may be sent to. */
  SortedMap<ReplicaId, String> members() {
    NodeTable now = table;
    if (!now.isFounded()) {
      return born;
    }
    var replicas = new TreeMap<ReplicaId, String>();
    for (NodeEntry node : now.nodes().values()) {
      if (node.standing().isMember()) {
        replicas.put(new ReplicaId(node.id()), node.name());
      }
    }
    return replicas;
  }

  /** The other nodes and where their peers' ports are. */
  SortedMap<String, HostPort> others() {
    NodeTable now = table;
    if (!now.isFounded()) {
      return Bootstrap.others(config);
    }
    var others = new TreeMap<String, HostPort>();
    for (NodeEntry node : now.nodes().values()) {
      if (node.standing() != Standing.REMOVED && !node.name().equals(self())) {
        others.put(node.name(), configured(node).peer());
      }
    }
    strangers.forEach((name, stranger) -> others.put(name, stranger.peer));
    return others;
  }

  /** The members and their addresses, for clients. */
  List<ClusterNode> nodes() {
    NodeTable now = table;
    if (!now.isFounded()) {
      return config.nodes();
    }
    var nodes = new ArrayList<ClusterNode>();
    for (NodeEntry node : now.nodes().values()) {
      if (node.standing().isMember()) {
        nodes.add(configured(node));
      }
    }
    return nodes;
  }

  private ClusterNode configured(NodeEntry node) {
    for (ClusterNode known : config.nodes()) {
      if (known.name().equals(node.name())) {
        return known;
      }
    }
    return new ClusterNode(node.name(), node.peer(), node.client());
  }

  /** The table that the first leader writes down; empty when its configuration has no address of one of the nodes. */
  List<NodeEntry> founders() {
    var founders = new ArrayList<NodeEntry>();
    for (Map.Entry<ReplicaId, String> replica : born.entrySet()) {
      for (ClusterNode node : config.nodes()) {
        if (node.name().equals(replica.getValue())) {
          founders.add(new NodeEntry(replica.getKey().value(), node.name(), node.peer(), node.client(), Standing.VOTER,
              Optional.empty()));
        }
      }
    }
    return founders.size() == born.size() ? founders : List.of();
  }
}
