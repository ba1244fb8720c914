package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.client.KvClient;
import io.cairn.jepsen.cluster.Await;
import io.cairn.jepsen.cluster.KvdNode;
import io.cairn.jepsen.cluster.LocalCluster;
import io.cairn.jepsen.load.Replicas;
import io.cairn.jepsen.load.Writers;
import io.cairn.jepsen.load.Writes.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Errors at random, by libfiu (Debian's fiu-utils) and so not by our own library: on three nodes at once each sync fails with EIO with a
 * small probability. Each node that ends is started again. HACKING.md has the command.
 */
@Tag("heavy")
final class HeavyRandomErrorTest {
  private static final Path FIU = Path.of("/usr/lib/fiu");
  /** One sync in so many: a node that leads lives for some seconds. */
  private static final double PROBABILITY = 0.001;
  private static final int ENDS = 20;
  private static final int WRITES_LEAST = 200;
  private static final int DISK_FAILED = 4;
  private static final Duration MOST = Duration.ofSeconds(60);
  private static final Duration ALL_MOST = Duration.ofMinutes(10);

  @TempDir private Path directory;

  @Test
  @DisplayName("A-06 ST-01 each sync of three nodes fails at random, until 20 have ended by it: each with its status, and nothing acknowledged is lost")
  void nothingAcknowledgedIsLost() throws Exception {
    Path preload = FIU.resolve("fiu_posix_preload.so");
    boolean there = Files.exists(preload);
    if (!there) {
      System.out.println("no random errors of a disk are tested here: skipped: no libfiu, which fiu-utils of Debian has");
    }
    Assumptions.assumeTrue(there, "skipped: no libfiu");
    Path on = directory.resolve("on");
    try (LocalCluster cluster = LocalCluster.builder().before("/bin/sh", "-c", launcher(on), "sh").set("log.segment-size", "1MiB")
        .set("log.keep", "8MiB").set("engine.write-buffers", "4MiB").build()) {
      try {
        cluster.start();
        tell(cluster, on);
      } catch (Exception | AssertionError e) {
        cluster.keepLogs(Path.of("target", "failed-clusters", "RandomError"));
        throw e;
      }
    }
  }

  /** Becomes the node, with the errors as long as the file is there. */
  private static String launcher(Path on) {
    return "if [ -e " + on + " ]; then export FIU_ENABLE='enable_random name=posix/io/sync/*,probability=" + PROBABILITY + ",failinfo=5' LD_PRELOAD="
        + FIU.resolve("fiu_run_preload.so") + ":" + FIU.resolve("fiu_posix_preload.so") + "; fi; exec \"$@\"";
  }

  private static void tell(LocalCluster cluster, Path on) throws Exception {
    try (KvClient client = cluster.client(MOST)) {
      long before = Replicas.revision(client);
      var writers = new Writers(client, 16, 100);
      int ends;
      try (writers) {
        writers.awaitMore(WRITES_LEAST, "before any error", MOST);
        Files.createFile(on);
        for (KvdNode node : cluster.nodes()) {
          assertThat(node.stop(MOST)).isZero();
          node.start();
          node.awaitReady(MOST);
        }
        var ended = new AtomicInteger();
        Await.until("so many nodes have ended", ALL_MOST, () -> ended.addAndGet(startEnded(cluster)) >= ENDS);
        ends = ended.get();
        Files.delete(on);
        // Those that still have errors may end meanwhile; SIGTERM, too, may meet one.
        for (KvdNode node : cluster.nodes()) {
          assertThat(node.stop(MOST)).isIn(0, DISK_FAILED);
          node.start();
          node.awaitReady(MOST);
        }
        writers.awaitMore(WRITES_LEAST, "after all errors", MOST);
      }
      cluster.awaitReady();
      List<String> nodes = cluster.nodes().stream().map(KvdNode::name).toList();
      List<String> violations = Replicas.violations(client, nodes, writers.book(), before);
      System.out.printf("errors at random: %d ends of nodes, %d writes acknowledged, %d unknown, %d refused; %d violations%n", ends,
          writers.book().count(Outcome.WRITTEN), writers.book().count(Outcome.UNKNOWN), writers.book().count(Outcome.REFUSED), violations.size());
      assertThat(violations).isEmpty();
      assertThat(writers.acknowledged()).isGreaterThan(ENDS * WRITES_LEAST);
    }
  }

  /** Starts those again that have ended, also as they were being started; returns how many there were. */
  private static int startEnded(LocalCluster cluster) {
    int ended = 0;
    for (KvdNode node : cluster.nodes()) {
      if (!node.isRunning()) {
        assertThat(node.process().awaitExit(MOST)).as("exit status; it wrote:%n%s", node.process().stderr()).isEqualTo(DISK_FAILED);
        node.start();
        ended++;
      }
    }
    return ended;
  }
}
