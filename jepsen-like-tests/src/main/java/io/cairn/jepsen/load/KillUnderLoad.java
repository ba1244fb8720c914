package io.cairn.jepsen.load;

import io.cairn.client.KvClient;
import io.cairn.client.KvException;
import io.cairn.client.NodeStatus;
import io.cairn.jepsen.cluster.Await;
import io.cairn.jepsen.load.Writes.Outcome;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Loads a file, and meanwhile kills the node that leads most shards and starts it again, then another, then all three at once. The lines
 * come in three parts, one for each fault, which falls in its middle: so there is always something in flight, however long a node takes to
 * come back. Afterwards every replica must hold what the load said, and all of them the same.
 */
public final class KillUnderLoad {
  private static final Duration STEP_MOST = Duration.ofMinutes(3);
  private static final Duration PAGE_MOST = Duration.ofSeconds(30);
  private static final int PARTS = 3;

  private final FaultyCluster cluster;
  private final Path kvctl;
  private final PrintStream say;

  /** @param kvctl the command line's script */
  public KillUnderLoad(FaultyCluster cluster, Path kvctl, PrintStream say) {
    this.cluster = cluster;
    this.kvctl = kvctl;
    this.say = say;
  }

  /**
   * How it went.
   *
   * @param status kvctl's
   * @param violations what must not be; empty when nothing was lost, invented or different among replicas
   */
  public record Verdict(int status, long written, long refused, long unknown, List<String> violations) {}

  /** @param perSecond records; 0 for as fast as it goes */
  public Verdict run(RecordFile file, int perSecond, Path report) throws IOException {
    try (KvClient client = KvClient.builder().endpoints(cluster.endpoints().split(",")).deadline(PAGE_MOST).build()) {
      Files.deleteIfExists(report);
      long before = Replicas.revision(client);
      int status = load(client, file, perSecond, report);
      cluster.awaitReady();
      return judge(client, file, status, LoadReport.read(report, file.lines()), before);
    }
  }

  private int load(KvClient client, RecordFile file, int perSecond, Path report) {
    try (var load = new LoadProcess(kvctl, cluster.endpoints(), file, perSecond, report)) {
      String first = leadingMost(client, cluster.nodes());
      inTheMiddleOf(load, file, 0);
      say("kill " + first + ", which leads most shards, after " + load.ended() + " lines");
      cluster.kill(first);
      cluster.start(first);
      cluster.awaitReady();

      List<String> others = new ArrayList<>(cluster.nodes());
      others.remove(first);
      inTheMiddleOf(load, file, 1);
      String second = leadingMost(client, others);
      say("kill " + second + " after " + load.ended() + " lines");
      cluster.kill(second);
      cluster.start(second);
      cluster.awaitReady();

      inTheMiddleOf(load, file, 2);
      say("kill all nodes at once after " + load.ended() + " lines");
      cluster.killAll();
      if (!load.isRunning()) {
        throw new IllegalStateException("the load has ended before the last fault");
      }
      cluster.startAll();
      return load.awaitExit(STEP_MOST);
    }
  }

  /** Lets the load have the lines of a part, and waits until half of them have ended. */
  private static void inTheMiddleOf(LoadProcess load, RecordFile file, int part) {
    int from = file.lines() / PARTS * part;
    int to = part == PARTS - 1 ? file.lines() : file.lines() / PARTS * (part + 1);
    load.allow(to);
    load.awaitEnded(from + (to - from) / 2, STEP_MOST);
  }

  private Verdict judge(KvClient client, RecordFile file, int status, LoadReport report, long before) {
    List<String> violations = Replicas.violations(client, cluster.nodes(), new ReportedLines(file, report), before);
    int agreed = shardsHash();
    if (agreed != 0) {
      violations.add("kvctl shards --hash ended with status " + agreed);
    }
    return new Verdict(status, report.count(Outcome.WRITTEN), report.count(Outcome.REFUSED), report.count(Outcome.UNKNOWN), violations);
  }

  /** The same asked of the replicas themselves, each shard by itself; 0 when all agree. */
  private int shardsHash() {
    try {
      Process shards = new ProcessBuilder(kvctl.toString(), "--endpoints", cluster.endpoints(), "--timeout", PAGE_MOST.toSeconds() + "s",
          "shards", "--hash").redirectErrorStream(true).start();
      try (var lines = shards.inputReader()) {
        lines.lines().forEach(this::say);
      }
      return shards.waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static String leadingMost(KvClient client, List<String> among) {
    return Await.until("one of " + among + " tells how many shards it leads", STEP_MOST, () -> {
      String best = null;
      long most = -1;
      for (String node : among) {
        long leads = leads(client, node);
        if (leads > most) {
          best = node;
          most = leads;
        }
      }
      return Optional.ofNullable(best);
    });
  }

  /** -1 when it does not answer. */
  private static long leads(KvClient client, String node) {
    try {
      return client.status(node).replicas().stream().map(NodeStatus.Replica::role).filter("leader"::equals).count();
    } catch (KvException e) {
      return -1;
    }
  }

  private void say(String text) {
    say.println("kill-under-load: " + text);
  }

  /** Called by jepsen-like-tests/kill-under-load with the repository's folder, the file, a rate and where the report goes. */
  public static void main(String[] args) throws IOException {
    Path root = Path.of(args[0]);
    var cluster = new BinCluster(root);
    if (!cluster.isReady()) {
      System.err.println("kill-under-load: not all three nodes are ready; bin/cluster start starts them, bin/cluster status tells");
      System.exit(2);
    }
    RecordFile file = RecordFile.read(Path.of(args[1]));
    Verdict verdict = new KillUnderLoad(cluster, root.resolve("bin").resolve("kvctl"), System.out)
        .run(file, Integer.parseInt(args[2]), Path.of(args[3]));
    System.out.printf("kill-under-load: %d lines: %d written, %d refused, %d unknown%n", file.lines(), verdict.written(), verdict.refused(),
        verdict.unknown());
    verdict.violations().forEach(violation -> System.out.println("kill-under-load: VIOLATED: " + violation));
    System.out.println(verdict.violations().isEmpty()
        ? "kill-under-load: every replica holds what load said, and all of them the same" : "kill-under-load: FAILED");
    System.exit(verdict.violations().isEmpty() ? 0 : 1);
  }
}
