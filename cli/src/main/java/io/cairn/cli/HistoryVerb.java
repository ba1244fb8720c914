package io.cairn.cli;

import io.cairn.client.ByteSeq;
import io.cairn.client.ClusterHistory;
import io.cairn.client.KeyEvent;
import io.cairn.client.KeyHistory;
import io.cairn.client.KeyHistoryOptions;
import io.cairn.client.KvClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import tools.jackson.core.JsonGenerator;

@Command(name = "history", description = {
    "Shows what became of a key, newest first, as far as history is kept; without a key, how much is kept.",
    "Status 1 when nothing is known of the key."},
    footer = {"", "Examples:", "  kvctl history greeting", "  kvctl history greeting --limit 5 -w json",
        "  kvctl history greeting --from 100 --to 200", "  kvctl history"})
final class HistoryVerb implements Callable<Integer> {
  private static final String USUAL_LIMIT = "100";

  @ParentCommand private Kvctl root;

  @Parameters(index = "0", paramLabel = "KEY", arity = "0..1", description = "The key; without it, how much history the cluster keeps.")
  private String key;

  @Option(names = "--limit", paramLabel = "N", defaultValue = USUAL_LIMIT, description = "At most N changes, 1 to 100000. Default: " + USUAL_LIMIT)
  private int limit;

  @Option(names = "--from", paramLabel = "R", defaultValue = "0", description = "None below revision R; 0, the default, is no bound.")
  private long from;

  @Option(names = "--to", paramLabel = "R", defaultValue = "0", description = "None above revision R; 0, the default, is no bound.")
  private long to;

  @Override
  public Integer call() throws IOException {
    root.refuseNode();
    KeyHistoryOptions options;
    try {
      options = KeyHistoryOptions.DEFAULT.withLimit(limit).withTo(to).withFrom(from);
    } catch (IllegalArgumentException e) {
      throw new BadInput(e.getMessage());
    }
    try (KvClient client = root.connect()) {
      if (key == null) {
        kept(client.history());
        return ExitStatus.DONE;
      }
      KeyHistory history = client.history(ByteSeq.utf8(key), options);
      if (root.format() == Format.json) {
        json(history);
      } else {
        table(history);
      }
      return history.events().isEmpty() ? root.noSuchKey(key) : ExitStatus.DONE;
    }
  }

  private void table(KeyHistory history) throws IOException {
    if (!history.events().isEmpty()) {
      List<List<String>> rows = new ArrayList<>();
      for (KeyEvent event : history.events()) {
        rows.add(List.of(Long.toString(event.revision()), event.isDelete() ? "delete" : "put",
            event.put().map(put -> Long.toString(put.version())).orElse("-"),
            event.put().map(put -> put.lease() == 0 ? "-" : Long.toHexString(put.lease())).orElse("-"),
            event.clientId().substring(0, 8), event.put().map(put -> Escaped.text(put.value())).orElse("")));
      }
      root.output().table(List.of("REVISION", "CHANGE", "VERSION", "LEASE", "CLIENT", "VALUE"), rows);
    }
    if (history.more()) {
      root.say("there is more; go on with --to " + (history.events().getLast().revision() - 1));
    } else if (history.cut()) {
      root.say("what came before revision " + history.compacted() + " is compacted");
    }
  }

  private void json(KeyHistory history) throws IOException {
    root.output().json(json -> {
      json.writeNumberProperty("revision", history.revision());
      json.writeNumberProperty("compacted", history.compacted());
      json.writeBooleanProperty("more", history.more());
      json.writeBooleanProperty("cut", history.cut());
      json.writeArrayPropertyStart("events");
      history.events().forEach(event -> event(json, event));
      json.writeEndArray();
    });
  }

  private static void event(JsonGenerator json, KeyEvent event) {
    json.writeStartObject();
    json.writeNumberProperty("revision", event.revision());
    json.writeStringProperty("type", event.isDelete() ? "delete" : "put");
    event.put().ifPresent(put -> {
      Output.bytes(json, "value", put.value());
      json.writeNumberProperty("createRevision", put.createRevision());
      json.writeNumberProperty("version", put.version());
      json.writeNumberProperty("lease", put.lease());
    });
    json.writeStringProperty("clientId", event.clientId());
    json.writeNumberProperty("sequence", event.sequence());
    json.writeEndObject();
  }

  private void kept(ClusterHistory history) throws IOException {
    if (root.format() == Format.json) {
      root.output().json(json -> {
        json.writeNumberProperty("wanted", history.wanted());
        json.writeNumberProperty("keepAgeMillis", history.keepAge().toMillis());
        json.writeNumberProperty("keepEvents", history.keepEvents());
        json.writeArrayPropertyStart("shards");
        history.shards().forEach(shard -> {
          json.writeStartObject();
          json.writeNumberProperty("id", shard.id());
          json.writeNumberProperty("compacted", shard.compacted());
          json.writeEndObject();
        });
        json.writeEndArray();
      });
      return;
    }
    root.output().line("kept: " + (history.keepAge().isZero() ? "whatever its age" : "while younger than " + history.keepAge().toMillis() / 1_000
        + " s") + ", " + (history.keepEvents() == 0 ? "however many changes" : "the last " + history.keepEvents() + " changes of each shard"));
    root.output().line("asked for by hand: " + (history.wanted() == 0 ? "nothing" : "compaction to " + history.wanted()));
    List<List<String>> rows = history.shards().stream()
        .map(shard -> List.of(Integer.toString(shard.id()), Long.toString(shard.compacted()))).toList();
    root.output().table(List.of("SHARD", "COMPACTED"), rows);
  }
}
