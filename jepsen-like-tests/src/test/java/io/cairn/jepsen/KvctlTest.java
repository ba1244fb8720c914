package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.client.ByteSeq;
import io.cairn.client.Consistency;
import io.cairn.client.GetOptions;
import io.cairn.client.GetResult;
import io.cairn.client.KeyRange;
import io.cairn.client.KvClient;
import io.cairn.client.RangeOptions;
import io.cairn.client.RangeResult;
import io.cairn.client.RefusedException;
import io.cairn.jepsen.cluster.Await;
import io.cairn.jepsen.cluster.KvdNode;
import io.cairn.jepsen.cluster.KvdProcess;
import io.cairn.jepsen.cluster.LocalCluster;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Issue 3, "Load and read": what one process has written, as others read it, by choice, in parts, and over restarts. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class KvctlTest {
  private static final Duration MOST = Duration.ofSeconds(20);
  private static final int LEADERS_TRIES = 10;
  private static final Pattern RESUME = Pattern.compile("--resume (\\S+)");

  @RegisterExtension
  static final ClusterExtension EXTENSION = new ClusterExtension(() -> LocalCluster.builder().build());

  private final LocalCluster cluster = EXTENSION.cluster();
  private final Kvctl kvctl = new Kvctl(cluster);

  @Test
  @Order(1)
  @DisplayName("an atLeast read of another process shows the write on every node, as soon as the writer knows its revision")
  void atLeastReadsWhatAnotherProcessWrote() throws Exception {
    try (KvClient client = cluster.client(MOST)) {
      for (int i = 0; i < 50; i++) {
        long revision = client.put("k/at-least", Integer.toString(i)).revision();
        String node = "n" + (1 + i % 3);
        try (KvClient other = i % 10 == 0 ? cluster.client(MOST) : null) {
          KvClient reader = other == null ? client : other;
          GetResult found = reader.get(ByteSeq.utf8("k/at-least"),
              GetOptions.DEFAULT.withConsistency(Consistency.atLeast(revision)).withNode(node));
          assertThat(found.revision()).isGreaterThanOrEqualTo(revision);
          assertThat(found.valueUtf8()).as("on %s at %d", node, revision).contains(Integer.toString(i));
        }
      }
    }
    Kvctl.Ended put = kvctl.run("put", "k/at-least", "by kvctl");
    Matcher revision = Pattern.compile("revision (\\d+)").matcher(put.out());
    assertThat(revision.find()).as("%s", put).isTrue();
    for (KvdNode node : cluster.nodes()) {
      assertThat(kvctl.run("get", "k/at-least", "--consistency", "at-least=" + revision.group(1), "--node", node.name()).out())
          .isEqualTo("by kvctl\n");
    }
    Kvctl.Ended future = kvctl.run("get", "k/at-least", "--consistency", "at-least=1000000000");
    assertThat(future.status()).as("%s", future).isEqualTo(4);
    assertThat(future.err()).contains("FUTURE_REVISION");
  }

  @Test
  @Order(2)
  @DisplayName("ranges backwards and by bytes, and ls, say what is there, over all shards")
  void rangesAndLs() throws Exception {
    try (KvClient client = cluster.client(MOST)) {
      for (String key : List.of("d/one", "d/two/x", "d/two/y", "m/three", "t/four/x")) {
        client.put(key, "v".repeat(1_000));
      }
    }
    assertThat(kvctl.run("range", "d/", "u", "--reverse", "--keys-only").lines())
        .containsSubsequence("t/four/x", "m/three", "d/two/y", "d/two/x", "d/one");
    Kvctl.Ended some = kvctl.run("range", "--prefix", "d/", "--reverse", "--keys-only", "--limit", "2");
    assertThat(some.lines()).containsExactly("d/two/y", "d/two/x");
    Kvctl.Ended few = kvctl.run("range", "--prefix", "d/", "--bytes", "2100", "-w", "json");
    assertThat(few.out()).contains("\"more\":true").contains("d/two/x").doesNotContain("d/two/y");
    assertThat(kvctl.run("ls").lines()).contains("d/", "k/", "m/", "t/");
    assertThat(kvctl.run("ls", "d/").lines()).containsExactly("d/one", "d/two/");
  }

  @Test
  @Order(3)
  @DisplayName("a token goes on where the answer ended, at its revision, after the node that gave it and all others were killed and started")
  void aTokenOutlivesTheNodes() throws Exception {
    List<String> keys = IntStream.range(0, 40).mapToObj("c/token/%02d"::formatted).toList();
    try (KvClient client = cluster.client(MOST)) {
      keys.forEach(key -> client.put(key, "before"));
      String node = cluster.leaderOf("c/token").name();
      Kvctl.Ended first = kvctl.run("range", "--prefix", "c/token/", "--limit", "15", "--node", node, "--keys-only");
      assertThat(first.lines()).isEqualTo(keys.subList(0, 15));
      RangeResult half = client.range(KeyRange.prefix("c/token/"), RangeOptions.DEFAULT.withLimit(10).withReverse());
      keys.forEach(key -> client.put(key, "after"));
      client.deleteRange(KeyRange.prefix("c/token/3"));

      cluster.nodes().forEach(KvdNode::kill);
      assertThat(cluster.temporary()).as("what killed nodes leave outside of their directories").isEmptyDirectory();
      cluster.nodes().forEach(KvdNode::start);
      cluster.awaitReady();

      Matcher token = RESUME.matcher(first.err());
      assertThat(token.find()).as("%s", first).isTrue();
      Kvctl.Ended rest = kvctl.run("range", "--prefix", "c/token/", "--resume", token.group(1));
      assertThat(rest.out()).doesNotContain("after");
      assertThat(kvctl.run("range", "--prefix", "c/token/", "--resume", token.group(1), "--keys-only").lines()).isEqualTo(keys.subList(15, 40));
      RangeResult backwards = client.range(KeyRange.prefix("c/token/"),
          RangeOptions.DEFAULT.withReverse().withResume(half.resume().orElseThrow()));
      assertThat(backwards.keyValues().stream().map(kv -> kv.keyUtf8())).isEqualTo(keys.subList(0, 30).reversed());
      assertThat(backwards.keyValues()).allSatisfy(kv -> assertThat(kv.valueUtf8()).isEqualTo("before"));
      Kvctl.Ended cut = kvctl.run("range", "--prefix", "c/token/", "--resume", token.group(1).substring(4));
      assertThat(cut.status()).as("%s", cut).isIn(2, 4);
    }
  }

  @Test
  @Order(4)
  @DisplayName("a serializable read is answered by a follower that is cut off from all others, with its revision and its age; a linearizable one is not")
  void serializableOnACutOffFollower() throws Exception {
    KvdNode alone = cluster.others(cluster.leaderOf("k/cut"), cluster.leaderOf(0)).getFirst();
    try (KvClient client = cluster.client(MOST)) {
      long revision = client.put("k/cut", "v").revision();
      GetOptions here = GetOptions.DEFAULT.withNode(alone.name());
      client.get(ByteSeq.utf8("k/cut"), here);
      List<KvdNode> gone = cluster.others(alone);
      gone.forEach(KvdNode::pause);
      Duration age = Await.until("the follower has heard nobody for a second", MOST, () -> client.get(ByteSeq.utf8("k/cut"),
          here.withConsistency(Consistency.SERIALIZABLE)).staleness().orElseThrow().sinceLeader()
          .filter(since -> since.toMillis() > 1_000));
      GetResult found = client.get(ByteSeq.utf8("k/cut"), here.withConsistency(Consistency.SERIALIZABLE));
      assertThat(found.valueUtf8()).contains("v");
      assertThat(found.revision()).isGreaterThanOrEqualTo(revision);
      assertThat(found.staleness().orElseThrow().sinceLeader().orElseThrow()).isGreaterThanOrEqualTo(age);
      RangeResult range = client.range(KeyRange.prefix("k/cut"),
          RangeOptions.DEFAULT.withConsistency(Consistency.SERIALIZABLE).withNode(alone.name()));
      assertThat(range.keyValues()).hasSize(1);
      assertThat(range.staleness().orElseThrow().sinceLeader().orElseThrow()).isGreaterThanOrEqualTo(age);
      Kvctl.Ended json = kvctl.run("get", "k/cut", "--consistency", "s", "--node", alone.name(), "-w", "json");
      assertThat(json.status()).as("%s", json).isZero();
      assertThat(json.out()).containsPattern("\"leaderHeardMillisAgo\":[0-9]{4,}").containsPattern("\"revision\":[0-9]+");
      assertThat(Await.until("a linearizable read is refused", MOST, () -> refused(client, here))).isTrue();
      gone.forEach(KvdNode::resume);
    }
    cluster.awaitReady();
  }

  private static java.util.Optional<Boolean> refused(KvClient client, GetOptions here) {
    try {
      client.get(ByteSeq.utf8("k/cut"), here.withDeadline(Duration.ofMillis(500)));
      return java.util.Optional.of(false);
    } catch (RefusedException e) {
      return java.util.Optional.of(true);
    }
  }

  @Test
  @Order(5)
  @DisplayName("shards --of says where keys live, whether they exist or not")
  void shardsOf() throws Exception {
    List<String> leaders;
    Kvctl.Ended of;
    int tries = 0;
    do {
      assertThat(tries++).as("leaders changed in each of these runs").isLessThan(LEADERS_TRIES);
      leaders = leaders();
      of = kvctl.run("shards", "--of", "a", "h", "nobody", "z");
    } while (!leaders.equals(leaders()));
    assertThat(of.status()).isZero();
    List<String> rows = of.lines();
    assertThat(rows).hasSize(5);
    for (String[] expected : new String[][] {{"a", "1"}, {"h", "2"}, {"nobody", "2"}, {"z", "3"}}) {
      String leader = leaders.get(Integer.parseInt(expected[1]));
      assertThat(rows).anyMatch(row -> row.matches(expected[0] + "\\s+" + expected[1] + "\\s+" + leader + "\\s+.*n1.*n2.*n3.*"));
    }
  }

  /** By shard. Leaders move by themselves: after the nodes of an earlier test came back they are evened out. */
  private List<String> leaders() {
    return IntStream.rangeClosed(0, 3).mapToObj(shard -> cluster.leaderOf(shard).name()).toList();
  }

  @Test
  @Order(6)
  @DisplayName("shards --hash ends with 0 while all replicas agree, and with 1, naming who differs, when one of them has a byte changed")
  void shardsHash() throws Exception {
    try (KvClient client = cluster.client(MOST)) {
      client.put("k/planted", "a value");
    }
    Kvctl.Ended agreed = kvctl.run("shards", "--hash");
    assertThat(agreed.status()).as("%s", agreed).isZero();
    assertThat(agreed.lines()).hasSize(1 + 3 * 3);

    KvdNode changed = cluster.node("n3");
    assertThat(changed.stop(MOST)).isZero();
    plant(changed.directory().resolve("engine"), "k/planted");
    changed.start();
    cluster.awaitReady();

    Kvctl.Ended differs = kvctl.run("shards", "--hash");
    assertThat(differs.status()).as("%s", differs).isEqualTo(1);
    assertThat(differs.err()).contains("replicas differ").contains("shard 2").doesNotContain("shard 1").contains("on n3");
  }

  private static void plant(Path engine, String key) throws Exception {
    Path source = Path.of(KvctlTest.class.getResource("/plant/PlantDifference.java").toURI());
    Process process = KvdProcess.sameClasses(source, engine.toString(), key).inheritIO().start();
    assertThat(process.waitFor()).as("exactly one record was changed").isZero();
  }
}
