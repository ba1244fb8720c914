package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.client.KvClient;
import io.cairn.jepsen.cluster.KvdNode;
import io.cairn.jepsen.cluster.LocalCluster;
import io.cairn.jepsen.disk.FailedCalls;
import io.cairn.jepsen.disk.FaultDisk;
import io.cairn.jepsen.disk.FaultDisk.Fault;
import io.cairn.jepsen.disk.FaultDisks;
import io.cairn.jepsen.load.Replicas;
import io.cairn.jepsen.load.Writers;
import io.cairn.jepsen.load.Writes.Outcome;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Issue 7, "To show": some calls of each kind, others each day of the week. {@link HeavyDiskErrorTest} fails every one. */
final class DiskErrorTest {
  private static final int SPREAD = 2;
  private static final int DISK_FAILED = 4;
  private static final int WRITERS = 16;
  private static final int KEYS_EACH = 100;
  private static final int WRITES_LEAST = 200;
  private static final Duration MOST = Duration.ofSeconds(60);

  @ParameterizedTest(name = "A-06 ST-01 ST-11 {0} at some calls of 50 puts and a flush: the node stops, and holds afterwards what it acknowledged")
  @EnumSource
  void theNodeStopsAndLosesNothing(Fault kind) throws Exception {
    FaultyDisks.with(1, "DiskError-" + kind, (cluster, disks) -> {
      var calls = new FailedCalls(cluster, disks.of("n1"), System.out);
      long all = calls.clean(kind);
      int today = LocalDate.now().getDayOfWeek().getValue();
      var chosen = new TreeSet<Long>();
      chosen.add(1L);
      for (int i = 0; i < SPREAD; i++) {
        chosen.add(1 + (all * i + all * today / 8) / SPREAD);
      }
      int reached = 0;
      for (long n : chosen) {
        reached += calls.fail(kind, n) ? 1 : 0;
      }
      System.out.printf("failed calls: %s: %d of about %d, reached %d; %d writes acknowledged, %d unknown, %d refused%n", kind, chosen.size(), all,
          reached, calls.book().count(Outcome.WRITTEN), calls.book().count(Outcome.UNKNOWN), calls.book().count(Outcome.REFUSED));
      assertThat(calls.violations()).isEmpty();
      assertThat(reached).as("of %s", chosen).isGreaterThan(chosen.size() / 2);
      assertThat(all).as("calls of the work").isGreaterThan(50);
    });
  }

  @Test
  @DisplayName("A-06 ST-01 syncs, then writes fail on the node that leads three, under load: it stops, the others go on, it comes back with all of it")
  void theOthersGoOn() throws Exception {
    FaultyDisks.with(3, "DiskError-three", (cluster, disks) -> {
      try (KvClient client = cluster.client(MOST)) {
        long before = Replicas.revision(client);
        var writers = new Writers(client, WRITERS, KEYS_EACH);
        try (writers) {
          for (Fault kind : Fault.values()) {
            writers.awaitMore(WRITES_LEAST, "before a call fails", MOST);
            stopTheLeader(cluster, disks, writers, kind);
          }
        }
        List<String> nodes = cluster.nodes().stream().map(KvdNode::name).toList();
        assertThat(Replicas.violations(client, nodes, writers.book(), before)).isEmpty();
        System.out.printf("failed calls on leaders: %d writes acknowledged, %d unknown, %d refused%n", writers.book().count(Outcome.WRITTEN),
            writers.book().count(Outcome.UNKNOWN), writers.book().count(Outcome.REFUSED));
      }
    });
  }

  /** And waits until it is there again. */
  private static void stopTheLeader(LocalCluster cluster, FaultDisks disks, Writers writers, Fault kind) {
    KvdNode leader = cluster.leaderOf(0);
    FaultDisk disk = disks.of(leader.name());
    disk.failFrom(kind, WRITES_LEAST / 2);
    assertThat(leader.process().awaitExit(MOST)).as("exit status; it wrote:%n%s", leader.process().stderr()).isEqualTo(DISK_FAILED);
    assertThat(disk.failed()).isPositive();
    writers.awaitMore(WRITES_LEAST, "without " + leader, MOST);
    disk.mend();
    leader.start();
    cluster.awaitReady();
  }
}
