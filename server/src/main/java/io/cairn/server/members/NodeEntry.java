package io.cairn.server.members;

import io.cairn.protocol.transport.HostPort;
import io.cairn.storage.directory.Incarnation;
import java.util.Optional;

/**
 * One node, as the system shard knows it.
 *
 * @param id also the id of its replica in every shard; given once, never again
 * @param name given once, never again: whoever comes under it later is refused
 * @param peer where other nodes connect
 * @param client where clients connect
 * @param incarnation the data directory that joined under this entry; empty for those the cluster began with, which the other nodes
 *     keep in their own directories, and until a node has joined
 */
public record NodeEntry(long id, String name, HostPort peer, HostPort client, Standing standing, Optional<Incarnation> incarnation) {

  boolean listensOn(HostPort address) {
    return peer.equals(address) || client.equals(address);
  }

  NodeEntry with(Standing other) {
    return new NodeEntry(id, name, peer, client, other, incarnation);
  }

  NodeEntry with(Incarnation joined) {
    return new NodeEntry(id, name, peer, client, standing, Optional.of(joined));
  }
}
