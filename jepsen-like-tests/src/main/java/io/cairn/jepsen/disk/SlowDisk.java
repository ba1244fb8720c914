package io.cairn.jepsen.disk;

import io.cairn.client.KvClient;
import io.cairn.jepsen.cluster.KvdNode;
import io.cairn.jepsen.cluster.LocalCluster;
import io.cairn.jepsen.load.Writers;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * How many puts a second three nodes acknowledge while the disk of one of them is 1,000 times slower than it is: of one that does not lead,
 * and of the one that leads, beside the minutes before in which all are as they are. Nothing else may run on the machine.
 */
public final class SlowDisk {
  private static final int FACTOR = 1_000;
  private static final int WRITERS = 256;
  private static final int KEYS_EACH = 100;
  private static final int WARM_SECONDS = 10;
  private static final int SYSTEM_SHARD = 0;
  private static final Duration CALL_MOST = Duration.ofSeconds(30);

  private final LocalCluster cluster;
  private final FaultDisks disks;
  private final int seconds;
  private final PrintStream out;

  private SlowDisk(LocalCluster cluster, FaultDisks disks, int seconds, PrintStream out) {
    this.cluster = cluster;
    this.disks = disks;
    this.seconds = seconds;
    this.out = out;
  }

  private void measure(boolean leads) throws InterruptedException {
    cluster.awaitLeadersTogether();
    try (KvClient client = cluster.client(CALL_MOST); var writers = new Writers(client, WRITERS, KEYS_EACH)) {
      TimeUnit.SECONDS.sleep(WARM_SECONDS);
      KvdNode leader = cluster.leaderOf(SYSTEM_SHARD);
      KvdNode slow = leads ? leader : cluster.others(leader).getFirst();
      beside(writers, (leads ? "the node that leads, " : "a node that does not lead, ") + slow, slow);
    }
  }

  private void beside(Writers writers, String which, KvdNode slow) throws InterruptedException {
    double before = rate(writers);
    disks.of(slow.name()).slow(FACTOR);
    double first = rate(writers);
    double then = rate(writers);
    String leads = cluster.leaderOf(SYSTEM_SHARD).name();
    disks.of(slow.name()).mend();
    out.printf(Locale.ROOT, "disk of %s 1,000 times slower: %.0f puts/s before, %.0f in the first %d s (%.0f %%), %.0f in the next (%.0f %%); %s leads%n",
        which, before, first, seconds, 100 * first / before, then, 100 * then / before, leads);
  }

  private double rate(Writers writers) throws InterruptedException {
    long from = writers.acknowledged();
    long began = System.nanoTime();
    TimeUnit.SECONDS.sleep(seconds);
    return (writers.acknowledged() - from) * 1e9 / (System.nanoTime() - began);
  }

  /** {@code jepsen-like-tests/slow-disk ROOT [SECONDS]}: of each measurement. */
  public static void main(String[] args) throws Exception {
    Optional<String> obstacle = FaultDisks.obstacle();
    if (obstacle.isPresent()) {
      System.err.println("slow-disk: " + obstacle.get());
      System.exit(2);
    }
    int seconds = args.length > 1 ? Integer.parseInt(args[1]) : 20;
    measure(Path.of(args[0]), seconds, true);
    measure(Path.of(args[0]), seconds, false);
    System.exit(0);
  }

  /** On a cluster of its own: a call that is slow stays so to its end, and the node comes back long after. */
  private static void measure(Path root, int seconds, boolean leads) throws IOException, InterruptedException {
    try (var disks = FaultDisks.make(List.of("n1", "n2", "n3"));
        var cluster = LocalCluster.builder().directories(disks::directoryOf).beforeNode(disks::launcherOf)
            .startedBy(root.resolve("bin").resolve("kvd")).build()) {
      cluster.start();
      new SlowDisk(cluster, disks, seconds, System.out).measure(leads);
    }
  }
}
