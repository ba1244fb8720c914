package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.jepsen.cluster.LocalCluster;
import io.cairn.jepsen.disk.LoopDisk;
import io.cairn.jepsen.disk.NodeDisks;
import io.cairn.jepsen.disk.PowerFailUnderLoad;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** A cluster on disks that lose their power. {@code -Dcairn.faults.seed=N} chooses other turns. */
final class PowerFails {
  private static final long SEED = Long.getLong("cairn.faults.seed", 20_261_123L);
  private static final long DISK_BYTES = 1L << 30;
  private static final Path KEPT = Path.of("target", "failed-clusters", "PowerFail");

  private PowerFails() {}

  /** Skipped, and says why, where no file system can be mounted. */
  static void run(int ofOne, int ofAll) throws IOException {
    Optional<String> obstacle = LoopDisk.obstacle();
    obstacle.ifPresent(why -> System.out.println("no power failure of nodes is tested here: skipped: " + why));
    Assumptions.assumeTrue(obstacle.isEmpty(), () -> "skipped: " + obstacle.orElseThrow());
    try (var disks = NodeDisks.make(List.of("n1", "n2", "n3"), DISK_BYTES); var cluster = cluster(disks)) {
      try {
        cluster.start();
        long began = System.nanoTime();
        PowerFailUnderLoad.Verdict verdict = new PowerFailUnderLoad(cluster, disks, SEED, System.out).run(ofOne, ofAll);
        System.out.printf("power failures, %d of one node and %d of all, seed %d, in %d s: %d writes acknowledged, %d unknown, %d refused,"
            + " %d reads between; %d violations%n", ofOne, ofAll, SEED, (System.nanoTime() - began) / 1_000_000_000, verdict.acknowledged(),
            verdict.unknown(), verdict.refused(), verdict.reads(), verdict.violations().size());
        assertThat(verdict.violations()).isEmpty();
        assertThat(verdict.reads()).isGreaterThan(10 * (ofOne + ofAll));
      } catch (RuntimeException | AssertionError e) {
        cluster.keepLogs(KEPT);
        throw e;
      }
    }
  }

  /** Small segments and buffers: the log is recycled and the engine flushes while the power is lost again and again. */
  private static LocalCluster cluster(NodeDisks disks) {
    return LocalCluster.builder().directories(disks::directoryOf).set("log.segment-size", "1MiB").set("log.keep", "8MiB")
        .set("engine.write-buffers", "4MiB").build();
  }
}
