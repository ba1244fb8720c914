package io.cairn.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.client.KeyRange;
import io.cairn.client.KeyValue;
import io.cairn.client.KvClient;
import io.cairn.client.KvException;
import io.cairn.client.TransactOptions;
import io.cairn.client.UnknownOutcomeException;
import io.cairn.jepsen.cluster.KvdNode;
import io.cairn.jepsen.cluster.LocalCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Bodies that read and write several keys, while others do and the leader is killed. */
final class TransactTest {
  private static final int ACCOUNTS = 6;
  private static final int EACH = 100;
  private static final int TELLERS = 4;
  private static final int TRANSFERS = 60;

  @RegisterExtension
  static final ClusterExtension EXTENSION = new ClusterExtension(() -> LocalCluster.builder().build());

  private final AtomicInteger done = new AtomicInteger();
  private final AtomicInteger unknown = new AtomicInteger();

  private static String account(int number) {
    return "{bank}/" + number;
  }

  private static int balance(KeyValue account) {
    return Integer.parseInt(account.valueUtf8());
  }

  @Test
  @DisplayName("CL-03 SM-18 a bank: 240 transfers by four tellers, the leader killed in the middle: no sum is ever wrong, none is made twice")
  void theSumOfAllAccountsStaysWhatItWas() throws Exception {
    LocalCluster cluster = EXTENSION.cluster();
    try (KvClient client = cluster.client(Duration.ofSeconds(30))) {
      for (int i = 0; i < ACCOUNTS; i++) {
        client.put(account(i), Integer.toString(EACH));
      }
      ExecutorService threads = Executors.newFixedThreadPool(TELLERS);
      try {
        List<Future<Void>> tellers = new ArrayList<>();
        for (int i = 0; i < TELLERS; i++) {
          tellers.add(threads.submit(teller(client, i)));
        }
        KvdNode killed = killInTheMiddle(cluster);
        for (Future<Void> teller : tellers) {
          teller.get();
        }
        killed.start();
      } finally {
        threads.shutdownNow();
      }
      List<KeyValue> accounts = client.range(KeyRange.prefix("{bank}/")).keyValues();
      assertThat(accounts.stream().filter(kv -> !kv.keyUtf8().contains("made")).mapToInt(TransactTest::balance).sum()).isEqualTo(ACCOUNTS * EACH);
      long made = Long.parseLong(client.get("{bank}/made").valueUtf8().orElseThrow());
      assertThat(made).as("transfers, %d of them done and %d unknown", done.get(), unknown.get()).isBetween((long) done.get(),
          (long) done.get() + unknown.get());
    }
  }

  private KvdNode killInTheMiddle(LocalCluster cluster) {
    KvdNode leader = cluster.leaderOf(account(0));
    io.cairn.jepsen.cluster.Await.until("a quarter of the transfers", Duration.ofSeconds(30),
        () -> done.get() >= TELLERS * TRANSFERS / 4 ? java.util.Optional.of(true) : java.util.Optional.empty(), cluster::logs);
    leader.kill();
    return leader;
  }

  private Callable<Void> teller(KvClient client, int number) {
    return () -> {
      var random = new SplittableRandom(number);
      for (int i = 0; i < TRANSFERS; i++) {
        int from = random.nextInt(ACCOUNTS);
        int to = (from + 1 + random.nextInt(ACCOUNTS - 1)) % ACCOUNTS;
        int amount = 1 + random.nextInt(20);
        try {
          client.transact(TransactOptions.DEFAULT.withTries(1_000), tx -> {
            assertThat(tx.range(KeyRange.prefix("{bank}/")).stream().filter(kv -> !kv.keyUtf8().contains("made"))
                .mapToInt(TransactTest::balance).sum()).as("within the transaction").isEqualTo(ACCOUNTS * EACH);
            int has = balance(tx.get(account(from)).orElseThrow());
            int moved = Math.min(has, amount);
            tx.put(account(from), Integer.toString(has - moved));
            tx.put(account(to), Integer.toString(balance(tx.get(account(to)).orElseThrow()) + moved));
            tx.put("{bank}/made", Long.toString(tx.get("{bank}/made").map(kv -> Long.parseLong(kv.valueUtf8())).orElse(0L) + 1));
            return null;
          });
          done.incrementAndGet();
        } catch (UnknownOutcomeException e) {
          unknown.incrementAndGet();
        } catch (KvException e) {
          throw new AssertionError("transfer " + i + " of teller " + number, e);
        }
      }
      return null;
    };
  }
}
