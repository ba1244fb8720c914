package io.cairn.simulator.space;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.client.ByteSeq;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.core.Operation;
import io.cairn.platform.Files;
import io.cairn.simulator.SimWorld;
import io.cairn.simulator.cluster.ClusterSettings;
import io.cairn.simulator.cluster.SimClient;
import io.cairn.simulator.cluster.SimCluster;
import io.cairn.simulator.cluster.SimNode;
import io.cairn.simulator.disk.DiskSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Disks that something else fills, and empties again: nobody dies of it, nothing acknowledged is lost, and nobody has to help. */
class FullDiskTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long MIB = 1L << 20;
  private static final String DATA = "/var/lib/cairn";

  private final SimCluster cluster = new SimCluster(new SimWorld(7), ClusterSettings.threeNodes().with("storage.free-space-min", "32MiB"));
  private final SimClient client = cluster.newClient();
  private final Map<String, String> acknowledged = new TreeMap<>();

  @BeforeEach
  void start() {
    cluster.start();
    cluster.awaitReady();
    for (int i = 0; i < 50; i++) {
      put("/orders/" + i, "v" + i);
    }
  }

  @AfterEach
  void end() {
    client.close();
    cluster.close();
  }

  private void put(String key, String value) {
    cluster.await(client.put(key, value));
    acknowledged.put(key, value);
  }

  private void delete(String key) {
    cluster.await(client.start(new Operation.Delete(ByteSeq.utf8(key), false), 5 * SECOND));
    acknowledged.remove(key);
  }

  /** Somebody else's files take all but {@code free} bytes of the node's disk. */
  private void leave(SimNode node, long free) {
    node.machine().disk().settings(DiskSettings.NVME);
    long used = DiskSettings.NVME.capacityBytes() - free(node);
    node.machine().disk().settings(DiskSettings.NVME.withCapacity(used + free));
  }

  private static void empty(SimNode node) {
    node.machine().disk().settings(DiskSettings.NVME);
  }

  private static long free(SimNode node) {
    return node.machine().disk().freeBytes();
  }

  private RefusedException refused(Operation<?> operation) {
    try {
      cluster.await(client.start(operation, 5 * SECOND));
    } catch (CompletionException e) {
      assertThat(e.getCause()).isInstanceOf(RefusedException.class);
      return (RefusedException) e.getCause();
    }
    throw new AssertionError(operation + " was done");
  }

  private static Operation.Put putOf(String key) {
    return new Operation.Put(ByteSeq.utf8(key), ByteSeq.utf8("refused"), false);
  }

  private SimNode follower() {
    SimNode leader = cluster.awaitLeader(1);
    return cluster.nodes().stream().filter(node -> node != leader).findFirst().orElseThrow();
  }

  private void everythingIsThere() {
    acknowledged.forEach((key, value) ->
        assertThat(cluster.await(client.get(key)).found().orElseThrow().value()).as(key).isEqualTo(ByteSeq.utf8(value)));
  }

  private void growthIsRefusedAndTheRestIsNot(SimNode full) {
    cluster.world().runFor(SECOND);
    RefusedException refusal = refused(putOf("/orders/new"));
    assertThat(refusal.code()).isEqualTo(RefusedCode.NO_SPACE);
    assertThat(refusal.getMessage()).contains("node " + full.name() + " has", "storage.free-space-min, 32.0 MiB", "until 40.0 MiB", "largest: history ", "/orders/");
    everythingIsThere();
    delete(acknowledged.keySet().iterator().next());
    assertThat(cluster.await(client.get("/orders/new")).found()).isEmpty();
    assertThat(cluster.status(full).orElseThrow().disk().low()).isTrue();
  }

  @Test
  @DisplayName("A-09 a leader with a disk nearly full refuses what grows, reads and deletes on, and takes it again by itself")
  void theLeadersDisk() {
    SimNode leader = cluster.awaitLeader(1);
    leave(leader, 31 * MIB);
    growthIsRefusedAndTheRestIsNot(leader);

    leave(leader, 36 * MIB); // Not far enough: it would go up and down.
    cluster.world().runFor(SECOND);
    assertThat(refused(putOf("/orders/new")).code()).isEqualTo(RefusedCode.NO_SPACE);

    leave(leader, 41 * MIB);
    cluster.world().runFor(SECOND);
    put("/orders/again", "v");
    everythingIsThere();
  }

  @Test
  @DisplayName("a follower's disk is spared too: its leader refuses for it, and goes on without it when it is gone")
  void aFollowersDisk() {
    SimNode follower = follower();
    leave(follower, 20 * MIB);
    growthIsRefusedAndTheRestIsNot(follower);

    follower.kill();
    cluster.world().runFor(10 * SECOND);
    put("/orders/without", "v");
    follower.start();
    cluster.awaitReady();
    growthIsRefusedAndTheRestIsNot(follower);

    empty(follower);
    cluster.world().runFor(SECOND);
    put("/orders/again", "v");
    everythingIsThere();
  }

  @Test
  @DisplayName("A-09 nodes that start with no byte free serve reads, refuse puts, and take them again by themselves")
  void noByteFree() throws IOException {
    cluster.world().runFor(2 * SECOND);
    for (SimNode node : cluster.nodes()) {
      node.kill();
      leave(node, 0);
    }
    cluster.start();
    cluster.awaitReady();
    everythingIsThere();
    assertThat(refused(putOf("/orders/new")).code()).isEqualTo(RefusedCode.NO_SPACE);

    cluster.nodes().forEach(FullDiskTest::empty);
    cluster.world().runFor(2 * SECOND);
    put("/orders/again", "v");
    everythingIsThere();
    assertThat(cluster.nodes()).allMatch(SimNode::running);
  }
}
