package io.cairn.jepsen.damage;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.jepsen.cluster.LocalCluster;
import java.nio.file.Path;
import java.util.List;

/** A cluster whose files are damaged. {@code -Dcairn.faults.seed=N} chooses other places in them. */
final class Damages {
  private static final long SEED = Long.getLong("cairn.faults.seed", 20_261_123L);
  private static final Path KEPT = Path.of("target", "failed-clusters", "Damage");

  private Damages() {}

  /** Prints what came of each; the last line is the sum. */
  static void run(List<DamageCase> cases, Path scratch) {
    try (LocalCluster cluster = cluster()) {
      try {
        cluster.start();
        long began = System.nanoTime();
        var damages = new DamageUnderLoad(cluster, scratch, SEED, System.out);
        List<DamageUnderLoad.Result> results = damages.run(cases);
        System.out.printf("damaged files: %d cases, seed %d, in %d s%n", results.size(), SEED, (System.nanoTime() - began) / 1_000_000_000);
        for (Outcome outcome : Outcome.values()) {
          System.out.printf("damaged files: %3d %s%n", results.stream().filter(result -> result.outcome() == outcome).count(), outcome.words);
        }
        assertThat(damages.violations()).isEmpty();
        assertThat(results).hasSameSizeAs(cases);
      } catch (RuntimeException | AssertionError e) {
        cluster.keepLogs(KEPT);
        throw e;
      }
    }
  }

  /** Small segments and buffers: the log has several, and the engine several files. */
  private static LocalCluster cluster() {
    return LocalCluster.builder().set("log.segment-size", "1MiB").set("log.keep", "8MiB").set("engine.write-buffers", "4MiB").build();
  }
}
