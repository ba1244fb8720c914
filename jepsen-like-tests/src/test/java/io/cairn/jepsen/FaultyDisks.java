package io.cairn.jepsen;

import io.cairn.jepsen.cluster.LocalCluster;
import io.cairn.jepsen.disk.FaultDisks;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** A cluster whose files can be made to fail, for one test. */
final class FaultyDisks {

  private FaultyDisks() {}

  /** What is done with the cluster, which runs. */
  @FunctionalInterface
  interface Story {
    void tell(LocalCluster cluster, FaultDisks disks) throws Exception;
  }

  /** Skipped, and says why, where the preloaded library cannot be had. */
  static void with(int nodes, String test, Story story) throws Exception {
    Optional<String> obstacle = FaultDisks.obstacle();
    obstacle.ifPresent(why -> System.out.println("no failing disk is tested here: skipped: " + why));
    Assumptions.assumeTrue(obstacle.isEmpty(), () -> "skipped: " + obstacle.orElseThrow());
    List<String> names = new ArrayList<>();
    for (int i = 1; i <= nodes; i++) {
      names.add("n" + i);
    }
    try (var disks = FaultDisks.make(names); var cluster = cluster(nodes, disks)) {
      try {
        cluster.start();
        story.tell(cluster, disks);
      } catch (Exception | AssertionError e) {
        cluster.keepLogs(Path.of("target", "failed-clusters", test));
        throw e;
      } finally {
        names.forEach(name -> disks.of(name).mend());
      }
    }
  }

  /** Small segments and buffers: a work of some MB rolls the log over and makes the engine flush. */
  private static LocalCluster cluster(int nodes, FaultDisks disks) {
    return LocalCluster.builder().nodes(nodes).directories(disks::directoryOf).beforeNode(disks::launcherOf)
        .set("log.segment-size", "1MiB").set("log.keep", "8MiB").set("engine.write-buffers", "4MiB").build();
  }
}
