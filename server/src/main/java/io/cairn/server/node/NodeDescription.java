package io.cairn.server.node;

import io.cairn.protocol.wire.NodeStatus;
import io.cairn.protocol.wire.ShardMap;
import io.cairn.server.config.ClusterNode;
import io.cairn.server.config.Limits;
import io.cairn.server.config.NodeConfig;
import io.cairn.storage.directory.Incarnation;
import io.cairn.storage.lease.LeaseLimits;
import java.lang.reflect.RecordComponent;
import java.util.List;

/** What a node says of itself that is not about its replicas. */
final class NodeDescription {

  private NodeDescription() {}

  /** Cluster id and nodes; the shards are added by whoever answers. */
  static ShardMap shardMap(NodeConfig config, List<ClusterNode> nodes) {
    ShardMap.Builder map = ShardMap.newBuilder().setClusterId(config.cluster().id());
    for (ClusterNode node : nodes) {
      map.addNodes(ShardMap.Node.newBuilder()
          .setName(node.name())
          .setClientAddress(node.client().toString())
          .setPeerAddress(node.peer().toString()));
    }
    return map.build();
  }

  /** What does not change while the node runs. */
  static NodeStatus status(NodeConfig config, ProcessFacts facts, Incarnation incarnation) {
    ClusterNode self = config.cluster().self();
    NodeStatus.Builder status = NodeStatus.newBuilder()
        .setName(self.name())
        .setVersion(facts.version())
        .setClusterId(config.cluster().id())
        .setClientAddress(self.client().toString())
        .setPeerAddress(self.peer().toString())
        .setAdminAddress(config.addresses().admin().toString())
        .setIncarnationHigh(incarnation.high())
        .setProcessId(facts.processId());
    for (RecordComponent limit : Limits.class.getRecordComponents()) {
      status.addLimits(NodeStatus.Limit.newBuilder().setName(limit.getName()).setValue(value(limit, config.limits())));
    }
    LeaseLimits.NAMED.forEach((name, value) -> status.addLimits(NodeStatus.Limit.newBuilder().setName(name).setValue(value)));
    return status.build();
  }

  private static long value(RecordComponent limit, Limits limits) {
    try {
      return (long) limit.getAccessor().invoke(limits);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("limit " + limit.getName() + " cannot be read", e);
    }
  }
}
