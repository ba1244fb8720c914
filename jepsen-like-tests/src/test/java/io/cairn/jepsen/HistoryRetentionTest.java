package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.client.ByteSeq;
import io.cairn.client.GetOptions;
import io.cairn.client.KvClient;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.jepsen.cluster.Await;
import io.cairn.jepsen.cluster.KvdNode;
import io.cairn.jepsen.cluster.LocalCluster;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Issue 5, "History": what is dropped by itself, by age and by count, and that the disk gets it back. */
final class HistoryRetentionTest {
  private static final Duration MOST = Duration.ofSeconds(40);
  private static final int VALUE_BYTES = 64 << 10;
  private static final int OVERWRITES = 400;

  @RegisterExtension
  static final ClusterExtension EXTENSION = new ClusterExtension(() -> LocalCluster.builder().splitPoints("m")
      .set("history.keep-age", "2s").set("history.keep-events", "1000").build());

  private final LocalCluster cluster = EXTENSION.cluster();

  private static boolean isCompacted(KvClient client, KvdNode node, String key, long revision) {
    try {
      client.get(ByteSeq.utf8(key), GetOptions.DEFAULT.withNode(node.name()).withRevision(revision));
      return false;
    } catch (RefusedException e) {
      assertThat(e.code()).isEqualTo(RefusedCode.COMPACTED);
      assertThat(e.revision()).isGreaterThan(revision);
      return true;
    }
  }

  @Test
  @DisplayName("what is older than history.keep-age goes on every node, with the leader killed meanwhile, and its space with it")
  void oldHistoryGoesByItselfAndItsSpaceWithIt() {
    try (KvClient client = cluster.client(MOST)) {
      byte[] value = new byte[VALUE_BYTES];
      new java.util.Random(5).nextBytes(value);
      long first = client.put("a", value).revision();
      for (int i = 0; i < OVERWRITES; i++) {
        value[0]++;
        client.put("a", value);
      }
      KvdNode leader = cluster.leaderOf("a");
      leader.kill();
      long last = client.put("z", "the newest stays").revision();
      leader.start();
      cluster.awaitReady();
      for (KvdNode node : cluster.nodes()) {
        Await.until("the first version is gone on " + node, MOST, () -> isCompacted(client, node, "a", first));
        assertThat(client.get(ByteSeq.utf8("a"), GetOptions.DEFAULT.withNode(node.name())).found()).isPresent();
        // Every overwrite stood there twice: as what became, and as what was replaced.
        Await.until("the space is back on " + node, MOST,
            () -> client.async().status(node.name()).toCompletableFuture().join().engineBytes() < OVERWRITES * (long) VALUE_BYTES / 2);
      }
      assertThat(client.get(ByteSeq.utf8("z"), GetOptions.DEFAULT.withRevision(client.put("z", "later").revision())).valueUtf8())
          .contains("later");
      assertThat(last).isGreaterThan(first);
      for (KvdNode node : cluster.nodes()) {
        MetricsPage page = MetricsPage.of(node);
        assertThat(page.value("kvd_compacted_revision{shard=\"1\"}")).as("on %s", node).isGreaterThan(first);
        Await.until("ranges given back are counted on " + node, MOST, () -> MetricsPage.of(node).value("kvd_history_reclaims_total") > 0);
      }
      assertThat(MetricsPage.sum(cluster.nodes(), "kvd_compactions_total{reason=\"kept\"}")).as("begun by leaders").isPositive();
    }
  }
}
