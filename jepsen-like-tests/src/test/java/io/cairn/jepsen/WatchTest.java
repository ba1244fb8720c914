package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.client.KeyRange;
import io.cairn.client.KvClient;
import io.cairn.client.PutResult;
import io.cairn.client.Watch;
import io.cairn.client.WatchBatch;
import io.cairn.client.WatchEvent;
import io.cairn.client.WatchOptions;
import io.cairn.client.WatchState;
import io.cairn.jepsen.cluster.Await;
import io.cairn.jepsen.cluster.KvdNode;
import io.cairn.jepsen.cluster.LocalCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Issue 5, "Watches", against three nodes. */
final class WatchTest {
  private static final Duration MOST = Duration.ofSeconds(30);

  @RegisterExtension
  static final ClusterExtension EXTENSION = new ClusterExtension(() -> LocalCluster.builder().build());

  /** Everything a watch has shown, held against what must hold of any watch. */
  private static final class Shown {
    final List<WatchEvent> events = Collections.synchronizedList(new ArrayList<>());
    private long upTo = -1;

    synchronized void take(WatchBatch batch) {
      assertThat(upTo == -1 || batch.previousRevision() == upTo).as("no hole before %s", batch).isTrue();
      upTo = batch.revision();
      events.addAll(batch.events());
    }

    synchronized long upTo() {
      return upTo;
    }

    void await(long revision) {
      Await.until("the watch has come to " + revision, MOST, () -> upTo() >= revision);
    }

    Map<Long, String> keys() {
      var keys = new TreeMap<Long, String>();
      for (WatchEvent event : List.copyOf(events)) {
        assertThat(keys.put(event.revision(), event.kv().keyUtf8())).as("revision %d came once", event.revision()).isNull();
      }
      return keys;
    }
  }

  @Test
  @DisplayName("a watch over three shards shows every put once, in order, while the node that leads them is killed and comes back")
  void everyEventOnceWhileTheLeaderIsKilled() {
    LocalCluster cluster = EXTENSION.cluster();
    try (KvClient client = cluster.client()) {
      var shown = new Shown();
      var single = new Shown();
      Watch watch = client.watch(KeyRange.all(), WatchOptions.fromNow(), shown::take);
      Watch one = client.watch(KeyRange.prefix("m/"), WatchOptions.fromNow(), single::take);
      Await.until("both stand", MOST, () -> watch.state() == WatchState.ACTIVE && one.state() == WatchState.ACTIVE);
      var put = new TreeMap<Long, String>();
      KvdNode leader = cluster.leaderOf(0);
      for (int i = 0; i < 300; i++) {
        if (i == 100) {
          leader.kill();
        } else if (i == 200) {
          leader.start();
        }
        String key = List.of("a/", "m/", "z/").get(i % 3) + i;
        PutResult result = client.put(key, "v" + i);
        put.put(result.revision(), key);
      }
      shown.await(put.lastKey());
      single.await(put.entrySet().stream().filter(each -> each.getValue().startsWith("m/")).map(Map.Entry::getKey).reduce(0L, Math::max));
      assertThat(shown.keys()).isEqualTo(put);
      put.values().removeIf(key -> !key.startsWith("m/"));
      assertThat(single.keys()).isEqualTo(put);
      assertThat(shown.events).isSortedAccordingTo((a, b) -> Long.compare(a.revision(), b.revision()));
      watch.close();
      one.close();
      cluster.awaitReady();
    }
  }

  @Test
  @DisplayName("a watch from a past revision shows what happened then, with what it replaced, and goes on with what happens now")
  void fromThePastWithWhatWasReplaced() throws Exception {
    try (KvClient client = EXTENSION.cluster().client()) {
      long first = client.put("p/a", "1").revision();
      client.put("p/a", "2");
      client.delete("p/a");
      try (Watch watch = client.watch(KeyRange.prefix("p/"), WatchOptions.from(first).withPrevious())) {
        long last = client.put("p/b", "3").revision();
        var shown = new Shown();
        while (shown.upTo() < last) {
          shown.take(watch.next(MOST).orElseThrow());
        }
        assertThat(shown.events).extracting(event -> event.type() + " " + event.kv().keyUtf8() + " "
            + event.previous().map(before -> before.valueUtf8()).orElse("-"))
            .containsExactly("PUT p/a -", "PUT p/a 1", "DELETE p/a 2", "PUT p/b -");
      }
    }
  }
}
