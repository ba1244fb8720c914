package io.cairn.cli;

import io.cairn.client.ClusterMap;
import io.cairn.client.KvClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

@Command(name = "nodes", description = "Shows the nodes of the cluster and their addresses.",
    footer = {"", "Examples:", "  kvctl nodes", "  kvctl nodes -w json"})
final class NodesVerb implements Callable<Integer> {

  @ParentCommand private Kvctl root;

  @Override
  public Integer call() throws IOException {
    try (KvClient client = root.connect()) {
      ClusterMap map = client.clusterMap();
      if (root.format() == Format.json) {
        json(map);
      } else {
        List<List<String>> rows = new ArrayList<>();
        shown(map).forEach(node -> rows.add(List.of(node.name(), node.clientAddress(), node.peerAddress())));
        root.output().table(List.of("NODE", "CLIENTS", "PEERS"), rows);
      }
    }
    return ExitStatus.DONE;
  }

  /** All, or the one that --node names. */
  private List<ClusterMap.Node> shown(ClusterMap map) {
    List<ClusterMap.Node> shown =
        map.nodes().stream().filter(node -> root.node().isEmpty() || root.node().get().equals(node.name())).toList();
    if (shown.isEmpty()) {
      throw new BadInput("there is no node '" + root.node().orElse("") + "'; 'kvctl nodes' shows them all");
    }
    return shown;
  }

  private void json(ClusterMap map) throws IOException {
    root.output().json(json -> {
      json.writeStringProperty("clusterId", map.clusterId());
      json.writeArrayPropertyStart("nodes");
      for (ClusterMap.Node node : shown(map)) {
        json.writeStartObject();
        json.writeStringProperty("name", node.name());
        json.writeStringProperty("clientAddress", node.clientAddress());
        json.writeStringProperty("peerAddress", node.peerAddress());
        json.writeEndObject();
      }
      json.writeEndArray();
    });
  }
}
