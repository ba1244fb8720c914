package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.client.ByteSeq;
import io.cairn.client.KeyRange;
import io.cairn.client.KvClient;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.jepsen.cluster.Await;
import io.cairn.jepsen.cluster.KvdNode;
import io.cairn.jepsen.cluster.LocalCluster;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Issue 7, "Full disk": three processes whose data lies on one small disk, which they, or somebody else, fill to the last byte. */
class FullDiskTest {
  private static final Duration MOST = Duration.ofSeconds(30);
  private static final Duration RESUMED = Duration.ofSeconds(10);
  private static final int DISK_MEBIBYTES = 400;
  private static final int VALUE_BYTES = 64 << 10;
  /** More than fit on the disk three times, twice over. */
  private static final int PUTS_MAX = 4_000;

  private final LocalCluster cluster = LocalCluster.builder().splitPoints().set("log.keep", "8MiB").set("engine.write-buffers", "8MiB")
      .set("storage.free-space-min", "64MiB").build();
  private final Random random = new Random(3);
  private final TreeMap<String, byte[]> acknowledged = new TreeMap<>();
  private SmallDisk disk;
  private KvClient client;

  @BeforeEach
  void mount() throws Exception {
    Path data = cluster.nodes().getFirst().directory().getParent();
    try {
      disk = SmallDisk.mountOrSkip(data, DISK_MEBIBYTES);
    } catch (Exception | AssertionError cannot) {
      cluster.close();
      throw cannot;
    }
    cluster.start();
    client = cluster.client(MOST);
  }

  @AfterEach
  void unmount() throws Exception {
    if (disk == null) {
      cluster.close();
      return;
    }
    if (client != null) {
      client.close();
    }
    cluster.nodes().stream().filter(KvdNode::isRunning).forEach(KvdNode::kill);
    disk.close();
    cluster.close();
  }

  private void put(String key) {
    byte[] value = new byte[VALUE_BYTES];
    random.nextBytes(value);
    client.put(key, value);
    acknowledged.put(key, value);
  }

  /** Puts until one is refused. */
  private RefusedException fill() {
    for (int i = 0; i < PUTS_MAX; i++) {
      try {
        put("/orders/" + i);
      } catch (RefusedException e) {
        return e;
      }
    }
    throw new AssertionError(PUTS_MAX + " puts of " + VALUE_BYTES + " bytes were taken by a disk of " + DISK_MEBIBYTES + " MiB");
  }

  private void everythingIsThere() {
    acknowledged.forEach((key, value) -> assertThat(client.get(key).found().orElseThrow().value()).as(key).isEqualTo(ByteSeq.of(value)));
  }

  private void putsAreRefused() {
    assertThatThrownBy(() -> put("/orders/refused")).isInstanceOfSatisfying(RefusedException.class,
        refused -> assertThat(refused.code()).isEqualTo(RefusedCode.NO_SPACE));
  }

  private void putsAreTakenAgain() {
    Await.until("puts are taken again", RESUMED, () -> {
      try {
        put("/orders/again");
        return true;
      } catch (RefusedException stillFull) {
        assertThat(stillFull.code()).isEqualTo(RefusedCode.NO_SPACE);
        return false;
      }
    });
  }

  private List<Long> processes() {
    var ids = new ArrayList<Long>();
    cluster.nodes().forEach(node -> ids.add(node.process().id()));
    return ids;
  }

  @Test
  @DisplayName("A-09 LG-17 ST-10 filled by puts: refused cleanly, reads and deletes go on, and deletes with a compaction give the room back")
  void filledByPuts() throws IOException {
    List<Long> before = processes();
    RefusedException refused = fill();
    assertThat(refused.code()).isEqualTo(RefusedCode.NO_SPACE);
    assertThat(refused.getMessage()).contains("the disk of node n", "storage.free-space-min, 64.0 MiB", "history ", "/orders/ ");
    putsAreRefused();
    everythingIsThere();

    long revision = client.deleteRange(KeyRange.prefix("/orders/")).revision();
    acknowledged.clear();
    client.compact(revision);
    putsAreTakenAgain();
    everythingIsThere();
    assertThat(processes()).as("no node has died").isEqualTo(before);
    assertThat(cluster.nodes()).allMatch(KvdNode::isRunning);
  }

  @Test
  @DisplayName("A-09 LG-17 filled to the last byte by somebody else, also while all nodes are down: they start, read, refuse puts, and resume")
  void filledByOthers() throws IOException {
    for (int i = 0; i < 100; i++) {
      put("/orders/" + i);
    }
    disk.fill(1 << 20);
    Await.until("puts are refused", RESUMED, () -> {
      try {
        put("/orders/more");
        return false;
      } catch (RefusedException e) {
        return e.code() == RefusedCode.NO_SPACE;
      }
    });
    everythingIsThere();
    client.delete("/orders/0");
    acknowledged.remove("/orders/0");

    cluster.nodes().forEach(KvdNode::kill);
    disk.empty();
    disk.fill(0);
    cluster.nodes().forEach(KvdNode::start);
    cluster.awaitReady();
    everythingIsThere();
    putsAreRefused();
    List<Long> before = processes();

    disk.empty();
    putsAreTakenAgain();
    everythingIsThere();
    assertThat(processes()).as("no node has died").isEqualTo(before);
    assertThat(cluster.nodes()).allMatch(KvdNode::isRunning);
  }
}
