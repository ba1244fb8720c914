package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.client.ByteSeq;
import io.cairn.client.KeyRange;
import io.cairn.client.KvCache;
import io.cairn.client.KvClient;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.Watch;
import io.cairn.client.WatchBatch;
import io.cairn.client.WatchEvent;
import io.cairn.client.WatchOptions;
import io.cairn.client.WatchState;
import io.cairn.jepsen.check.WatchChecker;
import io.cairn.jepsen.cluster.Await;
import io.cairn.jepsen.cluster.KvdNode;
import io.cairn.jepsen.cluster.LocalCluster;
import io.cairn.jepsen.history.Event;
import io.cairn.jepsen.history.HistoryRecorder;
import io.cairn.jepsen.record.WatchRecorder;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Watches and compaction: exactly what is left can be watched, on every node; who needs more is told, or shown what is different. */
final class WatchCompactionTest {
  private static final Duration MOST = Duration.ofSeconds(30);
  private static final int AROUND = 100;
  /** So few events in memory that a reader which stops falls behind them. */
  private static final String RING = "1MiB";
  private static final String LARGE = "v".repeat(30_000);

  @RegisterExtension
  static final ClusterExtension EXTENSION = new ClusterExtension(() -> LocalCluster.builder().set("limits.watch-bytes", RING).build());

  private final LocalCluster cluster = EXTENSION.cluster();
  private final HistoryRecorder recorder = new HistoryRecorder(System::nanoTime, 100_000);

  private void compact(KvClient client, long revision) {
    client.compact(revision);
    for (KvdNode node : cluster.nodes()) {
      for (int shard = 1; shard <= 3; shard++) {
        int of = shard;
        Await.until("shard " + shard + " compacted on " + node, MOST,
            () -> cluster.replica(node, of).map(replica -> replica.compacted() >= revision).orElse(false));
      }
    }
  }

  @Test
  @DisplayName("W-04 W-05 watches from 100 revisions below to 100 above the compaction revision, on every node: what is left, and nothing else")
  void everyRevisionAroundTheCompactionOnEveryNode() throws Exception {
    var changed = new TreeMap<Long, String>();
    try (KvClient client = cluster.client(MOST)) {
      for (int i = 0; i < 3 * AROUND / 2; i++) { // At and around the compaction revision are deletes, too.
        String key = "k/" + i % 10;
        changed.put(i % 3 == 2 ? client.delete("k/" + (i - 1) % 10).revision() : client.put(key, "v" + i).revision(), key);
      }
      long compacted = List.copyOf(changed.keySet()).get(AROUND);
      long last = changed.lastKey();
      compact(client, compacted);
      for (KvdNode node : cluster.nodes()) {
        // A client that knows of one node watches there.
        try (KvClient there = KvClient.builder().endpoints(node.addresses().advertised()).deadline(MOST).build()) {
          Map<Long, Watch> watches = new TreeMap<>();
          for (long from = Math.max(1, compacted - AROUND); from <= compacted + AROUND; from++) {
            watches.put(from, there.watch(KeyRange.prefix("k/"), WatchOptions.from(from)));
          }
          for (Map.Entry<Long, Watch> each : watches.entrySet()) {
            expect(each.getKey(), each.getValue(), compacted, last, changed);
          }
        }
      }
    }
  }

  private static void expect(long from, Watch watch, long compacted, long last, TreeMap<Long, String> changed) throws InterruptedException {
    if (from <= compacted) {
      assertThatThrownBy(() -> watch.next(MOST)).isInstanceOfSatisfying(RefusedException.class, refused -> {
        assertThat(refused.code()).as("from %d", from).isEqualTo(RefusedCode.COMPACTED);
        assertThat(refused.revision()).as("the oldest one possible").isEqualTo(compacted + 1);
      });
    } else if (from <= last + 1) {
      var shown = new ArrayList<Long>();
      long upTo = 0;
      while (upTo < last) {
        WatchBatch batch = watch.next(MOST).orElseThrow();
        upTo = batch.revision();
        batch.events().forEach(event -> shown.add(event.revision()));
      }
      assertThat(shown).as("from %d", from).containsExactlyElementsOf(changed.tailMap(from).keySet());
    } else {
      assertThatThrownBy(() -> watch.next(MOST)).isInstanceOfSatisfying(RefusedException.class,
          refused -> assertThat(refused.code()).as("from %d", from).isEqualTo(RefusedCode.FUTURE_REVISION));
    }
  }

  /** A batch that has come and is not taken yet holds up all that follows: it is behind what the server keeps in memory. */
  private long leaveBehind(TrueWriter writer, String prefix, int keys) {
    long last = 0;
    for (int i = 0; i < 60; i++) {
      last = writer.put(prefix + i % keys, LARGE + i);
    }
    return last;
  }

  @Test
  @DisplayName("a reader whose next events are compacted is told COMPACTED with the oldest revision it may begin at; what it was shown before has no hole")
  void withoutAChoiceTheErrorIsExplicit() throws Exception {
    try (KvClient client = cluster.client(MOST)) {
      var writer = new TrueWriter(client, recorder);
      Watch watch = client.watch(KeyRange.prefix("e/"), WatchOptions.fromNow().withCredit(1));
      assertThat(watch.next(MOST).orElseThrow().kind()).isEqualTo(WatchBatch.Kind.PROGRESS);
      long first = writer.put("e/first", "1");
      Await.until("it has come", MOST, () -> watch.revision() < first && watch.state() == WatchState.ACTIVE);
      long last = leaveBehind(writer, "e/", 8);
      compact(client, last);

      var shown = new ArrayList<Long>();
      RefusedException refused = null;
      while (refused == null) {
        try {
          watch.next(MOST).ifPresent(batch -> batch.events().forEach(event -> shown.add(event.revision())));
        } catch (RefusedException e) {
          refused = e;
        }
      }
      assertThat(refused.code()).isEqualTo(RefusedCode.COMPACTED);
      assertThat(refused.revision()).isEqualTo(last + 1);
      assertThat(watch.state()).isEqualTo(WatchState.FAILED);
      assertThat(shown).isNotEmpty().first().isEqualTo(first);
      assertThat(shown.size()).as("not all of it").isLessThan(61);
      try (Watch again = client.watch(KeyRange.prefix("e/"), WatchOptions.from(refused.revision()))) {
        long next = writer.put("e/next", "x");
        assertThat(firstEvent(again).revision()).isEqualTo(next);
      }
    }
  }

  @Test
  @DisplayName("W-04 where no history is kept a watch of now that lags gets every event; one from a past revision is COMPACTED")
  void aWatchOfNowNeedsNoHistory() throws Exception {
    try (KvClient client = cluster.client(MOST)) {
      long past = client.put("n/first", "1").revision();
      client.keepHistory(ByteSeq.utf8("n/"), false);
      Await.until("no history is kept anywhere", MOST, () -> client.history().isEverywhere(ByteSeq.utf8("n/"), false, 1));
      var writer = new TrueWriter(client, recorder);
      Watch watch = client.watch(KeyRange.prefix("n/"), WatchOptions.fromNow().withCredit(1));
      assertThat(watch.next(MOST).orElseThrow().kind()).isEqualTo(WatchBatch.Kind.PROGRESS);
      long first = writer.put("n/first", "2");
      Await.until("it has come", MOST, () -> watch.revision() < first && watch.state() == WatchState.ACTIVE);
      long last = leaveBehind(writer, "n/", 8);

      var shown = new ArrayList<Long>();
      while (shown.isEmpty() || shown.getLast() < last) {
        watch.next(MOST).orElseThrow().events().forEach(event -> shown.add(event.revision()));
      }
      assertThat(shown).as("each event, in order").hasSize(61).isSorted().doesNotHaveDuplicates().first().isEqualTo(first);
      try (Watch fromPast = client.watch(KeyRange.prefix("n/"), WatchOptions.from(past))) {
        assertThatThrownBy(() -> fromPast.next(MOST)).isInstanceOfSatisfying(RefusedException.class,
            refused -> assertThat(refused.code()).isEqualTo(RefusedCode.COMPACTED));
      }
    }
  }

  @Test
  @DisplayName("a cache that is brought up by a difference of several parts shows keys of one revision, before, in the middle and after")
  void aCacheShowsOneRevision() throws Exception {
    int keys = 40;
    try (KvClient client = cluster.client(MOST); KvCache cache = client.cache(KeyRange.prefix("o/"))) {
      for (int i = 0; i < keys; i++) {
        client.put(key("o/", i), "1" + LARGE);
      }
      Await.until("all of it is there", MOST, () -> cache.size() == keys);
      var holdUp = new CountDownLatch(1);
      var heldUp = new CountDownLatch(1);
      // Progress marks go on coming while what was shown is looked at.
      var shown = new CopyOnWriteArrayList<String>();
      var kinds = new CopyOnWriteArrayList<WatchBatch.Kind>();
      cache.listen(batch -> {
        heldUp.countDown();
        awaitOpen(holdUp);
        kinds.add(batch.kind());
        shown.add(cache.snapshot().stream().map(kv -> kv.valueUtf8().substring(0, 1)).collect(Collectors.joining()));
      });
      assertThat(heldUp.await(MOST.toSeconds(), TimeUnit.SECONDS)).isTrue();
      long last = 0;
      for (int i = keys - 1; i >= 0; i--) { // Against the order of a difference.
        last = client.put(key("o/", i), "2" + LARGE).revision();
      }
      compact(client, last);
      client.put("o/behind", "3");
      holdUp.countDown();
      Await.until("it has come to the end", MOST, () -> cache.get("o/behind").isPresent());
      Await.until("its listener, too", MOST, () -> !shown.isEmpty() && shown.getLast().endsWith("3"));
      assertThat(kinds.stream().filter(kind -> kind == WatchBatch.Kind.RESYNC).count()).as("several parts: %s", kinds).isGreaterThan(1);
      assertThat(shown).allMatch(each -> each.matches("1*2*3?"));
    }
  }

  private static String key(String prefix, int number) {
    return prefix + (char) ('0' + number / 10) + number % 10;
  }

  private static void awaitOpen(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static WatchEvent firstEvent(Watch watch) throws InterruptedException {
    while (true) {
      WatchBatch batch = watch.next(MOST).orElseThrow();
      if (!batch.events().isEmpty()) {
        return batch.events().getFirst();
      }
    }
  }

  @Test
  @DisplayName("by choice it is shown what is different instead of COMPACTED: puts of what changed, deletes of what is gone; then it goes on")
  void byChoiceADifferenceInsteadOfTheError() throws Exception {
    showsADifference(WatchOptions.withInitialState().onCompaction(WatchOptions.OnCompaction.RESYNC), "r/", true);
  }

  @Test
  @DisplayName("by choice it is shown what is different instead of all it has missed when it lags, though that is all there")
  void byChoiceADifferenceInsteadOfTheLag() throws Exception {
    showsADifference(WatchOptions.withInitialState().onLag(WatchOptions.OnLag.RESYNC), "g/", false);
  }

  @Test
  @DisplayName("by choice a reader that lags is shown the latest of each key alone, one that waits everything, in order")
  void byChoiceTheLatestOfEachKey() throws Exception {
    try (KvClient client = cluster.client(MOST)) {
      var writer = new TrueWriter(client, recorder);
      KeyRange range = KeyRange.prefix("t/");
      WatchOptions all = WatchOptions.fromNow().withPrevious().withCredit(1);
      var shown = new ArrayList<Integer>();
      try (Watch wait = client.watch(range, all); Watch latest = client.watch(range, all.onLag(WatchOptions.OnLag.LATEST))) {
        var waiting = new WatchRecorder(recorder, 1, range, all);
        var skipping = new WatchRecorder(recorder, 2, range, all.onLag(WatchOptions.OnLag.LATEST));
        take(wait, waiting, new ArrayList<>(), WatchBatch.Kind.PROGRESS);
        take(latest, skipping, new ArrayList<>(), WatchBatch.Kind.PROGRESS);
        long last = leaveBehind(writer, "t/", 2);
        for (var each : Map.of(wait, waiting, latest, skipping).entrySet()) {
          int events = 0;
          while (each.getValue().upTo() < last) {
            WatchBatch batch = each.getKey().next(MOST).orElseThrow();
            each.getValue().batch(batch);
            events += batch.events().size();
          }
          shown.add(events);
        }
        recorder.add(at -> new Event.Drained(at, last));
      }
      assertThat(shown).contains(60);
      assertThat(Collections.min(shown)).as("the latest alone").isBetween(2, 50);
      assertThat(new WatchChecker().check(recorder.history()).violations()).isEmpty();
    }
  }

  private void showsADifference(WatchOptions choice, String prefix, boolean compacts) throws Exception {
    try (KvClient client = cluster.client(MOST)) {
      var writer = new TrueWriter(client, recorder);
      writer.put(prefix + "stays", "1");
      writer.put(prefix + "goes", "1");
      writer.put(prefix + "3", "1");
      KeyRange range = KeyRange.prefix(prefix);
      WatchOptions options = choice.withCredit(1);
      var given = new WatchRecorder(recorder, 1, range, options);
      var kinds = new ArrayList<WatchBatch.Kind>();
      try (Watch watch = client.watch(range, options)) {
        take(watch, given, kinds, WatchBatch.Kind.SYNCED);
        writer.put(prefix + "first", "1");
        writer.delete(prefix + "goes");
        long last = leaveBehind(writer, prefix, 8);
        if (compacts) {
          compact(client, last);
          compactionIsMeasured(last);
        }
        long after = writer.put(prefix + "after", "x");
        take(watch, given, kinds, WatchBatch.Kind.SYNCED);
        Await.until("it goes on", MOST, () -> watch.state() == WatchState.ACTIVE);
        long next = writer.put(prefix + "next", "y");
        while (given.upTo() < next) {
          take(watch, given, kinds, null);
        }
        assertThat(kinds).contains(WatchBatch.Kind.STATE, WatchBatch.Kind.RESYNC);
        assertThat(after).isLessThan(next);
        recorder.add(at -> new Event.Drained(at, next));
      }
      assertThat(new WatchChecker().check(recorder.history()).violations()).isEmpty();
    }
  }

  private void compactionIsMeasured(long revision) throws Exception {
    var begun = 0.0;
    try (var http = HttpClient.newHttpClient()) {
      for (KvdNode node : cluster.nodes()) {
        var page = http.send(HttpRequest.newBuilder(URI.create("http://" + node.addresses().admin() + "/metrics")).build(),
            HttpResponse.BodyHandlers.ofString()).body();
        for (int shard = 1; shard <= 3; shard++) {
          assertThat(page).contains("kvd_compacted_revision{shard=\"" + shard + "\"} " + revision + ".0\n");
        }
        begun += page.lines().filter(line -> line.startsWith("kvd_compactions_total{reason=\"asked\"}"))
            .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' ')))).sum();
      }
    }
    assertThat(begun).as("by the leaders of three shards").isGreaterThanOrEqualTo(3);
  }

  /** Takes batches up to the first one of the kind; one, when it does not matter which. */
  private static void take(Watch watch, WatchRecorder given, List<WatchBatch.Kind> kinds, WatchBatch.Kind until) throws InterruptedException {
    WatchBatch batch;
    do {
      batch = watch.next(MOST).orElseThrow();
      kinds.add(batch.kind());
      given.batch(batch);
    } while (until != null && batch.kind() != until);
  }
}
