package io.cairn.simulator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.client.KeyRange;
import io.cairn.client.KvException;
import io.cairn.client.WatchBatch;
import io.cairn.client.WatchOptions;
import io.cairn.client.WatchState;
import io.cairn.client.core.WatchCall;
import io.cairn.client.core.WatchSink;
import io.cairn.simulator.SimWorld;
import io.cairn.simulator.net.LinkSettings;
import io.cairn.simulator.schedule.SimRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** One watch, and connections that break under it again and again. */
class WatchBreaksTest {
  private static final long MILLI = 1_000_000L;
  private static final int BREAKS = 1_000;
  /** Of each piece that a node sends to the watch. */
  private static final double RESET_CHANCE = 0.3;

  /** What the watch has shown; that it has no hole is seen as it comes. */
  private static final class Shown implements WatchSink {
    final TreeMap<Long, String> events = new TreeMap<>();
    final List<String> wrong = new ArrayList<>();
    WatchCall call;
    long upTo = -1;
    int lost;
    WatchState state = WatchState.CONNECTING;

    @Override
    public void batch(WatchBatch batch, long bytes) {
      if (upTo >= 0 && batch.previousRevision() != upTo) {
        wrong.add("a hole between " + upTo + " and " + batch);
      }
      upTo = batch.revision();
      batch.events().forEach(event -> {
        if (events.put(event.revision(), event.kv().keyUtf8()) != null) {
          wrong.add("revision " + event.revision() + " came twice");
        }
      });
      call.taken(bytes);
    }

    @Override
    public void state(WatchState now, Optional<KvException> why) {
      lost += now == WatchState.RECONNECTING ? 1 : 0;
      state = now;
    }
  }

  @Test
  @DisplayName("1,000 broken connections under one watch over two shards, wherever in a batch that is: no hole, no double")
  void aThousandBreaksAndNotOneEventLostOrDoubled() {
    SimCluster cluster = new SimCluster(new SimWorld(11), ClusterSettings.threeNodes().withSplitPoints("m"));
    cluster.start();
    cluster.awaitReady();
    SimClient writer = cluster.newClient();
    SimClient watcher = cluster.newClient();
    var shown = new Shown();
    shown.call = watcher.watch(KeyRange.all(), WatchOptions.fromNow(), shown);
    shown.call.start();
    cluster.world().runUntil("the watch stands", () -> shown.state == WatchState.ACTIVE, 5_000 * MILLI);
    for (SimNode node : cluster.nodes()) {
      cluster.world().net().settings(node.name(), watcher.machine().name(), LinkSettings.LAN.withResets(RESET_CHANCE));
    }
    SimRandom random = cluster.world().random("breaks");
    var written = new TreeMap<Long, String>();
    for (int i = 0; shown.lost < BREAKS; i++) {
      String key = (i % 2 == 0 ? "a" : "z") + i;
      written.put(cluster.await(writer.put(key, "v".repeat((int) random.nextLong(300)))).revision(), key);
      cluster.world().runFor(random.nextLong(100 * MILLI));
    }
    cluster.nodes().forEach(node -> cluster.world().net().settings(node.name(), watcher.machine().name(), LinkSettings.LAN));
    long last = written.lastKey();
    cluster.world().runUntil("the watch has come to " + last, () -> shown.upTo >= last, 20_000 * MILLI);

    assertThat(shown.wrong).isEmpty();
    assertThat(shown.events).isEqualTo(written);
  }
}
