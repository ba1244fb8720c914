package io.cairn.simulator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.simulator.SimWorld;
import org.junit.jupiter.api.Test;

/** The simplest things a cluster does, and that the world around it behaves. */
class SimClusterTest {

  @Test
  void threeNodesElectALeaderAndKeepAWrite() {
    SimCluster cluster = new SimCluster(new SimWorld(1), ClusterSettings.threeNodes());
    cluster.start();
    cluster.awaitReady();
    SimClient client = cluster.newClient();

    assertThat(cluster.await(client.put("a", "1")).revision()).isEqualTo(2);
    assertThat(cluster.await(client.get("a")).valueUtf8()).contains("1");
    assertThat(cluster.leader(0)).isPresent();
  }
}
