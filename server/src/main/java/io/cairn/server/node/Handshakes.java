package io.cairn.server.node;

import com.google.protobuf.ByteString;
import io.cairn.platform.EventLoop;
import io.cairn.protocol.link.Handshake;
import io.cairn.protocol.link.Judge;
import io.cairn.protocol.transport.HostPort;
import io.cairn.protocol.wire.HandshakeError;
import io.cairn.protocol.wire.HandshakeRefused;
import io.cairn.protocol.wire.Hello;
import io.cairn.protocol.wire.Role;
import io.cairn.protocol.wire.Welcome;
import io.cairn.server.command.EntryPayload;
import io.cairn.server.config.ClusterConfig;
import io.cairn.server.members.NodeEntry;
import io.cairn.storage.directory.Incarnation;
import io.cairn.storage.directory.NodeDirectory;
import java.nio.ByteBuffer;

/** Who this node says it is, and whom it lets in. */
final class Handshakes {
  private final ClusterConfig cluster;
  private final NodeDirectory directory;
  private final EventLoop directoryLoop;
  private final NodeBook book;
  private final Runnable met;
  private final String software;

  /**
   * @param directoryLoop where the data directory may be written to: it may block
   * @param met called when a node was let in that came after what the book knows; on any loop
   */
  Handshakes(ClusterConfig cluster, NodeDirectory directory, EventLoop directoryLoop, String version, NodeBook book, Runnable met) {
    this.cluster = cluster;
    this.directory = directory;
    this.directoryLoop = directoryLoop;
    this.book = book;
    this.met = met;
    this.software = "kvd " + version;
  }

  /** What this node says when it opens a connection to a peer. */
  Hello hello() {
    return helloOf().setNodeId(book.selfId()).build();
  }

  /** What it says while it knows nothing of the cluster that it was added to. */
  Hello joiningHello() {
    return helloOf().setJoining(true).build();
  }

  ByteString incarnation() {
    return bytes(directory.identity().incarnation());
  }

  private Hello.Builder helloOf() {
    return Handshake.hello(Role.PEER)
        .setClusterId(cluster.id())
        .setSoftware(software)
        .setNodeName(cluster.nodeName())
        .setIncarnation(bytes(directory.identity().incarnation()))
        .setBootstrapDigest(directory.identity().bootstrapDigest())
        .setFeatureLevel(EntryPayload.FEATURE_LEVEL)
        .setBootstrapped(directory.identity().bootstrapped())
        .setPeerAddress(cluster.self().peer().toString());
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
      if (refused == null) {
        refused = notJoined();
      }
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
      if (hello.getJoining()) {
        verdict.welcome(welcome().build()); // It may ask to join; what is to be remembered of it, shard 0 remembers.
      } else {
        directoryLoop.execute(() -> remember(hello, verdict));
      }
    };
  }

  /** Null once it is known here who is who, and that is written down. */
  private HandshakeRefused notJoined() {
    boolean joined = !cluster.joins() || directory.identity().bootstrapped();
    return joined && book.knowsItsCluster() ? null : Handshake.refused(HandshakeError.UNKNOWN_NODE,
        "node '" + cluster.nodeName() + "' has not joined its cluster yet; ask another one");
  }

  private HandshakeRefused refusal(Hello hello) {
    if (hello.getClusterId().isEmpty()) {
      return Handshake.refused(HandshakeError.CLUSTER_ID, "a node names the cluster it belongs to; this is '" + cluster.id() + "'");
    }
    HandshakeRefused other = Handshake.otherCluster(hello, cluster.id());
    if (other != null) {
      return other;
    }
    HandshakeRefused notJoined = notJoined();
    if (notJoined != null) {
      return notJoined;
    }
    if (hello.getFeatureLevel() < book.level()) {
      return Handshake.refused(HandshakeError.VERSION, "this cluster is at feature level " + book.level() + ", the node understands "
          + hello.getFeatureLevel() + "; start it with the version that it was stopped with, or a newer one");
    }
    HandshakeRefused stranger = stranger(hello);
    if (stranger != null) {
      return stranger;
    }
    if (!hello.getJoining() && hello.getBootstrapDigest() != directory.identity().bootstrapDigest()) {
      return Handshake.refused(HandshakeError.BOOTSTRAP, "this cluster was begun with other nodes or split points: cluster.nodes (names) and "
          + "cluster.split-points must be the same on every node at its first start");
    }
    if (hello.getIncarnation().size() != 16) {
      return Handshake.refused(HandshakeError.MALFORMED, "a node's incarnation has 16 bytes");
    }
    return null;
  }

  /** Null when the node is one of the cluster's, as far as this one can know. */
  private HandshakeRefused stranger(Hello hello) {
    String name = hello.getNodeName();
    if (name.equals(cluster.nodeName())) {
      return Handshake.refused(HandshakeError.UNKNOWN_NODE, "this node itself is named '" + name + "'");
    }
    if (book.isRemoved(name)) {
      return Handshake.refused(HandshakeError.REMOVED, "node '" + name + "' was removed from this cluster: stop it and delete its data "
          + "directory; to come back, the machine is added as a new node under a new name");
    }
    if (book.knows(name)) {
      long id = book.idOf(name);
      return hello.getNodeId() == 0 || hello.getNodeId() == id ? null : Handshake.refused(HandshakeError.INCARNATION,
          "node '" + name + "' has id " + id + " here, not " + hello.getNodeId());
    }
    if (!hello.getJoining() && book.mayBeNewer(name, hello.getNodeId()) && ClusterConfig.isNodeName(name) && isAddress(hello.getPeerAddress())) {
      return null;
    }
    return Handshake.refused(HandshakeError.UNKNOWN_NODE,
        "there is no node of that name in the cluster; its nodes are " + String.join(", ", book.replicas().values()));
  }

  private static boolean isAddress(String text) {
    try {
      return HostPort.parse(text).port() > 0;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private Incarnation known(String node) {
    NodeEntry entry = book.table().named(node);
    return entry != null && entry.incarnation().isPresent() ? entry.incarnation().get() : directory.identity().peers().get(node);
  }

  private void remember(Hello hello, Judge.Verdict verdict) {
    HandshakeRefused stranger = stranger(hello);
    if (stranger != null) {
      verdict.refuse(stranger); // Others have come, or what is known here has changed, since it was looked at first.
      return;
    }
    Incarnation incarnation = incarnation(hello.getIncarnation().asReadOnlyByteBuffer());
    Incarnation known = known(hello.getNodeName());
    if (known != null && !known.equals(incarnation)) {
      verdict.refuse(Handshake.refused(HandshakeError.INCARNATION, "node '" + hello.getNodeName()
          + "' is known here with another data directory (" + known + ", not " + incarnation + "): a node that lost its directory must not "
          + "come back under its old name, it has forgotten its votes; start it with its old directory, or replace the node"));
      return;
    }
    directory.rememberPeer(hello.getNodeName(), incarnation);
    if (!book.knows(hello.getNodeName())) {
      book.meet(hello.getNodeName(), hello.getNodeId(), HostPort.parse(hello.getPeerAddress()));
      met.run();
    }
    verdict.welcome(welcome().setIncarnation(bytes(directory.identity().incarnation())).setIncarnationKnown(true).build());
  }

  private static ByteString bytes(Incarnation incarnation) {
    return ByteString.copyFrom(
        ByteBuffer.allocate(16).putLong(incarnation.high()).putLong(incarnation.low()).flip());
  }

  private static Incarnation incarnation(ByteBuffer bytes) {
    return new Incarnation(bytes.getLong(), bytes.getLong());
  }
}
