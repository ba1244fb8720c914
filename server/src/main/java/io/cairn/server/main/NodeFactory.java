package io.cairn.server.main;

import io.cairn.platform.Clock;
import io.cairn.server.config.NodeConfig;
import io.cairn.server.metrics.NodeMeters;
import java.io.IOException;

/** Makes a node that stands on this machine's devices. */
@FunctionalInterface
public interface NodeFactory {

  /** Opens nothing yet: that is {@link NodeLifecycle#start()}. */
  NodeLifecycle create(NodeConfig config, NodeMeters meters, Clock clock) throws IOException;
}
