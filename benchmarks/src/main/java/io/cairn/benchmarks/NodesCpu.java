package io.cairn.benchmarks;

import io.cairn.client.ClusterMap;
import io.cairn.client.KvClient;
import io.cairn.client.KvException;
import io.cairn.client.NodeStatus;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Processor time of the nodes' processes at one moment. A node that cannot be reached, or that was started anew in between, has no
 * difference: it is left out, and said so, since a run may be about just that.
 */
record NodesCpu(Map<String, NodeStatus> nodes) {

  static NodesCpu now(KvClient client) {
    var nodes = new LinkedHashMap<String, NodeStatus>();
    for (ClusterMap.Node node : client.clusterMap().nodes()) {
      try {
        nodes.put(node.name(), client.status(node.name()));
      } catch (KvException unreachable) {
        System.err.println("bench: the processor time of " + node.name() + " is not counted: " + unreachable.getMessage());
      }
    }
    return new NodesCpu(nodes);
  }

  /** Microseconds that the processes of then have used since, summed. */
  long microsSince(KvClient client) {
    long sum = 0;
    for (Map.Entry<String, NodeStatus> now : now(client).nodes.entrySet()) {
      NodeStatus then = nodes.get(now.getKey());
      if (then != null && then.processId() == now.getValue().processId()) {
        sum += now.getValue().cpu().minus(then.cpu()).toNanos() / 1_000;
      }
    }
    return sum;
  }
}
