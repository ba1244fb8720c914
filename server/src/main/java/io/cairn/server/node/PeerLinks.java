package io.cairn.server.node;

import io.cairn.protocol.wire.HandshakeError;
import io.cairn.protocol.wire.HandshakeRefused;
import io.cairn.protocol.wire.NodeStatus;
import io.cairn.protocol.wire.Welcome;
import io.cairn.server.outcome.FailStop;
import io.cairn.server.peer.Peers;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.Replicas;
import io.cairn.storage.StorageFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the links to the other nodes report, and what follows from it. On the node's first loop. */
final class PeerLinks implements Peers.Listener {
  private static final Logger log = LoggerFactory.getLogger(PeerLinks.class);

  private final Replicas replicas;
  private final FirstStart firstStart;
  private final FailStop failStop;
  private final NodeBook book;
  private final Consumer<String> removed;
  private final Map<String, Boolean> connected = new ConcurrentSkipListMap<>();
  private final Map<String, String> lastRefusal = new ConcurrentSkipListMap<>();

  /** @param removed hears that this node was taken out of the cluster, and from whom */
  PeerLinks(Replicas replicas, FirstStart firstStart, FailStop failStop, NodeBook book, Consumer<String> removed) {
    this.replicas = replicas;
    this.firstStart = firstStart;
    this.failStop = failStop;
    this.book = book;
    this.removed = removed;
  }

  void check() {
    firstStart.check();
    if (!firstStart.begun()) {
      log.info("waits for {} other nodes before it takes part: the first start with a new data directory needs them, once",
          firstStart.missing());
    }
  }

  @Override
  public void connected(String node, Welcome welcome) {
    connected.put(node, true);
    lastRefusal.remove(node);
    book.shows(node, welcome.getFeatureLevel());
    log.info("connected to a peer; node={} software=\"{}\"", node, welcome.getSoftware());
    // Another node may have been given the address of one that is gone: it cannot know what that one knew (MB-08).
    if (welcome.getIncarnationKnown() && welcome.getNodeName().equals(node)) {
      firstStart.welcomedBy(node);
    }
  }

  @Override
  public void refused(String node, HandshakeRefused refusal) {
    if (refusal.getError() == HandshakeError.INCARNATION) {
      failStop.broken("taking part under this name", new StorageFailure(StorageFailure.Kind.WRONG_DIRECTORY, refusal.getMessage()));
      return;
    }
    if (refusal.getError() == HandshakeError.REMOVED) {
      removed.accept(node + " says so");
      return;
    }
    String before = lastRefusal.put(node, refusal.getMessage());
    if (!refusal.getMessage().equals(before)) {
      log.warn("refused by a peer, tries again; node={} error={} reason=\"{}\"", node, refusal.getError(), refusal.getMessage());
    }
  }

  @Override
  public void lost(String node) {
    if (Boolean.TRUE.equals(connected.put(node, false))) {
      log.info("lost the link to a peer, tries again; node={}", node);
    }
    for (Replica replica : replicas.all()) {
      replica.loop().run(() -> replica.connectionLost(replica.descriptor().replicaOf(node)));
    }
  }

  @Override
  public void dropped(String node) {
    for (Replica replica : replicas.all()) {
      replica.loop().run(() -> replica.messagesLost(replica.descriptor().replicaOf(node)));
    }
  }

  List<NodeStatus.PeerLink> status() {
    var links = new ArrayList<NodeStatus.PeerLink>();
    connected.keySet().retainAll(book.others().keySet());
    connected.forEach((node, up) -> links.add(NodeStatus.PeerLink.newBuilder().setNode(node).setConnected(up).build()));
    return links;
  }
}
