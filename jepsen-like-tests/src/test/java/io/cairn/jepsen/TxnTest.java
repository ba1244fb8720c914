package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.cairn.client.Compare;
import io.cairn.client.DeleteRangeOptions;
import io.cairn.client.KeyRange;
import io.cairn.client.KeyValue;
import io.cairn.client.KvClient;
import io.cairn.client.NodeStatus;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.Txn;
import io.cairn.client.TxnOp;
import io.cairn.client.TxnResult;
import io.cairn.jepsen.cluster.KvdNode;
import io.cairn.jepsen.cluster.LocalCluster;
import io.cairn.jepsen.raw.RawWrites;
import io.cairn.protocol.wire.Put;
import io.cairn.protocol.wire.Response;
import io.cairn.protocol.wire.TxnRange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Transactions through the client library, the leader killed in the middle. */
final class TxnTest {

  @RegisterExtension
  static final ClusterExtension EXTENSION = new ClusterExtension(() -> LocalCluster.builder().build());

  private static KvClient client;

  @BeforeAll
  static void connect() {
    client = EXTENSION.cluster().client(Duration.ofSeconds(30));
  }

  @AfterAll
  static void disconnect() {
    client.close();
  }

  private static boolean holds(Compare... conditions) {
    return client.txn(Txn.ifAll(conditions)).succeeded();
  }

  @Test
  @DisplayName("each kind of compare, of a key, of a missing key and over a range")
  void everyKindOfCompare() {
    long first = client.put("c/1", "a").revision();
    long second = client.put("c/1", "b").revision();
    client.put("c/2", "b");
    KeyRange both = KeyRange.prefix("c/");
    assertThat(holds(Compare.value("c/1").equalTo("b"), Compare.value("c/1").notEqualTo("a"), Compare.value(both).equalTo("b"))).isTrue();
    assertThat(holds(Compare.value("c/1").equalTo("a"))).isFalse();
    assertThat(holds(Compare.version("c/1").equalTo(2), Compare.version(both).atLeast(1))).isTrue();
    assertThat(holds(Compare.version(both).atLeast(2))).as("for every key of it").isFalse();
    assertThat(holds(Compare.createRevision("c/1").equalTo(first), Compare.modRevision("c/1").equalTo(second))).isTrue();
    assertThat(holds(Compare.modRevision("c/1").lessThan(second))).isFalse();
    assertThat(holds(Compare.lease("c/1").equalTo(0))).isTrue();
    assertThat(holds(Compare.exists("c/1"), Compare.missing("c/3"), Compare.exists(both), Compare.missing(KeyRange.prefix("c/9")))).isTrue();
    assertThat(holds(Compare.exists("c/3"))).isFalse();
    assertThat(holds(Compare.value("c/3").notEqualTo("x"))).as("a missing key has no value").isFalse();
    assertThat(holds(Compare.version("c/3").equalTo(0))).isTrue();
    assertThat(holds(Compare.count(both).equalTo(2), Compare.count(both).lessThan(3))).isTrue();
    assertThat(holds(Compare.count(both).greaterThan(2))).isFalse();
  }

  @Test
  @DisplayName("one revision for all of it, previous values, its own writes are read, a transaction within it")
  void oneRevisionAndItsOwnWrites() {
    client.put("o/1", "old");
    client.put("o/9", "gone");
    TxnResult result = client.txn(Txn.of(
        TxnOp.put("o/1", "new").withPrevious(),
        TxnOp.get("o/1"),
        TxnOp.deleteRange(KeyRange.of("o/8", "o/99")).withPrevious(),
        TxnOp.add("o/n", 7),
        TxnOp.txn(Txn.ifAll(Compare.value("o/1").equalTo("new"), Compare.missing("o/9")).then(TxnOp.put("o/2", "x"), TxnOp.add("o/m", 1))),
        TxnOp.range(KeyRange.prefix("o/")).reversed().withLimit(2),
        TxnOp.count(KeyRange.prefix("o/"))));
    assertThat(result.put(0).previous().orElseThrow().valueUtf8()).isEqualTo("old");
    assertThat(result.range(1).first().orElseThrow().valueUtf8()).isEqualTo("new");
    assertThat(result.delete(2).previous()).extracting(KeyValue::valueUtf8).containsExactly("gone");
    assertThat(result.sum(3)).isEqualTo(7);
    assertThat(result.nested(4).succeeded()).isTrue();
    assertThat(result.range(5).kvs()).extracting(KeyValue::keyUtf8).containsExactly("o/n", "o/m");
    assertThat(result.range(5).more()).isTrue();
    assertThat(result.range(6).count()).isEqualTo(4);
    for (KeyValue kv : client.range(KeyRange.prefix("o/")).keyValues()) {
      assertThat(kv.modRevision()).as("%s", kv).isEqualTo(result.revision());
    }
    assertThat(client.deleteRange(KeyRange.prefix("o/"), DeleteRangeOptions.DEFAULT.withPrevious()).previous())
        .extracting(KeyValue::valueUtf8).containsExactly("new", "x", "1", "7");
  }

  @Test
  @DisplayName("SM-04 what cannot be done as a whole is refused whole: a sum of no number, two shards, a key twice, too much")
  void whatCannotBeDoneLeavesNothing() {
    client.put("r/text", "no number");
    assertThat(refusal(Txn.of(TxnOp.put("r/a", "1"), TxnOp.add("r/text", 1)))).isEqualTo(RefusedCode.NOT_A_NUMBER);
    assertThat(refusal(Txn.of(TxnOp.put("r/a", "1"), TxnOp.txn(Txn.of(TxnOp.put("r/a", "2")))))).isEqualTo(RefusedCode.TXN_WRITES_TWICE);
    assertThatThrownBy(() -> client.txn(Txn.ifAll(Compare.missing("r/x")).then(TxnOp.put("a/x", "1"))))
        .isInstanceOfSatisfying(RefusedException.class, refused -> assertThat(refused.code()).isEqualTo(RefusedCode.TXN_CROSSES_SHARDS))
        .hasMessageContaining("shards 1, 3").hasMessageContaining("{order-7}");
    var puts = new ArrayList<TxnOp>();
    for (int i = 0; i < 1_025; i++) {
      puts.add(TxnOp.put("r/many" + i, ""));
    }
    assertThatThrownBy(() -> client.txn(Txn.ifAll().then(puts))).hasMessageContaining("1024").hasMessageContaining("limits.txn-operations");
    assertThat(client.range(KeyRange.prefix("r/")).keyValues()).extracting(KeyValue::keyUtf8).containsExactly("r/text");
    assertThat(client.status(EXTENSION.cluster().leaderOf("r/text").name()).limits()).extracting(NodeStatus.Limit::name).contains("txnOperations", "txnKeys", "batchBytes");
  }

  private static RefusedCode refusal(Txn txn) {
    try {
      client.txn(txn);
      return null;
    } catch (RefusedException e) {
      return e.code();
    }
  }

  @Test
  @DisplayName("one-liners: add, put if absent, compare and set, get and put")
  void oneLiners() {
    assertThat(client.add("l/n", 5).value()).isEqualTo(5);
    assertThat(client.add("l/n", -7).value()).isEqualTo(-2);
    assertThat(client.putIfAbsent("l/a", "1").swapped()).isTrue();
    assertThat(client.putIfAbsent("l/a", "2").found().orElseThrow().valueUtf8()).isEqualTo("1");
    assertThat(client.compareAndSet("l/a", "1", "3").swapped()).isTrue();
    assertThat(client.compareAndSet("l/a", "1", "4").found().orElseThrow().valueUtf8()).isEqualTo("3");
    assertThat(client.getAndPut("l/a", "5").previous().orElseThrow().valueUtf8()).isEqualTo("3");
  }

  @Test
  @DisplayName("CL-01, A-11 600 adds to three shards, the leader killed in the middle: each counts once")
  void addsCountOnceThroughAKill() throws Exception {
    LocalCluster cluster = EXTENSION.cluster();
    KvdNode leader = cluster.leaderOf("k/sum");
    var sums = new ArrayList<List<CompletableFuture<Long>>>();
    for (String key : List.of("a/sum", "k/sum", "z/sum")) {
      var of = new ArrayList<CompletableFuture<Long>>();
      for (int i = 0; i < 200; i++) {
        if (i == 100 && key.startsWith("k")) {
          leader.kill();
        }
        of.add(client.async().add(io.cairn.client.ByteSeq.utf8(key), 1).thenApply(io.cairn.client.AddResult::value).toCompletableFuture());
      }
      sums.add(of);
    }
    for (List<CompletableFuture<Long>> of : sums) {
      var seen = new HashSet<Long>();
      for (CompletableFuture<Long> sum : of) {
        seen.add(sum.get());
      }
      assertThat(seen).as("each sum is one add's").hasSize(200).contains(1L, 200L);
    }
    leader.start();
    cluster.awaitReady();
    for (String key : List.of("a/sum", "k/sum", "z/sum")) {
      assertThat(client.get(key).valueUtf8()).contains("200");
    }
  }

  @Test
  @DisplayName("A-11 the bytes of a transaction sent again to the next leader: the first answer, however long")
  void aTransactionSentAgainIsAnsweredAgain() {
    LocalCluster cluster = EXTENSION.cluster();
    for (int i = 0; i < 20; i++) {
      client.put("k/again" + i, "a value that is too long for all of them to be kept");
    }
    byte[] bytes = RawRetries.bytes(RawWrites.request(new RawWrites().command(0).setTxn(io.cairn.protocol.wire.Txn.newBuilder()
        .addThen(io.cairn.protocol.wire.TxnOp.newBuilder().setPut(Put.newBuilder().setKey(ByteString.copyFromUtf8("k/again0"))
            .setValue(ByteString.copyFromUtf8("new")).setPrevious(true)))
        .addThen(io.cairn.protocol.wire.TxnOp.newBuilder().setRange(TxnRange.newBuilder().setStart(ByteString.copyFromUtf8("k/again"))
            .setEnd(ByteString.copyFromUtf8("k/agaio")))))));
    Response first = RawRetries.firstAnswer(RawRetries.sendToLeader(cluster, bytes));
    assertThat(first.getWrite().getTxn().getAnswers(1).getKvsCount()).isEqualTo(20);
    client.put("k/again5", "later");
    KvdNode killed = cluster.leaderOf("k/again0");
    killed.kill();
    RawRetries.assertRepeats(RawRetries.sendToLeader(cluster, bytes), first);
    killed.start();
    cluster.awaitReady();
    RawRetries.assertPut(cluster, "k/again0", first.getRevision(), 2);
  }

  @Test
  @DisplayName("kvctl txn from a file: done, not met, and a mistake with its line and column")
  void kvctlTakesAFile() throws IOException, InterruptedException {
    Path file = Files.createTempFile("txn-", ".txt");
    try {
      Files.writeString(file, "if\n  missing \"v/a key\"\nthen\n  put \"v/a key\" 1\n  add v/n 3\nelse\n  get \"v/a key\"\n");
      var kvctl = new Kvctl(EXTENSION.cluster());
      Kvctl.Ended done = kvctl.run("txn", file.toString());
      assertThat(done.status()).as(done.err()).isZero();
      assertThat(done.lines().getFirst()).startsWith("succeeded, revision ");
      assertThat(done.lines()).endsWith("put", "now 3");
      Kvctl.Ended notMet = kvctl.run("txn", file.toString(), "-w", "json");
      assertThat(notMet.status()).isEqualTo(1);
      assertThat(notMet.out()).contains("\"succeeded\":false").contains("\"value\":\"1\"");
      Files.writeString(file, "then\n  puts a b\n");
      Kvctl.Ended mistake = kvctl.run("txn", file.toString());
      assertThat(mistake.status()).isEqualTo(4);
      assertThat(mistake.err()).contains(":2:3: 'puts' is no operation");
    } finally {
      Files.delete(file);
    }
  }
}
