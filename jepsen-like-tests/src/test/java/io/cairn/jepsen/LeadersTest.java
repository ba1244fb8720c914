package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.client.ByteSeq;
import io.cairn.client.GetOptions;
import io.cairn.client.GetResult;
import io.cairn.client.KvClient;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.UnknownOutcomeException;
import io.cairn.jepsen.cluster.KvdNode;
import io.cairn.jepsen.cluster.LocalCluster;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Issue 4: leadership goes where it is wanted, and away from a node that stops, without losing anything. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class LeadersTest {
  private static final int SHARDS = 4;
  private static final int ROUNDS = 6;
  private static final int IN_FLIGHT = 32;
  private static final String[] PREFIXES = {"a/", "k/", "z/"};

  @RegisterExtension
  static final ClusterExtension EXTENSION = new ClusterExtension(() -> LocalCluster.builder().build());

  private final LocalCluster cluster = EXTENSION.cluster();
  private final Map<String, Long> acknowledged = new ConcurrentHashMap<>();
  private final ConcurrentLinkedQueue<String> refused = new ConcurrentLinkedQueue<>();
  private final AtomicLong lastAt = new AtomicLong();
  private final AtomicLong longestGap = new AtomicLong();

  @Test
  @Order(1)
  @DisplayName("leadership of all shards goes round the nodes under load: no write is refused, every acknowledged one is on every replica")
  void transfersUnderLoadLoseNothing() throws Exception {
    try (KvClient client = cluster.client(Duration.ofSeconds(20))) {
      var done = new AtomicBoolean();
      Thread writer = Thread.ofVirtual().start(() -> writeAll(client, done));
      for (int round = 0; round < ROUNDS; round++) {
        KvdNode to = cluster.nodes().get(round % cluster.nodes().size());
        int before = acknowledged.size();
        for (int shard = 0; shard < SHARDS; shard++) {
          assertThat(client.transferLeader(shard, to.name()).to()).isEqualTo(to.name());
          assertThat(cluster.leaderOf(shard)).isEqualTo(to);
        }
        io.cairn.jepsen.cluster.Await.until("writes go on", Duration.ofSeconds(20), () -> acknowledged.size() > before + IN_FLIGHT);
      }
      done.set(true);
      writer.join();
      System.out.printf("transfer: %d rounds of %d shards, %d puts acknowledged, longest gap %d ms%n", ROUNDS, SHARDS, acknowledged.size(),
          TimeUnit.NANOSECONDS.toMillis(longestGap.get()));
      assertThat(refused).isEmpty();
      for (KvdNode node : cluster.nodes()) {
        requireAll(client, node);
      }
    }
  }

  @Test
  @Order(2)
  void whatCannotBeIsRefusedWithTheReason() {
    try (KvClient client = cluster.client()) {
      KvdNode leader = cluster.leaderOf(1);
      assertThat(client.transferLeader(1, leader.name()).from()).as("nothing to do").isEqualTo(leader.name());
      assertThatThrownBy(() -> client.transferLeader(1, "n9")).isInstanceOfSatisfying(RefusedException.class,
          e -> assertThat(e.code()).isEqualTo(RefusedCode.NO_SUCH_NODE));
      assertThatThrownBy(() -> client.transferLeader(77, "n1")).isInstanceOfSatisfying(RefusedException.class,
          e -> assertThat(e.code()).isEqualTo(RefusedCode.BAD_REQUEST)).hasMessageContaining("shard 77");
      KvdNode gone = cluster.others(leader).getFirst();
      gone.pause();
      // Only once it has been silent for half an election timeout; before that it is tried, and given up.
      assertThatThrownBy(() -> client.transferLeader(1, gone.name())).isInstanceOfSatisfying(RefusedException.class,
          e -> assertThat(e.code()).isEqualTo(RefusedCode.LEADER_STAYS)).hasMessageContaining(gone.name());
      gone.resume();
      client.put("a/after", "v");
    }
    cluster.awaitReady();
  }

  @Test
  @Order(3)
  @DisplayName("a node that gets SIGTERM hands each of its shards over before it goes: others lead without having waited for an election")
  void aStopHandsOver() throws Exception {
    try (KvClient client = cluster.client(Duration.ofSeconds(20))) {
      KvdNode leader = cluster.leaderOf(0);
      for (int shard = 0; shard < SHARDS; shard++) {
        client.transferLeader(shard, leader.name());
      }
      var done = new AtomicBoolean();
      Thread writer = Thread.ofVirtual().start(() -> writeAll(client, done));
      assertThat(leader.stop(Duration.ofSeconds(10))).isZero();
      done.set(true);
      writer.join();

      long taken = leader.process().stderr().lines()
          .filter(line -> line.contains("has handed over") && line.contains("taken=true")).count();
      assertThat(taken).as("it wrote %s", leader.log()).isGreaterThanOrEqualTo(SHARDS);
      for (int shard = 0; shard < SHARDS; shard++) {
        assertThat(cluster.leaderOf(shard)).isNotEqualTo(leader);
      }
      System.out.printf("stop of the leader: longest gap between acknowledged puts %d ms%n",
          TimeUnit.NANOSECONDS.toMillis(longestGap.get()));
      assertThat(refused).isEmpty();
      leader.start();
      leader.awaitReady(LocalCluster.START_MOST);
      requireAll(client, leader);
    }
  }

  private void writeAll(KvClient client, AtomicBoolean done) {
    var room = new Semaphore(IN_FLIGHT);
    lastAt.set(System.nanoTime());
    for (int i = 0; !done.get(); i++) {
      room.acquireUninterruptibly();
      String key = PREFIXES[i % PREFIXES.length] + System.nanoTime() + "/" + i;
      client.async().put(key, key).whenComplete((result, failure) -> {
        if (failure == null) {
          acknowledged.put(key, result.revision());
          long now = System.nanoTime();
          longestGap.accumulateAndGet(now - lastAt.getAndSet(now), Math::max);
        } else if (!(failure instanceof UnknownOutcomeException)) {
          refused.add(key + ": " + failure);
        }
        room.release();
      });
    }
    room.acquireUninterruptibly(IN_FLIGHT);
  }

  private void requireAll(KvClient client, KvdNode node) throws Exception {
    var room = new Semaphore(4 * IN_FLIGHT);
    var reads = new ConcurrentHashMap<String, CompletableFuture<GetResult>>();
    for (String key : acknowledged.keySet()) {
      room.acquire();
      var read = client.async().get(ByteSeq.utf8(key), GetOptions.DEFAULT.withNode(node.name())).toCompletableFuture();
      read.whenComplete((_, _) -> room.release());
      reads.put(key, read);
    }
    for (Map.Entry<String, Long> each : acknowledged.entrySet()) {
      GetResult read = reads.get(each.getKey()).get(30, TimeUnit.SECONDS);
      assertThat(read.found()).as("%s on %s", each.getKey(), node).isPresent();
      assertThat(read.found().get().modRevision()).as("%s on %s", each.getKey(), node).isEqualTo(each.getValue());
      assertThat(read.found().get().version()).isEqualTo(1);
    }
  }
}
