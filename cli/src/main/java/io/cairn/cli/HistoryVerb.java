package io.cairn.cli;

import io.cairn.client.ByteSeq;
import io.cairn.client.ClusterHistory;
import io.cairn.client.KeyEvent;
import io.cairn.client.KeyHistory;
import io.cairn.client.KeyHistoryOptions;
import io.cairn.client.KeyRange;
import io.cairn.client.KvClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import tools.jackson.core.JsonGenerator;

@Command(name = "history", description = {
    "Shows what became of a key, newest first, as far as history is kept; without a key, how much is kept.",
    "Status 1 when nothing is known of the key."},
    footer = {"", "Examples:", "  kvctl history greeting", "  kvctl history greeting --limit 5 -w json",
        "  kvctl history greeting --from 100 --to 200", "  kvctl history", "  kvctl history off heartbeats/", "  kvctl history on heartbeats/"})
final class HistoryVerb implements Callable<Integer> {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final long LOOK_NANOS = 20_000_000;
  private static final String USUAL_LIMIT = "100";

  @ParentCommand private Kvctl root;

  @Parameters(index = "0", paramLabel = "KEY|off|on", arity = "0..1",
      description = "The key; without it, how much history the cluster keeps. With a prefix behind it, off or on.")
  private String key;

  @Parameters(index = "1", paramLabel = "PREFIX", arity = "0..1", description = {
      "off: of keys that begin with it no history is kept: the past cannot be read or watched from, and takes no space.",
      "on: it is kept again from then on."})
  private String prefix;

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
    if (prefix != null) {
      return keep();
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

  private int keep() throws IOException {
    if (!key.equals("off") && !key.equals("on")) {
      throw new BadInput("'" + key + "' before a prefix is neither off nor on (one word alone is a key)");
    }
    boolean keeps = key.equals("on");
    ByteSeq of = ByteSeq.utf8(prefix);
    long until = System.nanoTime() + root.timeoutOr(TIMEOUT).toNanos();
    try (KvClient client = root.connect()) {
      KeyRange range = KeyRange.prefix(prefix);
      int meets = (int) client.clusterMap().shards().stream().flatMap(shard -> shard.range().stream()).filter(each -> meet(each, range)).count();
      ClusterHistory history = client.keepHistory(of, keeps);
      boolean absorbed = !keeps && !history.off().contains(of);
      while (!absorbed && !history.isEverywhere(of, keeps, meets)) {
        if (System.nanoTime() - until >= 0) {
          return root.late("it is committed, and not every shard is there yet; they follow by themselves, 'kvctl history -w json' shows it");
        }
        LockSupport.parkNanos(LOOK_NANOS);
        history = client.history();
      }
      kept(history);
    }
    return ExitStatus.DONE;
  }

  private static boolean meet(KeyRange shard, KeyRange range) {
    return range.end().map(end -> shard.start().compareTo(end) < 0).orElse(true)
        && shard.end().map(end -> range.start().compareTo(end) < 0).orElse(true);
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

  private static void off(JsonGenerator json, List<ByteSeq> prefixes) {
    json.writeArrayPropertyStart("off");
    prefixes.forEach(each -> {
      json.writeStartObject();
      Output.bytes(json, "prefix", each);
      json.writeEndObject();
    });
    json.writeEndArray();
  }

  private void kept(ClusterHistory history) throws IOException {
    if (root.format() == Format.json) {
      root.output().json(json -> {
        json.writeNumberProperty("wanted", history.wanted());
        json.writeNumberProperty("keepAgeMillis", history.keepAge().toMillis());
        json.writeNumberProperty("keepEvents", history.keepEvents());
        off(json, history.off());
        json.writeArrayPropertyStart("shards");
        history.shards().forEach(shard -> {
          json.writeStartObject();
          json.writeNumberProperty("id", shard.id());
          json.writeNumberProperty("compacted", shard.compacted());
          off(json, shard.off());
          json.writeEndObject();
        });
        json.writeEndArray();
      });
      return;
    }
    root.output().line("kept: " + (history.keepAge().isZero() ? "whatever its age" : "while younger than " + history.keepAge().toMillis() / 1_000
        + " s") + ", " + (history.keepEvents() == 0 ? "however many changes" : "the last " + history.keepEvents() + " changes of each shard"));
    root.output().line("off: " + (history.off().isEmpty() ? "for no prefix"
        : String.join(", ", history.off().stream().map(each -> "'" + Escaped.text(each) + "'").toList())));
    root.output().line("asked for by hand: " + (history.wanted() == 0 ? "nothing" : "compaction to " + history.wanted()));
    List<List<String>> rows = history.shards().stream()
        .map(shard -> List.of(Integer.toString(shard.id()), Long.toString(shard.compacted()))).toList();
    root.output().table(List.of("SHARD", "COMPACTED"), rows);
  }
}
