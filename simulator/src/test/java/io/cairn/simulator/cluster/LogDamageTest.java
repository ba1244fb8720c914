package io.cairn.simulator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.client.PutResult;
import io.cairn.raft.DiskState;
import io.cairn.raft.Raft;
import io.cairn.raft.log.HardState;
import io.cairn.raft.log.StableLog;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.ReplicaTap;
import io.cairn.simulator.SimWorld;
import io.cairn.simulator.disk.CrashLoss;
import io.cairn.simulator.disk.SimDisk;
import io.cairn.simulator.engine.SimEngineSettings;
import io.cairn.simulator.schedule.SimRandom;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A node whose log has gone bad while it was down mends it, is brought up by the others, and never decides what it has forgotten. */
class LogDamageTest {
  private static final long SECOND = 1_000_000_000L;
  private static final String LOG = "/data/log";
  private static final int SECTOR = 512;

  private SimCluster cluster;
  private SimClient client;
  private final List<String> acknowledged = new ArrayList<>();
  private int suspects;
  private int mended;

  private void started(long seed) {
    acknowledged.clear();
    // Flushed seldom: most of what was acknowledged stands in the log alone.
    cluster = new SimCluster(new SimWorld(seed), ClusterSettings.threeNodes().withSplitPoints("m").with("log.segment-size", "64KiB")
        .withEngines(SimEngineSettings.ROCKSDB.withFlush(20_000_000)));
    client = cluster.newClient();
    cluster.start();
    cluster.awaitReady();
    for (SimNode node : cluster.nodes()) {
      node.mayBreak();
      node.taps(_ -> new ReplicaTap() {
        @Override
        public void opened(Replica replica, Raft raft, HardState hardState, StableLog log) {
          suspects += raft.disk() == DiskState.SUSPECT ? 1 : 0;
        }
      });
    }
  }

  private void put(int count, int bytes) {
    var calls = new ArrayList<CompletableFuture<PutResult>>();
    for (int i = 0; i < count; i++) {
      String key = (i % 2 == 0 ? "a" : "z") + acknowledged.size();
      acknowledged.add(key);
      calls.add(client.put(key, key + "v".repeat(bytes), 30 * SECOND));
    }
    calls.forEach(cluster::await);
  }

  private void readAll() {
    for (String key : acknowledged) {
      assertThat(cluster.await(client.get(key)).valueUtf8().orElse("")).as("acknowledged key %s", key).startsWith(key);
    }
  }

  /** One bit of what was written to a segment of the log: often to the end of the newest. */
  private static void damage(SimNode node, SimRandom random) {
    SimDisk disk = node.machine().disk();
    List<String> segments = new ArrayList<>();
    try {
      for (String name : disk.list(LOG).stream().filter(name -> name.matches("[0-9]{10}\\.seg")).sorted().toList()) {
        if (!written(disk, name).isEmpty()) {
          segments.add(name);
        }
      }
      String name = random.chance(0.6) ? segments.getLast() : segments.get((int) random.between(0, segments.size() - 1));
      List<Integer> written = written(disk, name);
      int last = written.size() - 1;
      int sector = written.get(random.chance(0.6) ? (int) random.between(Math.max(0, last - 4), last) : (int) random.between(0, last));
      disk.corrupt(LOG + "/" + name, (long) sector * SECTOR + random.between(0, SECTOR - 1), 1 << random.between(0, 7));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** The sectors that bear the segment's own number. */
  private static List<Integer> written(SimDisk disk, String name) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(disk.durableBytes(LOG + "/" + name));
    var sectors = new ArrayList<Integer>();
    for (int sector = 0; sector < bytes.capacity() / SECTOR; sector++) {
      if (bytes.getInt(sector * SECTOR + 500) == Integer.parseInt(name.substring(0, 10))) {
        sectors.add(sector);
      }
    }
    return sectors;
  }

  /** Started as often as its supervisor would: a bad sector that nobody needed before is met when it is read. */
  private void startUntilReady(SimNode node) {
    for (int life = 1; life <= 3; life++) {
      node.start();
      cluster.world().runUntil("it is up, or has stopped", () -> node.started() || !node.running(), 20 * SECOND);
      if (node.running()) {
        break;
      }
      assertThat(node.broken()).hasMessageContaining(LOG);
    }
    cluster.awaitReady(node);
    mended++;
  }

  /** As its supervisor would, if it is down. */
  private void startAgain(SimNode node) {
    if (!node.running()) {
      node.start();
    }
    cluster.world().runFor(6 * SECOND);
  }

  @Test
  @DisplayName("ST-02 ST-05 a damaged log is mended from the peers, and the node counts again: the others can do without another one")
  void aDamagedLogIsMendedFromPeers() {
    for (long seed = 1; seed <= 10; seed++) {
      started(seed);
      var random = new SimRandom(seed);
      put(60, 300);
      SimNode struck = cluster.node("n" + random.between(1, 3));
      struck.crash(CrashLoss.DRAWN);
      put(10, 300);
      damage(struck, random);
      startUntilReady(struck);
      put(10, 300);
      cluster.world().runFor(SECOND);

      cluster.nodes().stream().filter(node -> node != struck).findFirst().orElseThrow().crash();
      put(10, 300);
      readAll();
      cluster.close();
    }
    assertThat(mended).isEqualTo(10);
    assertThat(suspects).as("replicas that came back suspect").isGreaterThan(5);
  }

  @Test
  @DisplayName("ST-03 LG-19 a replica that may have forgotten what it acknowledged decides nothing with one that never had it")
  void aSuspectDoesNotDecideWithOneThatLags() {
    for (long seed = 11; seed <= 18; seed++) {
      started(seed);
      var random = new SimRandom(seed);
      put(20, 300);
      SimNode behind = cluster.node("n3");
      cluster.isolate(behind);
      put(40, 300); // Acknowledged by n1 and n2 alone.
      cluster.node("n1").crash(CrashLoss.ALL);
      cluster.node("n2").crash(CrashLoss.ALL);
      damage(cluster.node("n1"), random);
      cluster.heal();
      SimNode struck = cluster.node("n1");
      startAgain(struck);
      startAgain(struck);

      cluster.node("n2").start();
      startAgain(struck);
      cluster.awaitReady();
      put(10, 300);
      readAll();
      cluster.close();
    }
    assertThat(suspects).as("replicas that came back suspect").isGreaterThan(5);
  }
}
