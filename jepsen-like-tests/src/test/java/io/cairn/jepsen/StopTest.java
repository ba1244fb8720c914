package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.client.ByteSeq;
import io.cairn.client.GetOptions;
import io.cairn.client.GetResult;
import io.cairn.client.KvClient;
import io.cairn.client.PutResult;
import io.cairn.client.UnknownOutcomeException;
import io.cairn.jepsen.cluster.KvdNode;
import io.cairn.jepsen.cluster.LocalCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Issue 2: SIGTERM takes no new work, answers what is in flight, flushes, ends with status 0 within 10 s. */
final class StopTest {
  private static final Duration STOP_MOST = Duration.ofSeconds(10);
  private static final int IN_FLIGHT = 32;

  @RegisterExtension
  static final ClusterExtension EXTENSION = new ClusterExtension(() -> LocalCluster.builder().build());

  private final LocalCluster cluster = EXTENSION.cluster();
  private final Map<String, Long> acknowledged = new ConcurrentHashMap<>();
  private final ConcurrentLinkedQueue<String> refused = new ConcurrentLinkedQueue<>();

  @Test
  @DisplayName("each node in turn, the leader first, gets SIGTERM under load: status 0 within 10 s, nothing lost, and it comes back")
  void everyNodeStopsInOrderUnderLoad() throws Exception {
    try (KvClient client = cluster.client(Duration.ofSeconds(20))) {
      var done = new AtomicBoolean();
      Thread writer = Thread.ofVirtual().start(() -> writeAll(client, done));
      List<KvdNode> inTurn = new ArrayList<>(cluster.nodes());
      KvdNode leader = cluster.leaderOf(0);
      inTurn.remove(leader);
      inTurn.addFirst(leader);
      for (KvdNode node : inTurn) {
        int before = acknowledged.size();
        assertThat(node.stop(STOP_MOST)).as("exit status of %s; it wrote %s", node, node.log()).isZero();
        assertThat(node.process().stderr()).contains("answered-all=true");
        node.start();
        node.awaitReady(LocalCluster.START_MOST);
        assertThat(acknowledged.size()).as("writes go on while %s is away", node).isGreaterThan(before);
      }
      done.set(true);
      writer.join();
      assertThat(refused).isEmpty();
      for (KvdNode node : cluster.nodes()) {
        requireAll(client, node);
      }
    }
  }

  private void writeAll(KvClient client, AtomicBoolean done) {
    var room = new Semaphore(IN_FLIGHT);
    String[] prefixes = {"a/", "k/", "z/"};
    for (int i = 0; !done.get(); i++) {
      room.acquireUninterruptibly();
      String key = prefixes[i % 3] + i;
      CompletionStage<PutResult> put = client.async().put(key, key);
      put.whenComplete((result, failure) -> {
        if (failure == null) {
          acknowledged.put(key, result.revision());
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
    var reads = new ConcurrentHashMap<String, java.util.concurrent.CompletableFuture<GetResult>>();
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
