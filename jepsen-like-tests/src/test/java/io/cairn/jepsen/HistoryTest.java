package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.client.ByteSeq;
import io.cairn.client.ClusterHistory;
import io.cairn.client.GetOptions;
import io.cairn.client.KeyEvent;
import io.cairn.client.KeyHistory;
import io.cairn.client.KeyHistoryOptions;
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
  @DisplayName("kvctl history shows what became of a key, over a delete and a compaction, page by page, from any node")
  void whatBecameOfAKey() throws Exception {
    try (KvClient client = cluster.client(MOST)) {
      List<Long> revisions = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        revisions.add(i % 10 == 5 ? client.delete("k/history").revision() : client.put("k/history", "v" + i).revision());
        client.put("k/other", "v" + i);
      }
      KeyHistory all = client.history("k/history");
      assertThat(all.events()).extracting(KeyEvent::revision).isEqualTo(revisions.reversed());
      assertThat(all.events()).extracting(KeyEvent::isDelete).containsExactlyElementsOf(
          revisions.reversed().stream().map(revision -> revisions.indexOf(revision) % 10 == 5).toList());
      assertThat(all.events().getFirst().put().get().valueUtf8()).isEqualTo("v29");
      assertThat(all.events().getFirst().clientId()).hasSize(32).isEqualTo(all.events().getLast().clientId());
      assertThat(all.cut() || all.more()).isFalse();

      KeyHistory some = client.history(ByteSeq.utf8("k/history"),
          KeyHistoryOptions.DEFAULT.withTo(revisions.get(20)).withFrom(revisions.get(3)).withLimit(10));
      assertThat(some.events()).extracting(KeyEvent::revision).isEqualTo(revisions.subList(11, 21).reversed());
      assertThat(some.more()).isTrue();

      client.compact(revisions.get(7));
      Await.until("compacted", MOST, () -> client.history().isCompactedTo(revisions.get(7)));
      KeyHistory left = client.history("k/history");
      assertThat(left.events()).extracting(KeyEvent::revision).isEqualTo(revisions.subList(8, 30).reversed());
      assertThat(left.cut()).isTrue();
      Kvctl.Ended shown = kvctl.run("history", "k/history", "--limit", "2");
      assertThat(shown.status()).as("%s", shown).isZero();
      assertThat(shown.lines().get(1)).contains(revisions.get(29) + "  ").contains("put").endsWith("v29");
      assertThat(shown.err()).contains("--to " + (revisions.get(28) - 1));
      assertThat(kvctl.run("history", "k/never").status()).isEqualTo(1);
      assertThat(kvctl.run("history").out()).contains("while younger than 3600 s").contains("the last 1000000 changes");
    }
  }

  @Test
  @DisplayName("kvctl history off keeps none below a prefix, through a kill of the leader, and on keeps it again")
  void historyOffAndOn() throws Exception {
    try (KvClient client = cluster.client(MOST)) {
      long first = client.put("k/off/key", "1").revision();
      Kvctl.Ended off = kvctl.run("history", "off", "k/off/");
      assertThat(off.status()).as("%s", off).isZero();
      assertThat(off.out()).contains("off: 'k/off/'");
      client.put("k/off/key", "2");
      client.put("k/kept", "1");
      KvdNode leader = cluster.leaderOf("k/off/key");
      leader.kill();
      long second = client.put("k/off/key", "3").revision();
      leader.start();
      cluster.awaitReady();
      for (KvdNode node : cluster.nodes()) {
        GetOptions at = GetOptions.DEFAULT.withNode(node.name());
        assertThatThrownBy(() -> client.get(ByteSeq.utf8("k/off/key"), at.withRevision(first))).isInstanceOfSatisfying(RefusedException.class,
            refused -> assertThat(refused.code()).isEqualTo(RefusedCode.COMPACTED));
        assertThat(client.get(ByteSeq.utf8("k/off/key"), at.withRevision(second)).valueUtf8()).contains("3");
        assertThat(client.get(ByteSeq.utf8("k/kept"), at.withRevision(first)).found()).as("elsewhere it is kept").isEmpty();
      }
      Kvctl.Ended narrower = kvctl.run("history", "on", "k/off/key");
      assertThat(narrower.status()).as("%s", narrower).isEqualTo(4);
      assertThat(kvctl.run("history", "on", "k/off/").out()).contains("off: for no prefix");
      long third = client.put("k/off/key", "4").revision();
      client.put("k/off/key", "5");
      assertThat(client.get(ByteSeq.utf8("k/off/key"), GetOptions.DEFAULT.withRevision(third)).valueUtf8()).contains("4");
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
