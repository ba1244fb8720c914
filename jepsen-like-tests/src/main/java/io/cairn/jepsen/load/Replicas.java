package io.cairn.jepsen.load;

import io.cairn.client.KeyRange;
import io.cairn.client.KvClient;
import io.cairn.client.RangeOptions;
import java.util.ArrayList;
import java.util.List;

/** Every replica of a cluster held against what was said of writes, and against the others. */
public final class Replicas {

  private Replicas() {}

  /** Of the whole cluster, now: every write that was acknowledged before is at or below it. A get's would be that of its shard. */
  public static long revision(KvClient client) {
    return client.range(KeyRange.prefix(""), RangeOptions.DEFAULT.withCountOnly()).revision();
  }

  /**
   * Scans every node at one revision; no write may be under way that is not in {@code writes}.
   *
   * @param before the cluster's revision before the writes
   * @return what must not be; empty when nothing was lost, invented or different among replicas
   */
  public static List<String> violations(KvClient client, List<String> nodes, Writes writes, long before) {
    var check = new ReplicaCheck(writes, before);
    long revision = revision(client);
    List<String> hashes = new ArrayList<>();
    for (String node : nodes) {
      hashes.add(check.check(node, client.scan(KeyRange.prefix(""), RangeOptions.DEFAULT.withNode(node).withRevision(revision))));
    }
    List<String> violations = new ArrayList<>(check.violations());
    if (hashes.stream().distinct().count() > 1) {
      violations.add("the replicas differ at revision " + revision + ": " + hashes);
    }
    return violations;
  }
}
