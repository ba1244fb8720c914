package io.cairn.cli;

import io.cairn.client.ClusterMap;
import io.cairn.client.KvClient;
import io.cairn.client.KvException;
import io.cairn.client.NodeStatus;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The map, and what every node says of itself.
 *
 * @param statuses by name, in the map's order; empty for a node that cannot be reached
 */
record Survey(ClusterMap map, Map<String, Optional<NodeStatus>> statuses) {

  /** Asks all nodes at once, or only the one that is named. */
  static Survey of(KvClient client, Optional<String> only) {
    ClusterMap map = mapWith(client, only);
    Map<String, CompletableFuture<NodeStatus>> asked = new LinkedHashMap<>();
    for (ClusterMap.Node node : map.nodes()) {
      if (only.isEmpty() || only.get().equals(node.name())) {
        asked.put(node.name(), client.async().status(node.name()).toCompletableFuture());
      }
    }
    Map<String, Optional<NodeStatus>> statuses = new LinkedHashMap<>();
    asked.forEach((name, status) -> statuses.put(name, reached(status)));
    return new Survey(map, statuses);
  }

  /** The map; a node that is named must be in it. */
  static ClusterMap mapWith(KvClient client, Optional<String> only) {
    ClusterMap map = client.clusterMap();
    if (only.isPresent() && map.nodes().stream().noneMatch(node -> node.name().equals(only.get()))) {
      throw new RefusedException(RefusedCode.NO_SUCH_NODE, "There is no node '" + only.get() + "'; there are "
          + String.join(", ", map.nodes().stream().map(ClusterMap.Node::name).toList()));
    }
    return map;
  }

  private static Optional<NodeStatus> reached(CompletableFuture<NodeStatus> status) {
    try {
      return Optional.of(status.join());
    } catch (CompletionException e) {
      if (e.getCause() instanceof KvException) {
        return Optional.empty();
      }
      throw e;
    }
  }
}
