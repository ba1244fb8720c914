package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.client.GetOptions;
import io.cairn.client.KvClient;
import io.cairn.client.ByteSeq;
import io.cairn.client.GetResult;
import io.cairn.client.UnknownOutcomeException;
import io.cairn.jepsen.cluster.KvdNode;
import io.cairn.jepsen.cluster.LocalCluster;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Issue 2, "To show": nothing acknowledged is lost when the leading node is killed. */
final class KillTest {
  private static final int PUTS = 2_000;
  private static final int IN_FLIGHT = 32;
  private static final String[] SHARD_PREFIXES = {"a/", "k/", "z/"};

  @RegisterExtension
  static final ClusterExtension EXTENSION = new ClusterExtension(() -> LocalCluster.builder().build());

  private final Map<String, Long> acknowledged = new ConcurrentSkipListMap<>();
  private final Set<String> unknown = ConcurrentHashMap.newKeySet();
  private final Set<String> refused = ConcurrentHashMap.newKeySet();
  private final AtomicLong killedAt = new AtomicLong();
  private final AtomicLong firstAfterKill = new AtomicLong();


  @Test
  @DisplayName("2,000 puts, the leader killed in the middle and started again: every acknowledged one is on every replica")
  void acknowledgedPutsOutliveTheKillOfTheLeader() throws Exception {
    LocalCluster cluster = EXTENSION.cluster();
    try (KvClient client = cluster.client()) {
      putAll(cluster, client);
      cluster.awaitReady();
      for (KvdNode node : cluster.nodes()) {
        check(client, node);
      }
    }
    System.out.printf("kill of the leader: %d acknowledged, %d unknown, %d refused; first new acknowledgement %d ms after the kill%n",
        acknowledged.size(), unknown.size(), refused.size(), TimeUnit.NANOSECONDS.toMillis(firstAfterKill.get() - killedAt.get()));
    assertThat(refused).isEmpty();
    assertThat(acknowledged.size() + unknown.size()).isEqualTo(PUTS);
    assertThat(new HashSet<>(acknowledged.values())).as("revisions are unique").hasSize(acknowledged.size());
  }

  private static String key(int i) {
    return SHARD_PREFIXES[i % SHARD_PREFIXES.length] + i;
  }

  private void putAll(LocalCluster cluster, KvClient client) throws InterruptedException {
    var room = new Semaphore(IN_FLIGHT);
    var left = new CountDownLatch(PUTS);
    KvdNode leader = cluster.leaderOf(0);
    for (int i = 0; i < PUTS; i++) {
      room.acquire();
      if (i == PUTS / 2) {
        killedAt.set(System.nanoTime());
        leader.kill();
      } else if (i == PUTS * 3 / 4) {
        leader.start();
      }
      String key = key(i);
      boolean afterKill = i >= PUTS / 2;
      client.async().put(key, "value of " + key).whenComplete((result, failure) -> {
        ended(key, afterKill, result == null ? 0 : result.revision(), failure);
        room.release();
        left.countDown();
      });
    }
    assertThat(left.await(60, TimeUnit.SECONDS)).as("every put has ended").isTrue();
  }

  private void ended(String key, boolean afterKill, long revision, Throwable failure) {
    if (failure == null) {
      acknowledged.put(key, revision);
      if (afterKill) {
        firstAfterKill.compareAndSet(0, System.nanoTime());
      }
    } else if (failure instanceof UnknownOutcomeException) {
      unknown.add(key);
    } else {
      refused.add(key + ": " + failure);
    }
  }

  /** What this replica holds of all that was put. */
  private void check(KvClient client, KvdNode node) throws Exception {
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < PUTS; i++) {
      keys.add(key(i));
    }
    List<java.util.concurrent.CompletableFuture<GetResult>> reads = new ArrayList<>();
    for (String key : keys) {
      reads.add(client.async().get(ByteSeq.utf8(key), GetOptions.DEFAULT.withNode(node.name())).toCompletableFuture());
    }
    for (int i = 0; i < PUTS; i++) {
      String key = keys.get(i);
      GetResult read = reads.get(i).get(30, TimeUnit.SECONDS);
      if (acknowledged.containsKey(key)) {
        assertThat(read.found()).as("%s on %s", key, node).isPresent();
        assertThat(read.found().get().modRevision()).as("%s on %s", key, node).isEqualTo(acknowledged.get(key));
      }
      read.found().ifPresent(found -> {
        assertThat(found.valueUtf8()).isEqualTo("value of " + key);
        assertThat(found.version()).as("%s was put once", key).isEqualTo(1);
        assertThat(found.createRevision()).isEqualTo(found.modRevision());
      });
    }
  }
}
