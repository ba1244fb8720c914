package io.cairn.server.config;

import io.cairn.protocol.transport.HostPort;

/** A node of the cluster as all others know it: where peers and where clients reach it. */
public record ClusterNode(String name, HostPort peer, HostPort client) {

  @Override
  public String toString() {
    return "{name: " + name + ", peer: " + peer + ", client: " + client + "}";
  }
}
