package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.client.ByteSeq;
import io.cairn.client.ClusterHistory;
import io.cairn.client.GetOptions;
import io.cairn.client.KvClient;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.jepsen.cluster.Await;
import io.cairn.jepsen.cluster.KvdNode;
import io.cairn.jepsen.cluster.LocalCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Issue 5, "History": what is kept, what is dropped, and what a reader is told. */
final class HistoryTest {
  private static final Duration MOST = Duration.ofSeconds(20);
  private static final String[] SHARD_PREFIXES = {"a/", "k/", "z/"};

  @RegisterExtension
  static final ClusterExtension EXTENSION = new ClusterExtension(() -> LocalCluster.builder().build());

  private final LocalCluster cluster = EXTENSION.cluster();
  private final Kvctl kvctl = new Kvctl(cluster);

  @Test
  @DisplayName("SM-05 compactions with the leader killed in the middle: below COMPACTED with the oldest revision left, at and above it all as it was")
  void compactionsWithTheLeaderKilled() throws Exception {
    try (KvClient client = cluster.client(MOST)) {
      Map<String, TreeMap<Long, String>> written = new TreeMap<>();
      List<Long> revisions = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        String key = SHARD_PREFIXES[i % 3] + i % 6;
        long revision = client.put(key, "v" + i).revision();
        written.computeIfAbsent(key, k -> new TreeMap<>()).put(revision, "v" + i);
        revisions.add(revision);
      }
      KvdNode leader = cluster.leaderOf(0);
      long last = 0;
      for (int i = 10; i < 50; i++) {
        if (i == 30) {
          leader.kill();
        }
        last = revisions.get(i);
        assertThat(client.compact(last).wanted()).isEqualTo(last);
      }
      leader.start();
      cluster.awaitReady();
      long compacted = last;
      for (KvdNode node : cluster.nodes()) {
        for (int shard = 1; shard <= 3; shard++) {
          int of = shard;
          Await.until("shard " + shard + " compacted on " + node, MOST,
              () -> cluster.replica(node, of).map(replica -> replica.compacted() >= compacted).orElse(false));
        }
        written.forEach((key, versions) -> check(client, node, key, versions, revisions, compacted));
      }
      assertThat(client.history().isCompactedTo(compacted)).isTrue();
      assertThat(client.compact(compacted - 1).wanted()).as("it never goes back").isEqualTo(compacted);
    }
  }

  private static void check(KvClient client, KvdNode node, String key, TreeMap<Long, String> versions, List<Long> revisions, long compacted) {
    for (int i = 0; i < revisions.size(); i += 7) {
      long at = revisions.get(i);
      GetOptions options = GetOptions.DEFAULT.withNode(node.name()).withRevision(at);
      if (at < compacted) {
        assertThatThrownBy(() -> client.get(ByteSeq.utf8(key), options)).isInstanceOfSatisfying(RefusedException.class, refused -> {
          assertThat(refused.code()).isEqualTo(RefusedCode.COMPACTED);
          assertThat(refused.revision()).isEqualTo(compacted);
        });
      } else {
        Map.Entry<Long, String> expected = versions.floorEntry(at);
        assertThat(client.get(ByteSeq.utf8(key), options).valueUtf8().orElse(null)).as("%s at %d on %s", key, at, node)
            .isEqualTo(expected == null ? null : expected.getValue());
      }
    }
  }

  @Test
  @DisplayName("kvctl compact waits for every shard, says what was there already, and refuses what was never handed out")
  void kvctlCompact() throws Exception {
    try (KvClient client = cluster.client(MOST)) {
      long first = client.put("a/kvctl", "1").revision();
      long revision = client.put("z/kvctl", "1").revision();
      Kvctl.Ended done = kvctl.run("compact", Long.toString(revision));
      assertThat(done.status()).as("%s", done).isZero();
      assertThat(done.out()).isEqualTo("compacted to " + revision + "\n");
      ClusterHistory history = client.history();
      assertThat(history.isCompactedTo(revision)).as("%s", history).isTrue();
      assertThat(kvctl.run("compact", Long.toString(first)).out()).isEqualTo("compacted to " + revision + " already\n");

      Kvctl.Ended below = kvctl.run("get", "k/nothing-was-written-here", "--rev", Long.toString(first));
      assertThat(below.status()).as("%s", below).isEqualTo(2);
      assertThat(below.err()).contains("COMPACTED").contains("the oldest one kept is " + revision);
      Kvctl.Ended future = kvctl.run("compact", "1000000000000");
      assertThat(future.status()).as("%s", future).isEqualTo(4);
      assertThat(future.err()).contains("FUTURE_REVISION");
      assertThat(kvctl.run("compact", "0").err()).contains("1 or more");
      assertThat(kvctl.run("shards").lines().get(2)).contains(Long.toString(revision));
    }
  }
}
