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
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A node that is added to a cluster of three. */
class JoiningTest {
  private static final long SECOND = 1_000_000_000L;

  private final SimCluster cluster = new SimCluster(new SimWorld(1), ClusterSettings.threeNodes().withSplitPoints("m"));
  private final SimClient client = cluster.newClient();

  private ClusterMembers change(Members.Kind kind, String node) {
    boolean comes = kind == Members.Kind.ADD;
    return cluster.await(client.start(new Members(kind, node, "", comes ? SimCluster.peerAddress(node) : "",
        comes ? SimCluster.clientAddress(node) : ""), 10 * SECOND));
  }

  @Test
  @DisplayName("a node that loses its power right after it was let in, before it has heard of anything, comes back and finds the others")
  void aNodeThatDiesRightAfterItJoinedComesBack() {
    cluster.start();
    cluster.awaitReady();
    cluster.world().runFor(SECOND);
    cluster.await(client.put("k", "before"));
    change(Members.Kind.ADD, "n4");
    SimNode node = cluster.join("n4");
    boolean[] opened = {false};
    node.taps(_ -> new ReplicaTap() {
      @Override
      public void opened(Replica replica, Raft raft, HardState hardState, StableLog log) {
        opened[0] = true;
      }
    });
    node.start();
    cluster.world().runUntil("the node has opened its replicas", () -> opened[0], 10 * SECOND);
    node.crash(CrashLoss.ALL);
    node.start();

    cluster.awaitReady(node);

    assertThat(cluster.await(client.getFrom("n4", "k")).valueUtf8()).contains("before");
    assertThat(change(Members.Kind.PROMOTE, "n4").member("n4").orElseThrow().standing()).isEqualTo(ClusterMembers.Standing.VOTER);
    cluster.close();
  }
}
