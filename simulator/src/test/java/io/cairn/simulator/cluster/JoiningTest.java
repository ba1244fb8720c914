package io.cairn.simulator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.client.ClusterMembers;
import io.cairn.client.core.Operation.Members;
import io.cairn.raft.Raft;
import io.cairn.raft.log.HardState;
import io.cairn.raft.log.StableLog;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.ReplicaTap;
import io.cairn.simulator.SimWorld;
import io.cairn.simulator.disk.CrashLoss;
import io.cairn.simulator.engine.SimEngineSettings;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A node that is added to a cluster of three. */
class JoiningTest {
  private static final long SECOND = 1_000_000_000L;

  private SimCluster cluster;
  private SimClient client;

  /** Three nodes, and a fourth that is added and has not been started. */
  private SimNode added(long seed) {
    cluster = new SimCluster(new SimWorld(seed), ClusterSettings.threeNodes().withSplitPoints("m")
        .withEngines(SimEngineSettings.ROCKSDB.withFlush(20_000_000)));
    client = cluster.newClient();
    cluster.start();
    cluster.awaitReady();
    cluster.world().runFor(SECOND);
    cluster.await(client.put("k", "before"));
    change(Members.Kind.ADD, "n4");
    return cluster.join("n4");
  }

  /** Starts it and runs until it has opened its replicas. */
  private void startAndOpen(SimNode node) {
    boolean[] opened = {false};
    node.taps(_ -> new ReplicaTap() {
      @Override
      public void opened(Replica replica, Raft raft, HardState hardState, StableLog log) {
        opened[0] = true;
      }
    });
    node.start();
    cluster.world().runUntil("the node has opened its replicas", () -> opened[0], 10 * SECOND);
  }

  private ClusterMembers change(Members.Kind kind, String node) {
    boolean comes = kind == Members.Kind.ADD;
    return cluster.await(client.start(new Members(kind, node, "", comes ? SimCluster.peerAddress(node) : "",
        comes ? SimCluster.clientAddress(node) : ""), 10 * SECOND));
  }

  @Test
  @DisplayName("a node that loses its power right after it was let in, before it has heard of anything, comes back and finds the others")
  void aNodeThatDiesRightAfterItJoinedComesBack() {
    SimNode node = added(1);
    startAndOpen(node);
    node.crash(CrashLoss.ALL);
    node.start();

    cluster.awaitReady(node);

    assertThat(cluster.await(client.getFrom("n4", "k")).valueUtf8()).contains("before");
    assertThat(change(Members.Kind.PROMOTE, "n4").member("n4").orElseThrow().standing()).isEqualTo(ClusterMembers.Standing.VOTER);
    cluster.close();
  }

  @Test
  @DisplayName("a node that is told to stop just when it opens its first replicas stops in order")
  void aNodeThatIsToldToStopWhileItJoinsStops() {
    for (long seed = 1; seed <= 8; seed++) {
      SimNode first = added(seed);
      long began = cluster.world().nowNanos();
      startAndOpen(first);
      long took = cluster.world().nowNanos() - began;
      cluster.close();

      SimNode node = added(seed);
      node.start();
      cluster.world().runFor(took + (seed - 1) * 2_500_000);
      node.stop();
      cluster.world().runUntil("the node has stopped", () -> !node.running(), 20 * SECOND);
      assertThat(node.broken()).as("stopped within the 20 ms of the flush before its replicas are open, in the eighth %d", seed).isNull();
      node.start();
      cluster.awaitReady(node);
      cluster.close();
    }
  }
}
