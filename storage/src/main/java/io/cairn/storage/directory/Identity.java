package io.cairn.storage.directory;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Whose a data directory is.
 *
 * @param format version of the directory's layout
 * @param bootstrapDigest stands for the configuration the cluster was begun with, so that nodes that were told different
 *     beginnings find out before they talk
 * @param bootstrapped whether the first state of the shards was written here, durably: it is written once
 * @param peers by node name, the incarnation each other node had when it was first met
 * @param nodeId which the cluster gave a node that was added to it; 0 for one that the cluster began with
 * @param removed whether the node was taken out of the cluster: a tombstone for all replicas that lie here
 */
public record Identity(int format, String clusterId, String nodeName, Incarnation incarnation, long bootstrapDigest,
    boolean bootstrapped, SortedMap<String, Incarnation> peers, long nodeId, boolean removed) {

  public Identity {
    requireName("cluster id", clusterId);
    requireName("node name", nodeName);
    for (String peer : peers.keySet()) {
      requireName("name of a peer", peer);
    }
    peers = Collections.unmodifiableSortedMap(new TreeMap<>(peers));
  }

  Identity withBootstrapped() {
    return new Identity(format, clusterId, nodeName, incarnation, bootstrapDigest, true, peers, nodeId, removed);
  }

  Identity withPeer(String name, Incarnation peer) {
    SortedMap<String, Incarnation> more = new TreeMap<>(peers);
    more.put(name, peer);
    return new Identity(format, clusterId, nodeName, incarnation, bootstrapDigest, bootstrapped, more, nodeId, removed);
  }

  Identity withJoined(long id, long digest) {
    return new Identity(format, clusterId, nodeName, incarnation, digest, true, peers, id, removed);
  }

  Identity withRemoved() {
    return new Identity(format, clusterId, nodeName, incarnation, bootstrapDigest, bootstrapped, peers, nodeId, true);
  }

  private static void requireName(String what, String name) {
    boolean plain = !name.isEmpty() && name.length() <= 255
        && name.chars().noneMatch(c -> c == '=' || Character.isISOControl(c) || Character.isWhitespace(c));
    if (!plain) {
      throw new IllegalArgumentException("a " + what + " has 1 to 255 characters without blanks and '=', was '" + name + "'");
    }
  }
}
