package io.cairn.cli;

import io.cairn.client.ClusterMap;
import io.cairn.client.KeyRange;
import io.cairn.client.KvClient;
import io.cairn.client.KvException;
import io.cairn.client.RangeOptions;
import io.cairn.client.ReplicaHash;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import tools.jackson.core.JsonGenerator;

/**
 * Compares the replicas of every data shard by the hash of what each shows at one revision. Writes may go on meanwhile: what is
 * above the revision is in no hash.
 */
final class ShardHashes {

  /** What one node said of its replica: a hash, or why there is none. */
  private record Said(int shard, String node, ReplicaHash hash, String why) {}

  private final Kvctl root;
  private final KvClient client;

  ShardHashes(Kvctl root, KvClient client) {
    this.root = root;
    this.client = client;
  }

  /** Shows all hashes; the status says whether they agree. */
  int compare() throws IOException {
    ClusterMap map = Survey.mapWith(client, root.node());
    // A range over all shards is shown at a revision from the oracle: every write that was acknowledged before is below it.
    long revision = client.range(KeyRange.all(), RangeOptions.DEFAULT.withLimit(1).withKeysOnly()).revision();
    Map<Integer, List<Said>> shards = new LinkedHashMap<>();
    for (ClusterMap.Shard shard : map.shards()) {
      if (!shard.system()) {
        shards.put(shard.id(), ask(shard, revision));
      }
    }
    show(shards, revision);
    return verdict(shards, revision);
  }

  /** All replicas of a shard at once: each node reads for itself. */
  private List<Said> ask(ClusterMap.Shard shard, long revision) {
    Map<String, CompletableFuture<ReplicaHash>> asked = new LinkedHashMap<>();
    for (String node : shard.nodes()) {
      if (root.node().isEmpty() || root.node().get().equals(node)) {
        asked.put(node, client.async().replicaHash(node, shard.id(), revision).toCompletableFuture());
      }
    }
    List<Said> said = new ArrayList<>();
    asked.forEach((node, hash) -> said.add(said(shard.id(), node, hash)));
    return said;
  }

  private static Said said(int shard, String node, CompletableFuture<ReplicaHash> hash) {
    try {
      return new Said(shard, node, hash.join(), "");
    } catch (CompletionException e) {
      if (e.getCause() instanceof KvException why) {
        return new Said(shard, node, null, why.getMessage());
      }
      throw e;
    }
  }

  private void show(Map<Integer, List<Said>> shards, long revision) throws IOException {
    if (root.format() == Format.json) {
      root.output().json(json -> {
        json.writeNumberProperty("revision", revision);
        json.writeArrayPropertyStart("replicas");
        shards.values().forEach(said -> said.forEach(each -> json(json, each)));
        json.writeEndArray();
      });
      return;
    }
    List<List<String>> rows = new ArrayList<>();
    shards.values().forEach(said -> said.forEach(each -> rows.add(each.hash() == null
        ? List.of(Integer.toString(each.shard()), each.node(), "-", "-", "-")
        : List.of(Integer.toString(each.shard()), each.node(), hex(each.hash()), Long.toString(each.hash().keys()),
            Long.toString(revision)))));
    root.output().table(List.of("SHARD", "NODE", "HASH", "KEYS", "REVISION"), rows);
  }

  private static void json(JsonGenerator json, Said said) {
    json.writeStartObject();
    json.writeNumberProperty("shard", said.shard());
    json.writeStringProperty("node", said.node());
    if (said.hash() == null) {
      json.writeStringProperty("error", said.why());
    } else {
      json.writeStringProperty("hash", hex(said.hash()));
      json.writeNumberProperty("keys", said.hash().keys());
      json.writeNumberProperty("bytes", said.hash().bytes());
      json.writeNumberProperty("compacted", said.hash().compacted());
    }
    json.writeEndObject();
  }

  private static String hex(ReplicaHash hash) {
    return String.format("%016x", hash.hash());
  }

  private int verdict(Map<Integer, List<Said>> shards, long revision) {
    List<String> differing = new ArrayList<>();
    List<String> unasked = new ArrayList<>();
    shards.forEach((shard, said) -> {
      Map<Long, Map<String, List<String>>> byCompaction = new LinkedHashMap<>();
      for (Said each : said) {
        if (each.hash() == null) {
          unasked.add("shard " + shard + " on " + each.node() + " (" + each.why() + ")");
        } else {
          byCompaction.computeIfAbsent(each.hash().compacted(), c -> new LinkedHashMap<>())
              .computeIfAbsent(hex(each.hash()), h -> new ArrayList<>()).add(each.node());
        }
      }
      byCompaction.values().stream().filter(groups -> groups.size() > 1).forEach(groups -> differing.add("shard " + shard + ": "
          + String.join(", ", groups.entrySet().stream().map(group -> group.getKey() + " on " + String.join(" ", group.getValue())).toList())));
      if (byCompaction.size() > 1) {
        unasked.add("shard " + shard + ": its replicas are compacted differently far, ask again");
      }
    });
    if (!differing.isEmpty()) {
      return root.notMet("replicas differ at revision " + revision + ": " + String.join("; ", differing));
    }
    return unasked.isEmpty() ? ExitStatus.DONE : root.refused("not all replicas were compared: " + String.join("; ", unasked));
  }
}
