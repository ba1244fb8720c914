package io.cairn.server.node;

import io.cairn.platform.EventLoop;
import io.cairn.protocol.link.Handshake;
import io.cairn.protocol.link.Judge;
import io.cairn.protocol.wire.HandshakeError;
import io.cairn.protocol.wire.HandshakeRefused;
import io.cairn.protocol.wire.Hello;
import io.cairn.protocol.wire.Role;
import io.cairn.protocol.wire.Welcome;
import io.cairn.server.command.EntryPayload;
import io.cairn.server.config.ClusterConfig;
import io.cairn.storage.directory.Incarnation;
import io.cairn.storage.directory.NodeDirectory;
import java.nio.ByteBuffer;

/** Who this node says it is, and whom it lets in. */
final class Handshakes {
  private final ClusterConfig cluster;
  private final NodeDirectory directory;
  private final EventLoop directoryLoop;
  private final String software;

  /** @param directoryLoop where the data directory may be written to: it may block */
  Handshakes(ClusterConfig cluster, NodeDirectory directory, EventLoop directoryLoop, String version) {
    this.cluster = cluster;
    this.directory = directory;
    this.directoryLoop = directoryLoop;
    this.software = "kvd " + version;
  }

  /** What this node says when it opens a connection to a peer. */
  Hello hello() {
    return Handshake.hello(Role.PEER)
        .setClusterId(cluster.id())
        .setSoftware(software)
        .setNodeName(cluster.nodeName())
        .setIncarnation(bytes(directory.identity().incarnation()))
        .setBootstrapDigest(directory.identity().bootstrapDigest())
        .setFeatureLevel(EntryPayload.FEATURE_LEVEL)
        .setBootstrapped(directory.identity().bootstrapped())
        .build();
  }

  private Welcome.Builder welcome() {
    return Welcome.newBuilder()
        .setClusterId(cluster.id())
        .setNodeName(cluster.nodeName())
        .setSoftware(software)
        .setFeatureLevel(EntryPayload.FEATURE_LEVEL);
  }

  Judge clients() {
    return (hello, remote, verdict) -> {
      HandshakeRefused refused = Handshake.otherCluster(hello, cluster.id());
      if (refused != null) {
        verdict.refuse(refused);
      } else {
        verdict.welcome(welcome().build());
      }
    };
  }

  /**
   * A peer is let in once its incarnation stands in this node's directory: from then on this node will know a node that comes
   * under the same name without its disk.
   */
  Judge peers() {
    return (hello, remote, verdict) -> {
      HandshakeRefused refused = refusal(hello);
      if (refused != null) {
        verdict.refuse(refused);
        return;
      }
      directoryLoop.execute(() -> remember(hello, verdict));
    };
  }

  private HandshakeRefused refusal(Hello hello) {
    if (hello.getClusterId().isEmpty()) {
      return Handshake.refused(HandshakeError.CLUSTER_ID, "a node names the cluster it belongs to; this is '" + cluster.id() + "'");
    }
    HandshakeRefused other = Handshake.otherCluster(hello, cluster.id());
    if (other != null) {
      return other;
    }
    boolean known = cluster.nodes().stream().anyMatch(node -> node.name().equals(hello.getNodeName()));
    if (!known || hello.getNodeName().equals(cluster.nodeName())) {
      return Handshake.refused(HandshakeError.UNKNOWN_NODE, known ? "this node itself is named '" + cluster.nodeName() + "'"
          : "there is no node of that name in the cluster; its nodes are "
              + String.join(", ", cluster.nodes().stream().map(node -> node.name()).toList()));
    }
    if (hello.getBootstrapDigest() != directory.identity().bootstrapDigest()) {
      return Handshake.refused(HandshakeError.BOOTSTRAP, "this cluster was begun with other nodes or split points: cluster.nodes (names) and "
          + "cluster.split-points must be the same on every node at its first start");
    }
    if (hello.getIncarnation().size() != 16) {
      return Handshake.refused(HandshakeError.MALFORMED, "a node's incarnation has 16 bytes");
    }
    return null;
  }

  private void remember(Hello hello, Judge.Verdict verdict) {
    Incarnation incarnation = incarnation(hello.getIncarnation().asReadOnlyByteBuffer());
    Incarnation known = directory.identity().peers().get(hello.getNodeName());
    if (known != null && !known.equals(incarnation)) {
      verdict.refuse(Handshake.refused(HandshakeError.INCARNATION, "node '" + hello.getNodeName()
          + "' is known here with another data directory (" + known + ", not " + incarnation + "): a node that lost its directory must not "
          + "come back under its old name, it has forgotten its votes; start it with its old directory, or replace the node"));
      return;
    }
    directory.rememberPeer(hello.getNodeName(), incarnation);
    verdict.welcome(welcome().setIncarnation(bytes(directory.identity().incarnation())).setIncarnationKnown(true).build());
  }

  private static com.google.protobuf.ByteString bytes(Incarnation incarnation) {
    return com.google.protobuf.ByteString.copyFrom(
        ByteBuffer.allocate(16).putLong(incarnation.high()).putLong(incarnation.low()).flip());
  }

  private static Incarnation incarnation(ByteBuffer bytes) {
    return new Incarnation(bytes.getLong(), bytes.getLong());
  }
}
