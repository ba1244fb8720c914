package io.cairn.cli;

import io.cairn.client.KeyRange;
import io.cairn.client.KvClient;
import io.cairn.client.KvException;
import io.cairn.client.OpenWatch;
import io.cairn.client.OpenWatchPage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(name = "who", synopsisHeading = "Usage: ", customSynopsis = "kvctl who (--locking | --leasing | --watching) PREFIX [OPTIONS]", description = {
    "Shows who is at it: who holds and who waits for locks, and whether some of them wait for one another; which leases have keys; which watches are open.",
    "'' is every lock, or key."},
    footer = {"", "Examples:", "  kvctl who --locking nightly", "  kvctl who --leasing services/ -w json", "  kvctl who --watching '' --node n2"})
final class WhoVerb implements Callable<Integer> {

  @ParentCommand private Kvctl root;

  @Option(names = "--locking", paramLabel = "PREFIX",
      description = "Locks, read-write locks, semaphores and elections whose names begin so, with the places in their queues: each one's lease and what is left of it.")
  private String locking;

  @Option(names = "--leasing", paramLabel = "PREFIX", description = "Leases that have keys which begin so, and these keys.")
  private String leasing;

  @Option(names = "--watching", paramLabel = "PREFIX",
      description = "Watches, of whatever client, of keys which begin so, on every node or on the one that --node names.")
  private String watching;

  @Option(names = "--limit", paramLabel = "N", defaultValue = "10000", description = "Most places, keys, or watches of a node. Default: 10000.")
  private int limit;

  @Override
  public Integer call() throws IOException {
    if (Stream.of(locking, leasing, watching).filter(each -> each != null).count() != 1) {
      throw new BadInput("say one of --locking, --leasing and --watching, each with a PREFIX; '' is every lock, or key");
    }
    if (limit < 1) {
      throw new BadInput("--limit is 1 or more, was " + limit);
    }
    if (watching == null) {
      root.refuseNode();
    }
    try (KvClient client = root.connect()) {
      if (watching != null) {
        return watching(client);
      }
      boolean more = locking != null ? new WhoLocks(root).show(client.who().locking(locking, limit))
          : new WhoLeases(root).show(client.who().leasing(KeyRange.prefix(leasing), limit));
      sayMore(more, locking != null ? "places" : "keys");
    }
    return ExitStatus.DONE;
  }

  private void sayMore(boolean more, String what) throws IOException {
    if (more) {
      root.output().flush();
      root.say("there are more " + what + " than " + limit + "; name a longer PREFIX, or a larger --limit");
    }
  }

  /** Each node is asked: what it serves only it knows. */
  private int watching(KvClient client) throws IOException {
    Map<String, OpenWatchPage> nodes = new LinkedHashMap<>();
    Map<String, String> unasked = new LinkedHashMap<>();
    Survey.mapWith(client, root.node()).nodes().stream().map(node -> node.name()).filter(name -> root.node().isEmpty() || root.node().get().equals(name))
        .forEach(name -> {
          try {
            nodes.put(name, client.who().watching(name, KeyRange.prefix(watching), limit));
          } catch (KvException e) {
            unasked.put(name, e.getMessage());
          }
        });
    if (root.format() == Format.json) {
      json(nodes, unasked);
    } else {
      List<List<String>> rows = new ArrayList<>();
      nodes.values().forEach(page -> page.watches().forEach(watch -> rows.add(row(watch))));
      root.output().table(List.of("NODE", "PEER", "FROM", "TO", "OPEN", "REVISION", "LAG", "STATE"), rows);
    }
    sayMore(nodes.values().stream().anyMatch(OpenWatchPage::more), "watches of a node");
    if (!unasked.isEmpty()) {
      root.output().flush();
      return root.refused("not all nodes were asked: " + String.join("; ", unasked.entrySet().stream().map(e -> e.getKey() + " (" + e.getValue() + ")").toList()));
    }
    return ExitStatus.DONE;
  }

  private static List<String> row(OpenWatch watch) {
    return List.of(watch.node(), watch.peer(), quoted(Escaped.text(watch.range().start())),
        watch.range().end().map(end -> quoted(Escaped.text(end))).orElse("-"), String.format(java.util.Locale.ROOT, "%.1fs", watch.open().toMillis() / 1e3),
        Long.toString(watch.revision()), Long.toString(watch.lag()), watch.behind() ? watch.creditBytes() == 0 ? "no credit" : "behind" : "follows");
  }

  private static String quoted(String text) {
    return "'" + text + "'";
  }

  private void json(Map<String, OpenWatchPage> nodes, Map<String, String> unasked) throws IOException {
    root.output().json(json -> {
      json.writeArrayPropertyStart("nodes");
      nodes.forEach((name, page) -> {
        json.writeStartObject();
        json.writeStringProperty("node", name);
        json.writeArrayPropertyStart("watches");
        for (OpenWatch watch : page.watches()) {
          json.writeStartObject();
          json.writeNumberProperty("connection", watch.connection());
          json.writeStringProperty("peer", watch.peer());
          json.writeNumberProperty("watch", watch.id());
          Output.bytes(json, "from", watch.range().start());
          watch.range().end().ifPresent(end -> Output.bytes(json, "to", end));
          json.writeNumberProperty("openMillis", watch.open().toMillis());
          json.writeNumberProperty("revision", watch.revision());
          json.writeNumberProperty("lag", watch.lag());
          json.writeBooleanProperty("behind", watch.behind());
          json.writeNumberProperty("creditBytes", watch.creditBytes());
          json.writeEndObject();
        }
        json.writeEndArray();
        json.writeBooleanProperty("more", page.more());
        json.writeEndObject();
      });
      unasked.forEach((name, why) -> {
        json.writeStartObject();
        json.writeStringProperty("node", name);
        json.writeStringProperty("error", why);
        json.writeEndObject();
      });
      json.writeEndArray();
    });
  }
}
