package io.cairn.simulator.leaders;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.simulator.SimWorld;
import io.cairn.simulator.cluster.ClusterSettings;
import io.cairn.simulator.cluster.SimClient;
import io.cairn.simulator.cluster.SimCluster;
import io.cairn.simulator.cluster.SimNode;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LeadersTest {
  private static final long MILLI = 1_000_000L;
  private static final long SECOND = 1_000 * MILLI;
  private static final int SHARDS = 4;

  private static SimCluster started(long seed, ClusterSettings settings) {
    SimCluster cluster = new SimCluster(new SimWorld(seed), settings.withSplitPoints("h", "q"));
    cluster.start();
    cluster.awaitReady();
    return cluster;
  }

  private static Map<Integer, String> leaders(SimCluster cluster) {
    var leaders = new TreeMap<Integer, String>();
    for (int shard = 0; shard < SHARDS; shard++) {
      leaders.put(shard, cluster.awaitLeader(shard).name());
    }
    return leaders;
  }

  private static double counted(SimNode node, String meter, String... tags) {
    return node.meters().get(meter).tags(tags).counter().count();
  }

  /** A put every ten milliseconds for so long; the longest time from one acknowledgement to the next. */
  private static long longestGap(SimCluster cluster, SimClient client, long nanos) {
    long end = cluster.world().nowNanos() + nanos;
    long last = cluster.world().nowNanos();
    long longest = 0;
    for (int i = 0; cluster.world().nowNanos() < end; i++) {
      cluster.await(client.put("k" + i, "v", 10 * SECOND));
      longest = Math.max(longest, cluster.world().nowNanos() - last);
      last = cluster.world().nowNanos();
      cluster.world().runFor(10 * MILLI);
    }
    return longest;
  }

  @Test
  void spreadLeadersLieOnAllNodesAndComeBack() {
    SimCluster cluster = started(1, ClusterSettings.threeNodes().with("raft.leaders", "spread"));
    cluster.world().runFor(20 * SECOND);
    Map<Integer, String> spread = leaders(cluster);
    assertThat(spread).isEqualTo(Map.of(0, "n1", 1, "n2", 2, "n3", 3, "n1"));

    SimNode gone = cluster.node("n2");
    gone.kill();
    cluster.world().runFor(5 * SECOND);
    assertThat(leaders(cluster).values()).doesNotContain("n2");
    gone.start();
    cluster.awaitReady();
    cluster.world().runFor(30 * SECOND);
    assertThat(leaders(cluster)).isEqualTo(spread);
    cluster.close();
  }

  @Test
  void leadersHeldTogetherFollowTheSystemShard() {
    SimCluster cluster = started(2, ClusterSettings.threeNodes().with("raft.leaders", "together"));
    cluster.world().runFor(20 * SECOND);
    assertThat(Map.copyOf(leaders(cluster)).values()).containsOnly(cluster.awaitLeader(0).name());

    cluster.awaitLeader(0).pauseFor(3 * SECOND);
    cluster.world().runFor(20 * SECOND);
    assertThat(Map.copyOf(leaders(cluster)).values()).containsOnly(cluster.awaitLeader(0).name());
    cluster.close();
  }

  @Test
  @DisplayName("a node that is told to stop hands all its leaderships over: nobody waits for an election")
  void aStopLeavesNoElectionGap() {
    SimCluster cluster = started(3, ClusterSettings.threeNodes());
    cluster.world().runFor(10 * SECOND);
    SimClient client = cluster.newClient();
    longestGap(cluster, client, SECOND);
    SimNode leader = cluster.awaitLeader(0);
    long before = leaders(cluster).values().stream().filter(leader.name()::equals).count();

    leader.stop();
    long gap = longestGap(cluster, client, 3 * SECOND);

    assertThat(gap).as("far below an election timeout of 500 ms").isLessThan(200 * MILLI);
    assertThat(counted(leader, "kvd.leader.handovers", "reason", "stopping", "outcome", "taken")).isEqualTo(before);
    assertThat(leader.running()).isFalse();
    client.close();
  }

  @Test
  void whenAllNodesStopAtOnceNoneWaitsForTheOthers() {
    SimCluster cluster = started(4, ClusterSettings.threeNodes());
    long begun = cluster.world().nowNanos();
    cluster.nodes().forEach(SimNode::stop);
    cluster.world().runUntil("all have ended", () -> cluster.nodes().stream().noneMatch(SimNode::running), 20 * SECOND);
    assertThat(cluster.world().nowNanos() - begun).isLessThan(4 * SECOND);
  }

  @ParameterizedTest
  @ValueSource(longs = {5, 6, 7})
  @DisplayName("ST-08 a leader whose disk stalls gives its leadership away within seconds, and nothing acknowledged is lost")
  void aStalledDiskGivesLeadershipAway(long seed) {
    SimCluster cluster = started(seed, ClusterSettings.threeNodes());
    cluster.world().runFor(10 * SECOND);
    SimClient client = cluster.newClient();
    SimNode leader = cluster.awaitLeader(0);
    leader.machine().disk().stallUntil(cluster.world().nowNanos() + 30 * SECOND);

    CompletableFuture<?> put = client.put("k", "during", 20 * SECOND);
    cluster.await(put);
    cluster.world().runFor(5 * SECOND);

    leaders(cluster).values().forEach(name -> assertThat(name).isNotEqualTo(leader.name()));
    assertThat(counted(leader, "kvd.leader.handovers", "reason", "disk", "outcome", "taken")).isPositive();
    assertThat(cluster.await(client.get("k")).valueUtf8()).contains("during");
    cluster.world().runFor(30 * SECOND);
    cluster.awaitReady();
    assertThat(cluster.await(client.getFrom(leader.name(), "k")).valueUtf8()).contains("during");
    client.close();
  }

  @Test
  @DisplayName("RD-08 a leader whose process hardly runs between its pauses gives its leadership away too")
  void pausesWithoutQuietGiveLeadershipAway() {
    SimCluster cluster = started(9, ClusterSettings.threeNodes());
    cluster.world().runFor(10 * SECOND);
    SimNode leader = cluster.awaitLeader(0);
    for (int i = 0; i < 10; i++) {
      leader.pauseFor(320 * MILLI);
      cluster.world().runFor(470 * MILLI);
    }
    assertThat(counted(leader, "kvd.leader.handovers", "reason", "pause", "outcome", "taken")).isPositive();
    assertThat(cluster.awaitLeader(0)).isNotEqualTo(leader);
    cluster.close();
  }

  @Test
  @DisplayName("RD-08 a leader whose process stands still again and again gives its leadership away")
  void pausesGiveLeadershipAway() {
    SimCluster cluster = started(8, ClusterSettings.threeNodes());
    cluster.world().runFor(10 * SECOND);
    SimNode leader = cluster.awaitLeader(0);
    for (int i = 0; i < 4; i++) {
      leader.pauseFor(300 * MILLI);
      cluster.world().runFor(SECOND);
    }
    assertThat(counted(leader, "kvd.leader.handovers", "reason", "pause", "outcome", "taken")).isPositive();
    assertThat(cluster.awaitLeader(0)).isNotEqualTo(leader);
    assertThat(leader.meters().get("kvd.pause.duration").timer().count()).isGreaterThanOrEqualTo(2);
    cluster.close();
  }
}
