package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.client.ByteSeq;
import io.cairn.client.KeyRange;
import io.cairn.client.KeyValue;
import io.cairn.client.KvCache;
import io.cairn.client.KvClient;
import io.cairn.client.KvException;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.WatchBatch;
import io.cairn.client.WatchListener;
import io.cairn.client.WatchState;
import io.cairn.jepsen.cluster.Await;
import io.cairn.jepsen.cluster.LocalCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Issue 5: a prefix kept in memory. That it lives through its node's death is in {@link WatchTest}. */
final class KvCacheTest {
  private static final Duration MOST = Duration.ofSeconds(30);
  private static final int ASKING = 16;

  @RegisterExtension
  static final ClusterExtension EXTENSION = new ClusterExtension(() -> LocalCluster.builder().nodes(1).build());

  private static ByteSeq key(String key) {
    return ByteSeq.utf8(key);
  }

  private static void assertRefused(RefusedCode code, ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOfSatisfying(RefusedException.class, refused -> assertThat(refused.code()).isEqualTo(code));
  }

  @Test
  @DisplayName("getOrLoad does not overwrite what somebody else has put while it loaded: that is shown, to all who asked")
  void whatWasPutMeanwhileStays() throws Exception {
    try (KvClient client = EXTENSION.cluster().client(); KvClient other = EXTENSION.cluster().client();
        KvCache cache = client.cache(KeyRange.prefix("l/")); var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      assertThat(cache.awaitSynced(MOST)).isTrue();
      var loads = new AtomicInteger();
      var loading = new CountDownLatch(1);
      var theirs = new CountDownLatch(1);
      List<Future<KeyValue>> asked = new ArrayList<>();
      for (int i = 0; i < ASKING; i++) {
        asked.add(threads.submit(() -> cache.getOrLoad(key("l/a"), missing -> {
          loads.incrementAndGet();
          loading.countDown();
          await(theirs);
          return key("loaded");
        }, MOST)));
      }
      assertThat(loading.await(MOST.toSeconds(), TimeUnit.SECONDS)).isTrue();
      long put = other.put("l/a", "theirs").revision();
      theirs.countDown();
      for (Future<KeyValue> each : asked) {
        assertThat(each.get()).satisfies(kv -> {
          assertThat(kv.valueUtf8()).isEqualTo("theirs");
          assertThat(kv.modRevision()).isEqualTo(put);
        });
      }
      assertThat(loads).hasValue(1);
      assertThat(client.get("l/a").found().orElseThrow()).satisfies(kv -> {
        assertThat(kv.valueUtf8()).isEqualTo("theirs");
        assertThat(kv.version()).as("nothing was put over it").isEqualTo(1);
      });
      assertThat(cache.get("l/a").orElseThrow().valueUtf8()).isEqualTo("theirs");
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(MOST.toSeconds(), TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  @DisplayName("a load that fails fails for all who waited for it, and the next one tries again; who waits does so no longer than it said")
  void aLoadThatFails() throws Exception {
    try (KvClient client = EXTENSION.cluster().client(); KvCache cache = client.cache(KeyRange.prefix("f/"));
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      assertThat(cache.awaitSynced(MOST)).isTrue();
      var loading = new CountDownLatch(1);
      var goOn = new CountDownLatch(1);
      Future<KeyValue> first = threads.submit(() -> cache.getOrLoad(key("f/a"), missing -> {
        loading.countDown();
        await(goOn);
        throw new IllegalStateException("no source");
      }, MOST));
      assertThat(loading.await(MOST.toSeconds(), TimeUnit.SECONDS)).isTrue();
      assertRefused(RefusedCode.DEADLINE, () -> cache.getOrLoad(key("f/a"), missing -> key("never"), Duration.ofMillis(1)));
      goOn.countDown();
      assertThatThrownBy(first::get).hasRootCauseMessage("no source");
      Await.until("the failed load is forgotten", MOST, () -> loaded(cache));
      assertThat(client.get("f/a").valueUtf8()).contains("second");
    }
  }

  private static boolean loaded(KvCache cache) {
    try {
      return cache.getOrLoad(key("f/a"), missing -> key("second"), MOST).valueUtf8().equals("second");
    } catch (IllegalStateException e) {
      return false; // Still the first one's failure.
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  @DisplayName("get(key, atLeast) shows an acknowledged write of another client, and says so when the cache does not come there in time")
  void whatWasAcknowledgedElsewhereIsSeen() throws Exception {
    try (KvClient client = EXTENSION.cluster().client(); KvClient other = EXTENSION.cluster().client();
        KvCache cache = client.cache(KeyRange.prefix("n/"))) {
      assertThat(cache.awaitSynced(MOST)).isTrue();
      for (int i = 0; i < 100; i++) {
        long put = other.put("n/a", "v" + i).revision();
        assertThat(cache.get(key("n/a"), put, MOST).orElseThrow().valueUtf8()).isEqualTo("v" + i);
      }
      long elsewhere = other.put("another prefix", "x").revision();
      assertThat(cache.get(key("n/a"), elsewhere, MOST).orElseThrow().valueUtf8()).isEqualTo("v99");
      assertThat(cache.revision()).isGreaterThanOrEqualTo(elsewhere);
      assertRefused(RefusedCode.DEADLINE, () -> cache.get(key("n/a"), elsewhere + 1_000_000_000L, Duration.ofMillis(50)));
      assertThatThrownBy(() -> cache.get("m/a")).isInstanceOf(IllegalArgumentException.class);
      cache.close();
      Await.until("it is closed", MOST, () -> cache.state() == WatchState.CLOSED);
      assertRefused(RefusedCode.CLOSED, () -> cache.get("n/a"));
      assertRefused(RefusedCode.CLOSED, cache::snapshot);
    }
  }

  @Test
  @DisplayName("a cache that would grow beyond its bytes ends: it says so to readers, waiters and listeners, holds nothing, and the server has no watch of it")
  void whatIsTooLargeEndsTheCache() throws Exception {
    try (KvClient client = EXTENSION.cluster().client(); KvCache cache = client.cache(KeyRange.prefix("o/"), 64 << 10)) {
      assertThat(cache.awaitSynced(MOST)).isTrue();
      var told = Collections.synchronizedList(new ArrayList<String>());
      cache.listen(new WatchListener() {
        @Override
        public void batch(WatchBatch batch) {
          told.add(batch.events().isEmpty() ? "progress" : "events");
        }

        @Override
        public void stateChanged(WatchState state, Optional<KvException> why) {
          told.add(state + " " + why.map(each -> ((RefusedException) each).code()).orElse(null));
        }
      });
      int last = IntStream.range(0, 100).filter(i -> {
        client.put("o/" + i, "v".repeat(1_000));
        return cache.state() == WatchState.FAILED;
      }).findFirst().orElse(99);
      Await.until("the cache has failed", MOST, () -> cache.state() == WatchState.FAILED && told.contains("FAILED ANSWER_TOO_LARGE"));
      assertThat(last).as("below its bound it lives").isGreaterThan(40);
      assertRefused(RefusedCode.ANSWER_TOO_LARGE, () -> cache.get("o/1"));
      assertRefused(RefusedCode.ANSWER_TOO_LARGE, () -> cache.get(key("o/1"), Long.MAX_VALUE, MOST));
      assertRefused(RefusedCode.ANSWER_TOO_LARGE, cache::snapshot);
      assertRefused(RefusedCode.ANSWER_TOO_LARGE, () -> cache.getOrLoad(key("o/new"), missing -> key("x"), MOST));
      assertThat(cache.size()).isZero();
      int atItsEnd = told.size();
      client.put("o/1", "later");
      assertThat(told).as("after its end it tells nothing").hasSize(atItsEnd).last().isEqualTo("FAILED ANSWER_TOO_LARGE");

      try (KvCache whole = client.cache(KeyRange.prefix("o/"), 16 << 10)) {
        Await.until("one that is too small from the first fails, too", MOST, () -> whole.state() == WatchState.FAILED);
        assertThat(whole.awaitSynced(MOST)).isFalse();
        assertThat(whole.failure()).containsInstanceOf(RefusedException.class);
      }
    }
  }
}
