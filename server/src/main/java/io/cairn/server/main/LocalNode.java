package io.cairn.server.main;

import io.cairn.platform.Clock;
import io.cairn.server.config.NodeConfig;
import io.cairn.server.metrics.NodeMeters;

/** Builds the node on this machine's devices. */
final class LocalNode {
  private LocalNode() {}

  static NodeLifecycle create(NodeConfig config, NodeMeters meters, Clock clock) {
    throw new IllegalStateException("the node is not joined to the process yet: io.cairn.server.node.Node");
  }
}
