package io.cairn.simulator.cluster;

import io.cairn.simulator.disk.DiskSettings;
import io.cairn.simulator.engine.SimEngineSettings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a simulated cluster is made of.
 *
 * @param nodes how many
 * @param splitPoints where data shards begin besides the first
 * @param netLoops loops for connections and replicas of each node
 * @param config keys of the server's configuration and their values, as in a file, for all nodes; over the defaults that are fit for
 *     a simulation (small segments)
 */
public record ClusterSettings(
    int nodes, List<String> splitPoints, int netLoops, DiskSettings disk, SimEngineSettings engines, Map<String, String> config) {

  public ClusterSettings {
    splitPoints = List.copyOf(splitPoints);
    config = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(config));
  }

  /** Three nodes, one data shard. */
  public static ClusterSettings threeNodes() {
    return new ClusterSettings(3, List.of(), 1, DiskSettings.NVME, SimEngineSettings.ROCKSDB, new LinkedHashMap<>());
  }

  public ClusterSettings withSplitPoints(String... points) {
    return new ClusterSettings(nodes, List.of(points), netLoops, disk, engines, config);
  }

  public ClusterSettings withNodes(int count) {
    return new ClusterSettings(count, splitPoints, netLoops, disk, engines, config);
  }

  public ClusterSettings withNetLoops(int count) {
    return new ClusterSettings(nodes, splitPoints, count, disk, engines, config);
  }

  public ClusterSettings withDisk(DiskSettings changed) {
    return new ClusterSettings(nodes, splitPoints, netLoops, changed, engines, config);
  }

  public ClusterSettings withEngines(SimEngineSettings changed) {
    return new ClusterSettings(nodes, splitPoints, netLoops, disk, changed, config);
  }

  /** One key of the server's configuration, such as {@code raft.election-timeout}. */
  public ClusterSettings with(String key, String value) {
    Map<String, String> changed = new LinkedHashMap<>(config);
    changed.put(key, value);
    return new ClusterSettings(nodes, splitPoints, netLoops, disk, engines, changed);
  }
}
