package io.cairn.cli;

import io.cairn.client.ByteSeq;
import io.cairn.client.ClusterMap;
import io.cairn.client.KvClient;
import io.cairn.client.NodeStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import tools.jackson.core.JsonGenerator;

@Command(name = "shards", description = {
    "Shows each shard: its range, leader and term, and of each replica the commit and applied index.",
    "Shard 0 is the system's and holds no user keys."},
    footer = {"", "Examples:", "  kvctl shards", "  kvctl shards -w json", "  kvctl shards --hash --timeout 60s",
        "  kvctl shards --of users/ann users/bob"})
final class ShardsVerb implements Callable<Integer> {

  @ParentCommand private Kvctl root;

  @ArgGroup private Question question = new Question();

  /** At most one of the two. */
  static final class Question {
    @Option(names = "--hash", description = {
        "Compares what all replicas of each shard show at one revision. Status 0 when they agree, 1 when one differs,",
        "2 when not all could be asked."})
    boolean hash;

    @Option(names = "--of", arity = "1..*", paramLabel = "KEY", description = "Shows where these keys live, existing or not.")
    List<String> keys = List.of();
  }

  @Override
  public Integer call() throws IOException {
    try (KvClient client = root.connect()) {
      if (question.hash) {
        return new ShardHashes(root, client).compare();
      }
      Survey survey = Survey.of(client, root.node());
      if (!question.keys.isEmpty()) {
        places(survey);
      } else if (root.format() == Format.json) {
        json(survey);
      } else {
        table(survey);
      }
    }
    return ExitStatus.DONE;
  }

  private void table(Survey survey) throws IOException {
    List<List<String>> rows = new ArrayList<>();
    for (ClusterMap.Shard shard : survey.map().shards()) {
      Map<String, Optional<NodeStatus.Replica>> replicas = replicas(survey, shard);
      List<String> shown = new ArrayList<>();
      replicas.forEach((node, replica) ->
          shown.add(node + ":" + replica.map(r -> r.commit() + "/" + r.applied()).orElse("-")));
      rows.add(List.of(
          Integer.toString(shard.id()),
          shard.range().map(range -> "'" + Escaped.text(range.start()) + "'").orElse("system"),
          shard.range().flatMap(range -> range.end()).map(end -> "'" + Escaped.text(end) + "'").orElse("-"),
          leader(shard, replicas).orElse("-"),
          term(replicas).map(String::valueOf).orElse("-"),
          compacted(replicas).map(String::valueOf).orElse("-"),
          String.join(" ", shown)));
    }
    root.output().table(List.of("SHARD", "START", "END", "LEADER", "TERM", "COMPACTED", "COMMIT/APPLIED"), rows);
  }

  private void places(Survey survey) throws IOException {
    List<List<String>> rows = new ArrayList<>();
    for (String text : question.keys) {
      ByteSeq key = ByteSeq.utf8(text);
      ClusterMap.Shard shard = survey.map().shardOf(key).orElseThrow();
      rows.add(List.of(Escaped.text(key), Integer.toString(shard.id()), leader(shard, replicas(survey, shard)).orElse("-"),
          String.join(" ", shard.nodes())));
    }
    if (root.format() != Format.json) {
      root.output().table(List.of("KEY", "SHARD", "LEADER", "REPLICAS"), rows);
      return;
    }
    root.output().json(json -> {
      json.writeArrayPropertyStart("keys");
      for (int i = 0; i < rows.size(); i++) {
        ClusterMap.Shard shard = survey.map().shardOf(ByteSeq.utf8(question.keys.get(i))).orElseThrow();
        json.writeStartObject();
        Output.bytes(json, "key", ByteSeq.utf8(question.keys.get(i)));
        json.writeNumberProperty("shard", shard.id());
        leader(shard, replicas(survey, shard)).ifPresent(leader -> json.writeStringProperty("leader", leader));
        json.writeArrayPropertyStart("replicas");
        shard.nodes().forEach(json::writeString);
        json.writeEndArray();
        json.writeEndObject();
      }
      json.writeEndArray();
    });
  }

  private static Map<String, Optional<NodeStatus.Replica>> replicas(Survey survey, ClusterMap.Shard shard) {
    Map<String, Optional<NodeStatus.Replica>> replicas = new LinkedHashMap<>();
    for (String node : shard.nodes()) {
      replicas.put(node, survey.statuses().getOrDefault(node, Optional.empty()).flatMap(
          status -> status.replicas().stream().filter(replica -> replica.shard() == shard.id()).findFirst()));
    }
    return replicas;
  }

  /** Who says of itself that it leads, in the highest term; else whom the map names. */
  private static Optional<String> leader(ClusterMap.Shard shard, Map<String, Optional<NodeStatus.Replica>> replicas) {
    String leader = null;
    long term = -1;
    for (Map.Entry<String, Optional<NodeStatus.Replica>> entry : replicas.entrySet()) {
      NodeStatus.Replica replica = entry.getValue().orElse(null);
      if (replica != null && replica.role().equals("leader") && replica.term() > term) {
        leader = entry.getKey();
        term = replica.term();
      }
    }
    return leader == null ? shard.leader() : Optional.of(leader);
  }

  private static Optional<Long> term(Map<String, Optional<NodeStatus.Replica>> replicas) {
    return replicas.values().stream().flatMap(Optional::stream).map(NodeStatus.Replica::term).max(Long::compare);
  }

  /** The oldest revision that can be read, as of the replica that is ahead. */
  private static Optional<Long> compacted(Map<String, Optional<NodeStatus.Replica>> replicas) {
    return replicas.values().stream().flatMap(Optional::stream).map(NodeStatus.Replica::compacted).max(Long::compare);
  }

  private void json(Survey survey) throws IOException {
    root.output().json(json -> {
      json.writeStringProperty("clusterId", survey.map().clusterId());
      json.writeNumberProperty("epoch", survey.map().epoch());
      json.writeArrayPropertyStart("shards");
      for (ClusterMap.Shard shard : survey.map().shards()) {
        Map<String, Optional<NodeStatus.Replica>> replicas = replicas(survey, shard);
        json.writeStartObject();
        json.writeNumberProperty("id", shard.id());
        json.writeBooleanProperty("system", shard.system());
        shard.range().ifPresent(range -> {
          Output.bytes(json, "start", range.start());
          range.end().ifPresent(end -> Output.bytes(json, "end", end));
        });
        leader(shard, replicas).ifPresent(leader -> json.writeStringProperty("leader", leader));
        json.writeArrayPropertyStart("replicas");
        replicas.forEach((node, replica) -> replicaOrUnreachable(json, node, replica));
        json.writeEndArray();
        json.writeEndObject();
      }
      json.writeEndArray();
    });
  }

  private static void replicaOrUnreachable(JsonGenerator json, String node, Optional<NodeStatus.Replica> replica) {
    if (replica.isPresent()) {
      replica(json, node, replica.get());
    } else {
      json.writeStartObject();
      json.writeStringProperty("node", node);
      json.writeBooleanProperty("reachable", false);
      json.writeEndObject();
    }
  }

  static void replica(JsonGenerator json, String node, NodeStatus.Replica replica) {
    json.writeStartObject();
    json.writeStringProperty("node", node);
    json.writeBooleanProperty("reachable", true);
    json.writeNumberProperty("shard", replica.shard());
    json.writeNumberProperty("replica", replica.replica());
    json.writeStringProperty("role", replica.role());
    json.writeNumberProperty("term", replica.term());
    json.writeNumberProperty("first", replica.first());
    json.writeNumberProperty("last", replica.last());
    json.writeNumberProperty("persisted", replica.persisted());
    json.writeNumberProperty("commit", replica.commit());
    json.writeNumberProperty("applied", replica.applied());
    json.writeNumberProperty("revision", replica.revision());
    json.writeNumberProperty("clients", replica.clients());
    json.writeNumberProperty("compacted", replica.compacted());
    json.writeEndObject();
  }
}
