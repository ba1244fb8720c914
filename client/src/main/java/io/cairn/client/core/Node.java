package io.cairn.client.core;

import io.cairn.protocol.transport.HostPort;
import java.util.function.BiFunction;

/** What a client knows of one address of the cluster. */
final class Node implements NodeLink.Watcher {

  final HostPort address;
  final NodeLink link;
  private final Cluster cluster;
  /** Empty until a map has named the node at this address. */
  String name = "";
  /** Whether the client, looking for any node, has come to this one: its link keeps trying by itself from then on. */
  boolean connectAsked;
  /** Until then others are asked first: it was silent, or its connection failed. */
  private long suspectUntilNanos;
  private boolean suspect;
  /** Why the last attempt to connect failed; empty while it has not. */
  String lastFailure = "";
  /** Whether it failed because the node did not want this client. */
  boolean unwelcome;

  Node(HostPort address, Cluster cluster, BiFunction<HostPort, NodeLink.Watcher, NodeLink> opener) {
    this.address = address;
    this.cluster = cluster;
    this.link = opener.apply(address, this);
  }

  boolean isSuspect(long nowNanos) {
    return suspect && nowNanos - suspectUntilNanos < 0;
  }

  void suspect(long untilNanos) {
    suspect = true;
    suspectUntilNanos = untilNanos;
  }

  void answered() {
    suspect = false;
  }

  @Override
  public void up(String nodeName) {
    if (name.isEmpty()) {
      name = nodeName;
    }
    lastFailure = "";
    unwelcome = false;
    suspect = false;
    cluster.nodeUp(this);
  }

  @Override
  public void down(String reason, boolean refused) {
    lastFailure = reason;
    unwelcome = refused;
    cluster.nodeDown(this);
  }

  @Override
  public String toString() {
    return name.isEmpty() ? address.toString() : name + " (" + address + ")";
  }
}
