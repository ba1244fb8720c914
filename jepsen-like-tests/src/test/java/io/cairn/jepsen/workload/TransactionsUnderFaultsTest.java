package io.cairn.jepsen.workload;

import io.cairn.client.ByteSeq;
import io.cairn.client.Compare;
import io.cairn.client.KeyRange;
import io.cairn.client.Txn;
import io.cairn.client.TxnOp;
import io.cairn.jepsen.check.BankChecker;
import io.cairn.jepsen.check.Checker;
import io.cairn.jepsen.check.CounterAnswersChecker;
import io.cairn.jepsen.check.CounterChecker;
import io.cairn.jepsen.check.ReplayChecker;
import io.cairn.jepsen.cluster.Await;
import io.cairn.jepsen.cluster.LocalCluster;
import io.cairn.jepsen.history.Result;
import io.cairn.jepsen.history.Version;
import io.cairn.jepsen.record.RecordingClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Transfers, lists, counters and registers while leaders are killed, paused and cut off. Every call is then done again, at its revision, by
 * {@link ReplayChecker}. {@code -Dcairn.faults.seed=N} makes other calls and faults.
 */
final class TransactionsUnderFaultsTest implements FaultRun.Work {
  private static final long SEED = Long.getLong("cairn.faults.seed", 5);
  private static final int ACCOUNTS = 5;
  private static final long EACH = 100;
  private static final KeyRange BANK = KeyRange.of("{bank}/", "{bank}0");
  private static final String[] REGISTERS = {"a/r1", "k/r1", "z/r1"};
  private static final String[] COUNTERS = {"a/n1", "k/n1", "z/n1"};
  private static final String[] LISTS = {"a/l1", "k/l1"};

  private final AtomicLong values = new AtomicLong();
  private final Set<String> keys = new TreeSet<>();
  /** The revision of the transaction that did. */
  private long bankOpenedBy;

  @Test
  @DisplayName("CL-01 CL-02 CL-03 SM-04 SM-18 transactions while leaders are killed, paused and cut off are what one machine alone would do")
  void transactionsAreStrictlySerializable() throws Exception {
    new FaultRun("transactions", SEED, 1, 8).of(this);
  }

  @Test
  @Tag("heavy")
  @DisplayName("CL-01 CL-02 CL-03 SM-04 SM-18 the same for minutes")
  void transactionsAreStrictlySerializableForLong() throws Exception {
    new FaultRun("transactions-long", SEED, 10, 100).of(this);
  }

  @Override
  public void prepare(Crew crew) {
    bankOpenedBy = openBank(crew.session());
  }

  @Override
  public Set<String> keys() {
    keys.addAll(List.of(REGISTERS));
    keys.addAll(List.of(COUNTERS));
    keys.addAll(List.of(LISTS));
    return keys;
  }

  @Override
  public List<Checker> checkers() {
    return List.of(new CounterChecker(), new CounterAnswersChecker(),
        new BankChecker(BANK.start().utf8(), BANK.end().orElseThrow().utf8(), ACCOUNTS * EACH, bankOpenedBy));
  }

  @Override
  public Set<String> met() {
    return Set.of(BankChecker.SUM_SHOWN, BankChecker.SUM_WRITTEN, CounterChecker.ACKNOWLEDGED,
        CounterAnswersChecker.UNIQUE, CounterAnswersChecker.GROW, CounterAnswersChecker.SUM);
  }

  private String unique() {
    return " v" + values.incrementAndGet();
  }

  private long openBank(RecordingClient client) {
    return Await.until("the bank is open", LocalCluster.START_MOST, () -> {
      List<TxnOp> puts = new ArrayList<>();
      for (int i = 0; i < ACCOUNTS; i++) {
        keys.add("{bank}/" + i);
        puts.add(TxnOp.put("{bank}/" + i, EACH + unique()));
      }
      return client.txn(new Txn(List.of(), puts, List.of()));
    }).revision();
  }

  @Override
  public void next(RecordingClient client, Random random) {
    switch (random.nextInt(7)) {
      case 0 -> client.range(BANK);
      case 1 -> client.put(REGISTERS[random.nextInt(3)], unique());
      case 2 -> client.get(REGISTERS[random.nextInt(3)]);
      case 3 -> client.add(COUNTERS[random.nextInt(3)], 1 + random.nextInt(9));
      case 4 -> append(client, LISTS[random.nextInt(2)]);
      case 5 -> compareAndSet(client, REGISTERS[random.nextInt(3)]);
      default -> transfer(client, random);
    }
  }

  private static Compare unchanged(String key, Optional<Version> found) {
    return Compare.modRevision(key).equalTo(found.map(Version::mod).orElse(0L));
  }

  private void append(RecordingClient client, String key) {
    Optional<Result.Found> read = client.get(key);
    if (read.isPresent()) {
      Optional<Version> found = read.get().found();
      String longer = found.map(version -> version.value() + ",").orElse("") + values.incrementAndGet();
      client.txn(Txn.ifAll(unchanged(key, found)).then(TxnOp.put(key, longer)).otherwise(TxnOp.get(key)));
    }
  }

  private void compareAndSet(RecordingClient client, String key) {
    Optional<Result.Found> read = client.get(key);
    if (read.isPresent() && read.get().found().isPresent()) {
      client.txn(Txn.ifAll(Compare.value(ByteSeq.utf8(key)).equalTo(read.get().found().get().value()))
          .then(TxnOp.put(key, unique()).withPrevious(), TxnOp.get(key)).otherwise(TxnOp.get(key)));
    }
  }

  /** Reads two accounts, and moves what is there if both are as they were; whoever is refused shows them all. */
  private void transfer(RecordingClient client, Random random) {
    Optional<Result.Shown> shown = client.range(BANK);
    if (shown.isEmpty()) {
      return;
    }
    int one = random.nextInt(ACCOUNTS);
    Version from = shown.get().items().get(one);
    Version to = shown.get().items().get((one + 1 + random.nextInt(ACCOUNTS - 1)) % ACCOUNTS);
    long has = number(from);
    long amount = has == 0 ? 0 : 1 + random.nextInt((int) has);
    client.txn(Txn.ifAll(unchanged(from.key(), Optional.of(from)), unchanged(to.key(), Optional.of(to)))
        .then(TxnOp.put(from.key(), has - amount + unique()), TxnOp.put(to.key(), number(to) + amount + unique()), TxnOp.range(BANK))
        .otherwise(TxnOp.range(BANK)));
  }

  private static long number(Version account) {
    return Long.parseLong(account.value().substring(0, account.value().indexOf(' ')));
  }
}
