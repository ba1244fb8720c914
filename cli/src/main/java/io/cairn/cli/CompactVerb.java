package io.cairn.cli;

import io.cairn.client.ClusterHistory;
import io.cairn.client.KvClient;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(name = "compact", description = {
    "Drops the history that only reads below REVISION need, in every shard; what REVISION itself shows stays.",
    "Such reads are refused from then on, with the oldest revision left. The space comes back by itself. Cannot be undone."},
    footer = {"", "Examples:", "  kvctl compact 1000", "  kvctl compact 1000 --no-wait", "  kvctl compact 1000 -w json --timeout 30s"})
final class CompactVerb implements Callable<Integer> {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final long LOOK_NANOS = 20_000_000;

  @ParentCommand private Kvctl root;

  @Parameters(index = "0", paramLabel = "REVISION", description = "A revision that the cluster has shown, 1 or more.")
  private String revision;

  @Option(names = "--no-wait", description = "Ends once the cluster has committed it, not only when every shard is there.")
  private boolean noWait;

  @Override
  public Integer call() throws IOException {
    root.refuseNode();
    long to = revision();
    long until = System.nanoTime() + root.timeoutOr(TIMEOUT).toNanos();
    try (KvClient client = root.connect()) {
      ClusterHistory history = client.compact(to);
      while (!noWait && !history.isCompactedTo(to)) {
        if (System.nanoTime() - until >= 0) {
          return root.late("the compaction to " + to + " is committed, and these shards are not there yet: " + behind(history, to)
              + "; they follow by themselves, 'kvctl shards' shows how far they are");
        }
        LockSupport.parkNanos(LOOK_NANOS);
        history = client.history();
      }
      show(history, to);
    }
    return ExitStatus.DONE;
  }

  private long revision() {
    try {
      long to = Long.parseLong(revision);
      if (to >= 1) {
        return to;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new BadInput("'" + revision + "' is no revision to compact to; it is a number, 1 or more ('kvctl status' shows the present one)");
  }

  private static String behind(ClusterHistory history, long to) {
    List<String> behind = history.shards().stream().filter(shard -> shard.compacted() < to)
        .map(shard -> Integer.toString(shard.id())).toList();
    return behind.isEmpty() ? "none is known" : String.join(", ", behind);
  }

  private void show(ClusterHistory history, long to) throws IOException {
    if (root.format() == Format.json) {
      root.output().json(json -> {
        json.writeNumberProperty("compacted", history.wanted());
        json.writeBooleanProperty("everywhere", history.isCompactedTo(to));
      });
    } else if (history.wanted() > to) {
      root.output().line("compacted to " + history.wanted() + " already");
    } else {
      root.output().line("compacted to " + to + (history.isCompactedTo(to) ? "" : "; the shards follow"));
    }
  }
}
