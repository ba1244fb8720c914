package io.cairn.server.config;

import io.cairn.protocol.transport.HostPort;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The cluster at its birth, and which of its nodes this one is.
 *
 * @param nodeName this node's name, one of those in {@code nodes}
 * @param id who belongs together: a node or client of another cluster is refused in the handshake
 * @param nodes every node, in the order of the file, which is the order of their numbers; the same list in every node's file
 * @param writtenSplits where data shards begin at bootstrap, as they are written, ascending as UTF-8 bytes; {@link #splitPoints()} is
 *     what counts of them. Read at bootstrap only
 * @param join peer addresses of nodes of the cluster that this node, which was added to it, is to join; empty when it is one of those
 *     that the cluster begins with
 */
public record ClusterConfig(String nodeName, String id, List<ClusterNode> nodes, List<String> writtenSplits, List<HostPort> join) {

  public ClusterConfig {
    nodes = nodes == null ? null : List.copyOf(nodes);
    join = List.copyOf(join);
    writtenSplits = List.copyOf(writtenSplits);
    List<String> splitPoints = writtenSplits.stream().map(ClusterConfig::cutBackToTag).toList();
    Mistakes mistakes = new Mistakes()
        .bound(ConfigKeys.NODE_NAME, nodeName)
        .bound(ConfigKeys.CLUSTER_ID, id)
        .bound(ConfigKeys.CLUSTER_NODES, nodes)
        .bound(ConfigKeys.CLUSTER_JOIN, join)
        .bound(ConfigKeys.SPLIT_POINTS, splitPoints);
    if (nodes != null) {
      checkNodes(nodes, mistakes);
      if (nodeName != null && !nodes.isEmpty()) {
        mistakes.claim(nodes.stream().anyMatch(node -> node.name().equals(nodeName)), ConfigKeys.NODE_NAME, nodeName,
            "must be one of the nodes in cluster.nodes: " + String.join(", ", nodes.stream().map(ClusterNode::name).toList()));
      }
    }
    checkSplitPoints(splitPoints, mistakes);
    mistakes.throwIfAny();
  }

  /** One of the nodes that a cluster begins with. */
  public ClusterConfig(String nodeName, String id, List<ClusterNode> nodes, List<String> splitPoints) {
    this(nodeName, id, nodes, splitPoints, List.of());
  }

  /** Whether this node was added to a cluster that runs, and is not of those that it begins with. */
  public boolean joins() {
    return !join.isEmpty();
  }

  /** This node's own entry in {@link #nodes}. */
  public ClusterNode self() {
    return node(nodeName);
  }

  public ClusterNode node(String name) {
    for (ClusterNode node : nodes) {
      if (node.name().equals(name)) {
        return node;
      }
    }
    throw new IllegalArgumentException("no node '" + name + "' in the cluster '" + id + "'");
  }

  /** Where data shards begin: each point as written, cut back to the end of its first <code>{tag}</code> ({@link HashTag}). */
  public List<String> splitPoints() {
    return writtenSplits.stream().map(ClusterConfig::cutBackToTag).toList();
  }

  /** What was cut back, a sentence for each. */
  public List<String> cutBack() {
    return writtenSplits.stream().filter(point -> !cutBackToTag(point).equals(point))
        .map(point -> "the split point '" + shortened(point) + "' is cut back to '" + shortened(cutBackToTag(point))
            + "': keys that are equal up to and including the '}' of their first '{...}' are never separated")
        .toList();
  }

  /** {@link #splitPoints()} as keys. */
  public List<byte[]> splitKeys() {
    return splitPoints().stream().map(point -> point.getBytes(StandardCharsets.UTF_8)).toList();
  }

  private static void checkNodes(List<ClusterNode> nodes, Mistakes mistakes) {
    Map<String, String> names = new LinkedHashMap<>();
    Map<HostPort, String> addresses = new LinkedHashMap<>();
    for (int i = 0; i < nodes.size(); i++) {
      ClusterNode node = nodes.get(i);
      String refusal = ConfigKeys.NODE_NAME.bound().refusal(node.name());
      mistakes.claim(refusal == null, ConfigKeys.CLUSTER_NODES, List.of(node), "the name " + refusal);
      mistakes.claim(names.put(node.name(), node.name()) == null, ConfigKeys.CLUSTER_NODES, List.of(node),
          "two nodes are named '" + node.name() + "'; each needs a name of its own");
      checkAddress(node, node.peer(), "peer", addresses, mistakes);
      checkAddress(node, node.client(), "client", addresses, mistakes);
    }
  }

  private static void checkAddress(
      ClusterNode node, HostPort address, String use, Map<HostPort, String> taken, Mistakes mistakes) {
    String mine = node.name() + "'s " + use;
    mistakes.claim(address.port() != 0, ConfigKeys.CLUSTER_NODES, List.of(node), mine + " address needs a port from 1 to 65535");
    mistakes.claim(!isWildcard(address.host()), ConfigKeys.CLUSTER_NODES, List.of(node),
        mine + " address " + address + " cannot be connected to; write the one others reach it by, and listen." + use + " for the rest");
    String other = taken.putIfAbsent(address, mine);
    mistakes.claim(other == null || address.port() == 0, ConfigKeys.CLUSTER_NODES, List.of(node),
        other + " address and " + mine + " address are both " + address + "; each needs one of its own");
  }

  /** Whether a node may be called so. */
  public static boolean isNodeName(String name) {
    return ConfigKeys.NODE_NAME.bound().refusal(name) == null;
  }

  /** Whether one can listen there, and nobody can connect. */
  public static boolean isWildcard(String host) {
    return host.equals("0.0.0.0") || host.equals("::") || host.equals("0:0:0:0:0:0:0:0");
  }

  private static void checkSplitPoints(List<String> points, Mistakes mistakes) {
    byte[] before = null;
    String beforeText = null;
    List<String> bad = new ArrayList<>();
    for (String point : points) {
      byte[] key = utf8(point);
      if (key == null) {
        bad.add("'" + point + "' is not well-formed Unicode");
        continue;
      }
      if (key.length == 0 || key.length > Limits.KEY_BYTES_MAX) {
        bad.add("'" + shortened(point) + "' must be a key of 1 to " + Limits.KEY_BYTES_MAX + " bytes");
      }
      if (before != null) {
        int order = Arrays.compareUnsigned(before, key);
        if (order == 0) {
          bad.add("'" + shortened(point) + "' stands there twice (a point is cut back to the end of its {tag})");
        } else if (order > 0) {
          bad.add("'" + shortened(point) + "' must stand before '" + shortened(beforeText) + "': they ascend as UTF-8 bytes");
        }
      }
      before = key;
      beforeText = point;
    }
    mistakes.claim(bad.isEmpty(), ConfigKeys.SPLIT_POINTS, points, String.join("; ", bad));
  }

  /** A point that is no well-formed text is left as it is, and refused. */
  private static String cutBackToTag(String point) {
    byte[] key = utf8(point);
    return key == null ? point : new String(HashTag.cutBack(key), StandardCharsets.UTF_8);
  }

  private static byte[] utf8(String text) {
    try {
      ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
      byte[] key = new byte[bytes.remaining()];
      bytes.get(key);
      return key;
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  private static String shortened(String text) {
    return text.length() <= 40 ? text : text.substring(0, 37) + "...";
  }
}
