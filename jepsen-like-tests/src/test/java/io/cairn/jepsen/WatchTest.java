package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.client.ByteSeq;
import io.cairn.client.KeyRange;
import io.cairn.client.KvCache;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
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
  @DisplayName("marks of a watch over one shard, in which nothing happens, pass what happens in the others")
  void marksOfAnIdleShardGoOn() {
    try (KvClient client = EXTENSION.cluster().client()) {
      var shown = new Shown();
      Watch idle = client.watch(KeyRange.prefix("z/idle/"), WatchOptions.fromNow(), shown::take);
      Await.until("it stands", MOST, () -> idle.state() == WatchState.ACTIVE);
      shown.await(client.put("a/busy", "1").revision());
      assertThat(shown.events).isEmpty();
      idle.close();
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

  @Test
  @DisplayName("a listener may call the client, also blocking; a batch is told after the one before it has been")
  void aCallbackMayCallTheClient() {
    try (KvClient client = EXTENSION.cluster().client()) {
      var copied = Collections.synchronizedList(new ArrayList<String>());
      Watch watch = client.watch(KeyRange.prefix("cb/"), WatchOptions.fromNow(), batch -> batch.events().forEach(event -> {
        client.put("copy/" + event.kv().keyUtf8(), event.kv().valueUtf8());
        copied.add(client.get("copy/" + event.kv().keyUtf8()).valueUtf8().orElseThrow());
      }));
      Await.until("it stands", MOST, () -> watch.state() == WatchState.ACTIVE);
      for (int i = 0; i < 20; i++) {
        client.put("cb/" + i, "v" + i);
      }
      Await.until("all are copied", MOST, () -> copied.size() == 20);
      assertThat(copied).containsExactlyElementsOf(IntStream.range(0, 20).mapToObj(i -> "v" + i).toList());
      watch.close();
    }
  }

  @Test
  @DisplayName("a cache shows what was written as soon as its revision is named, survives its node, and loads a missing key once for all who ask")
  void aCacheIsANearCopy() throws Exception {
    LocalCluster cluster = EXTENSION.cluster();
    try (KvClient client = cluster.client(); KvCache cache = client.cache(KeyRange.prefix("nc/"))) {
      assertThat(cache.awaitSynced(MOST)).isTrue();
      assertThat(cache.get("nc/a")).isEmpty();
      long first = client.put("nc/a", "1").revision();
      assertThat(cache.get(ByteSeq.utf8("nc/a"), first, MOST).orElseThrow().valueUtf8()).isEqualTo("1");
      assertThat(cache.staleness()).isLessThan(MOST);

      KvdNode leader = cluster.leaderOf("nc/a");
      leader.kill();
      long second = client.put("nc/a", "2").revision();
      assertThat(cache.get(ByteSeq.utf8("nc/a"), second, MOST).orElseThrow().valueUtf8()).isEqualTo("2");
      leader.start();
      long third = client.delete("nc/a").revision();
      assertThat(cache.get(ByteSeq.utf8("nc/a"), third, MOST)).isEmpty();

      var loads = new AtomicInteger();
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        var asked = IntStream.range(0, 20).mapToObj(i -> threads.submit(() -> cache.getOrLoad(ByteSeq.utf8("nc/slow"), key -> {
          loads.incrementAndGet();
          return ByteSeq.utf8("loaded");
        }, MOST))).toList();
        for (var each : asked) {
          assertThat(each.get().valueUtf8()).isEqualTo("loaded");
        }
      }
      assertThat(loads).hasValue(1);
      assertThat(cache.snapshot()).extracting(kv -> kv.keyUtf8()).containsExactly("nc/slow");
      cluster.awaitReady();
    }
  }

  @Test
  @DisplayName("a publisher tells as many batches as were requested, and ends with its subscriber")
  void aPublisherKeepsToWhatIsRequested() throws Exception {
    try (KvClient client = EXTENSION.cluster().client()) {
      long first = client.put("pub/a", "1").revision();
      var batches = new LinkedBlockingQueue<WatchBatch>();
      var subscribed = new CompletableFuture<Flow.Subscription>();
      client.watches(KeyRange.prefix("pub/"), WatchOptions.from(first)).subscribe(new Flow.Subscriber<>() {
        @Override
        public void onSubscribe(Flow.Subscription subscription) {
          subscribed.complete(subscription);
        }

        @Override
        public void onNext(WatchBatch batch) {
          batches.add(batch);
        }

        @Override
        public void onError(Throwable failure) {
          throw new AssertionError(failure);
        }

        @Override
        public void onComplete() {}
      });
      Flow.Subscription subscription = subscribed.get();
      long shown = 0;
      for (int i = 0; shown < first && i < 10; i++) {
        subscription.request(1);
        shown = batches.poll(30, TimeUnit.SECONDS).revision();
        assertThat(batches).as("one was requested, one came").isEmpty();
      }
      assertThat(shown).isGreaterThanOrEqualTo(first);
      subscription.cancel();
    }
  }

  @Test
  @DisplayName("kvctl runs a command for each event, with the event in its environment, and a program with keys as its environment")
  void kvctlRunsCommands() throws Exception {
    LocalCluster cluster = EXTENSION.cluster();
    try (KvClient client = cluster.client()) {
      long first = client.put("cmd/a", "1").revision();
      client.put("cmd/b", "two words");
      long last = client.delete("cmd/a").revision();
      Kvctl.Ended ended = new Kvctl(cluster).run("watch", "--prefix", "cmd/", "--rev", Long.toString(first), "--", "sh", "-c",
          "echo \"$CAIRN_EVENT_TYPE $CAIRN_EVENT_KEY=$CAIRN_EVENT_VALUE $CAIRN_EVENT_REVISION\"; [ $CAIRN_EVENT_REVISION -lt " + last
              + " ] || exit 7");
      assertThat(ended.status()).as(ended.err()).isEqualTo(7);
      assertThat(ended.lines()).containsExactly("put cmd/a=1 " + first, "put cmd/b=two words " + (first + 1), "delete cmd/a= " + last);
      assertThat(ended.err()).contains("--rev " + last);

      client.put("app/db.url", "here");
      client.put("app/2nd", "x");
      Kvctl.Ended env = new Kvctl(cluster).run("env", "app/", "--", "sh", "-c", "echo $DB_URL $_2ND; exit 3");
      assertThat(env.status()).as(env.err()).isEqualTo(3);
      assertThat(env.out()).isEqualTo("here x\n");
      client.put("app/db_url", "twice");
      assertThat(new Kvctl(cluster).run("env", "app/", "--", "true").err()).contains("DB_URL");
    }
  }
}
