package io.cairn.simulator.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.simulator.SimWorld;
import io.cairn.simulator.disk.CrashLoss;
import io.cairn.simulator.disk.DiskFault;
import io.cairn.simulator.disk.DiskOperation;
import io.cairn.simulator.schedule.SimFailure;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The simplest things a cluster does, and that faults reach it. */
class SimClusterTest {
  private static final long SECOND = 1_000_000_000L;

  private static SimCluster started(long seed, ClusterSettings settings) {
    SimCluster cluster = new SimCluster(new SimWorld(seed), settings);
    cluster.start();
    cluster.awaitReady();
    return cluster;
  }

  @Test
  void threeNodesElectALeaderAndKeepAWrite() {
    SimCluster cluster = started(1, ClusterSettings.threeNodes());
    SimClient client = cluster.newClient();

    assertThat(cluster.await(client.put("a", "1")).revision()).as("the first write of a cluster").isEqualTo(2);
    assertThat(cluster.await(client.get("a")).valueUtf8()).contains("1");
    assertThat(cluster.leader(0)).isPresent();
  }

  @Test
  void writesSurviveALossOfPowerOfAllNodesAtOnce() {
    SimCluster cluster = started(2, ClusterSettings.threeNodes().withSplitPoints("m"));
    SimClient client = cluster.newClient();
    for (int i = 0; i < 20; i++) {
      cluster.await(client.put("a" + i, "v" + i));
      cluster.await(client.put("z" + i, "v" + i));
    }
    cluster.nodes().forEach(node -> node.crash(CrashLoss.ALL));
    cluster.start();
    cluster.awaitReady();

    for (int i = 0; i < 20; i++) {
      assertThat(cluster.await(client.get("a" + i)).valueUtf8()).contains("v" + i);
      assertThat(cluster.await(client.get("z" + i)).valueUtf8()).contains("v" + i);
    }
  }

  @Test
  void newLeaderIsThereSoonAfterTheOldOneIsGone() {
    SimCluster cluster = started(3, ClusterSettings.threeNodes());
    SimClient client = cluster.newClient();
    cluster.await(client.put("a", "1"));
    SimNode old = cluster.awaitLeader(0);
    old.kill();
    long begun = cluster.world().nowNanos();

    cluster.await(client.put("a", "2"));

    assertThat(cluster.world().nowNanos() - begun).as("virtual time from the kill to the next write").isLessThan(2 * SECOND);
    assertThat(cluster.awaitLeader(0)).isNotEqualTo(old);
  }

  @Test
  void withoutAMajorityNothingIsAcknowledged_andTheCallEndsByItsDeadline() {
    SimCluster cluster = started(4, ClusterSettings.threeNodes());
    SimClient client = cluster.newClient();
    cluster.await(client.put("a", "1"));
    cluster.node("n1").crash();
    cluster.node("n2").crash();
    long begun = cluster.world().nowNanos();
    CompletableFuture<?> put = client.put("a", "2", 3 * SECOND);

    assertThatThrownBy(() -> cluster.await(put)).hasCauseInstanceOf(io.cairn.client.KvException.class);
    assertThat(cluster.world().nowNanos() - begun).isLessThan(3 * SECOND + SECOND / 10);
  }

  @Test
  @DisplayName("A-06 ST-01 a node whose log cannot be synced stops at once, and the others go on")
  void nodeWhoseSyncFailsStops() {
    SimCluster cluster = started(5, ClusterSettings.threeNodes());
    SimClient client = cluster.newClient();
    cluster.await(client.put("a", "1"));
    SimNode leader = cluster.awaitLeader(0);
    leader.mayBreak();
    leader.machine().disk().fail(DiskOperation.SYNC, "/log/", 1, DiskFault.EIO);

    cluster.await(client.put("a", "2"));

    assertThat(leader.running()).isFalse();
    assertThat(leader.broken()).hasStackTraceContaining("Input/output error");
    leader.start();
    cluster.awaitReady();
    assertThat(cluster.await(client.getFrom(leader.name(), "a")).valueUtf8()).contains("2");
  }

  @Test
  void nodeThatBreaksUnexpectedlyFailsTheRun() {
    SimCluster cluster = started(6, ClusterSettings.threeNodes());
    SimClient client = cluster.newClient();
    cluster.awaitLeader(0).machine().disk().fail(DiskOperation.SYNC, "/log/", 1, DiskFault.EIO);

    assertThatThrownBy(() -> cluster.await(client.put("a", "1"))).isInstanceOf(SimFailure.class).hasMessageContaining("broke")
        .hasMessageContaining("SEED=6L");
  }

  @Test
  @DisplayName("A-10 after an orderly end of all nodes no buffer is out")
  void orderlyEndLeavesNoBufferBehind() {
    SimCluster cluster = started(7, ClusterSettings.threeNodes().withSplitPoints("m"));
    SimClient client = cluster.newClient();
    for (int i = 0; i < 50; i++) {
      cluster.await(client.put((i % 2 == 0 ? "a" : "z") + i, "v".repeat(i * 100)));
    }
    client.close();
    cluster.close();
    cluster.world().runUntil("all nodes have ended", () -> cluster.nodes().stream().noneMatch(SimNode::running), 20 * SECOND);
    cluster.world().runFor(SECOND);

    assertThat(cluster.world().net().outstandingBuffers()).isZero();
  }

  @Test
  void nodeOutForLongCatchesUp_throughASnapshotWhereTheLogIsGone() {
    SimCluster cluster = started(8, ClusterSettings.threeNodes().with("log.keep", "2MiB").with("engine.write-buffers", "4MiB"));
    SimClient client = cluster.newClient();
    cluster.await(client.put("first", "1"));
    SimNode away = cluster.node("n3");
    away.crash();
    String value = "x".repeat(50_000);
    for (int i = 0; i < 200; i++) {
      cluster.await(client.put("k" + i % 20, value + i));
    }
    away.start();
    cluster.awaitReady();

    assertThat(cluster.await(client.getFrom("n3", "k19")).valueUtf8()).contains(value + 199);
    assertThat(cluster.await(client.getFrom("n3", "first")).valueUtf8()).contains("1");
  }
}
