package io.cairn.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.client.fake.FakeCluster;
import io.cairn.client.fake.FakeNode;
import io.cairn.protocol.transport.netty.NettyTransport;
import io.cairn.protocol.wire.Command;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Bodies that are run until nothing came between, against a fake cluster on real sockets. */
class TransactTest {

  private final NettyTransport transport = new NettyTransport("fake", 1, Throwable::printStackTrace);
  private FakeCluster cluster;
  private KvClient client;

  @BeforeEach
  void start() throws IOException {
    cluster = new FakeCluster().start(transport, 3, 0);
    client = KvClient.builder().endpoints(cluster.endpoints()).deadline(Duration.ofSeconds(20)).build();
  }

  @AfterEach
  void stop() {
    client.close();
    transport.close();
  }

  @Test
  void aBodyThatSomebodyCameBetweenIsRunAgainFromItsBeginning() {
    client.put("n", "1");
    AtomicInteger runs = new AtomicInteger();
    String answer = client.transact(tx -> {
      int seen = Integer.parseInt(tx.get("n").orElseThrow().valueUtf8());
      if (runs.incrementAndGet() == 1) {
        client.put("n", "10");
      }
      tx.put("n", Integer.toString(seen + 1));
      return "from " + seen;
    });
    assertThat(answer).isEqualTo("from 10");
    assertThat(runs).hasValue(2);
    assertThat(cluster.value("n")).isEqualTo("11");
  }

  @Test
  void aKeyThatComesIntoARangeThatWasReadIsAConflictAndSoIsOneThatGoes() {
    client.put("r/1", "a");
    client.put("r/2", "b");
    for (Runnable between : List.<Runnable>of(() -> client.put("r/3", "c"), () -> client.delete("r/1"), () -> client.put("r/2", "d"))) {
      AtomicInteger runs = new AtomicInteger();
      client.transact(tx -> {
        int keys = tx.range(KeyRange.prefix("r/")).size();
        if (runs.incrementAndGet() == 1) {
          between.run();
        }
        tx.put("sum", Integer.toString(keys));
        return null;
      });
      assertThat(runs).hasValue(2);
    }
    assertThat(cluster.value("sum")).isEqualTo("2");
  }

  @Test
  void whatABodyHasWrittenItReadsAndNobodyElseDoesBeforeItIsDone() {
    client.put("w/1", "old");
    client.put("w/2", "old");
    client.transact(tx -> {
      tx.put("w/1", "new");
      tx.delete("w/2");
      tx.put("w/3", "new");
      assertThat(tx.get("w/1").orElseThrow().valueUtf8()).isEqualTo("new");
      assertThat(tx.get("w/2")).isEmpty();
      assertThat(tx.range(KeyRange.prefix("w/"))).extracting(KeyValue::keyUtf8).containsExactly("w/1", "w/3");
      assertThat(cluster.value("w/1")).isEqualTo("old");
      return null;
    });
    assertThat(client.range(KeyRange.prefix("w/")).keyValues()).extracting(KeyValue::valueUtf8).containsExactly("new", "new");
  }

  @Test
  @DisplayName("CL-02 when the tries are used up, or the body throws, nothing was written")
  void whatIsGivenUpHasWrittenNothing() {
    client.put("n", "1");
    AtomicInteger runs = new AtomicInteger();
    assertThatThrownBy(() -> client.transact(TransactOptions.DEFAULT.withTries(3), tx -> {
      tx.get("n");
      client.put("n", "other" + runs.incrementAndGet());
      tx.put("n", "mine");
      return null;
    })).isInstanceOfSatisfying(RefusedException.class, refused -> assertThat(refused.code()).isEqualTo(RefusedCode.TXN_CONFLICT))
        .hasMessageContaining("3 tries");
    assertThat(runs).hasValue(3);
    assertThat(cluster.value("n")).isEqualTo("other3");
    assertThatThrownBy(() -> client.transact(tx -> {
      tx.put("n", "mine");
      throw new IllegalStateException("the body's own");
    })).hasMessage("the body's own");
    assertThat(cluster.value("n")).isEqualTo("other3");
  }

  @Test
  @DisplayName("CL-03 what may have been done is reported as that, and never tried again as another transaction")
  void anUnknownOutcomeIsNoConflict() {
    client.put("n", "1");
    for (int i = 1; i <= 3; i++) {
      cluster.node("n" + i).script(request -> request.hasCommand() ? FakeNode.SILENCE : null);
    }
    AtomicInteger runs = new AtomicInteger();
    assertThatThrownBy(() -> client.transact(TransactOptions.DEFAULT.withDeadline(Duration.ofMillis(800)), tx -> {
      runs.incrementAndGet();
      tx.put("n", tx.get("n").orElseThrow().valueUtf8() + "1");
      return null;
    })).isInstanceOf(UnknownOutcomeException.class);
    assertThat(runs).hasValue(1);
  }

  @Test
  @DisplayName("CL-03 a transaction whose answer was lost is sent again as the same bytes, and counts once")
  void aLostAnswerIsAskedForAgain() {
    AtomicBoolean cut = new AtomicBoolean();
    for (int i = 1; i <= 3; i++) {
      cluster.node("n" + i).script(request -> request.hasCommand() && cut.compareAndSet(false, true) ? FakeNode.SERVE_AND_CUT : null);
    }
    assertThat(client.txn(Txn.of(TxnOp.add("n", 5))).sum(0)).isEqualTo(5);
    List<Command> sent = new ArrayList<>(cluster.commands());
    assertThat(sent).hasSize(2);
    assertThat(sent.get(1)).isEqualTo(sent.get(0));
    assertThat(cluster.value("n")).isEqualTo("5");
  }

  @Test
  void aTransactionEndsWithItsBody() {
    AtomicReference<Transaction> kept = new AtomicReference<>();
    client.transact(tx -> {
      kept.set(tx);
      return null;
    });
    assertThatThrownBy(() -> kept.get().put("n", "late")).isInstanceOf(IllegalStateException.class).hasMessageContaining("ended");
    assertThat(cluster.applied()).isZero();
  }

  @Test
  void theOneLinersSayWhatStoodThere() {
    assertThat(client.putIfAbsent("k", "1").swapped()).isTrue();
    assertThat(client.putIfAbsent("k", "2").found().orElseThrow().valueUtf8()).isEqualTo("1");
    assertThat(client.compareAndSet("k", "1", "3").swapped()).isTrue();
    assertThat(client.compareAndSet("k", "1", "4").swapped()).isFalse();
    assertThat(client.async().compareAndSet(ByteSeq.utf8("k"), ByteSeq.utf8("3"), ByteSeq.utf8("5")).toCompletableFuture().join().swapped())
        .isTrue();
    assertThat(client.getAndPut("k", "6").previous().orElseThrow().valueUtf8()).isEqualTo("5");
    assertThat(client.add("sum", 4).value()).isEqualTo(4);
  }
}
