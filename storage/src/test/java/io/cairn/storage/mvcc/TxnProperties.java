package io.cairn.storage.mvcc;

import static io.cairn.storage.mvcc.StoreScript.bytes;
import static io.cairn.storage.mvcc.StoreScript.randomOp;
import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.raft.log.EntryId;
import io.cairn.storage.engine.ScratchEngine;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Transactions among everything else: their answers, asked for again, and what is remembered beside the store. */
class TxnProperties {
  private static final int CLIENTS_MAX = 10;
  private static ScratchEngine scratch;

  @BeforeContainer
  static void open() {
    scratch = new ScratchEngine();
  }

  @AfterContainer
  static void close() {
    scratch.close();
  }

  private static Write write(int sequence, Op op) {
    return new Write(1, 1, sequence, 1, Long.MAX_VALUE >> 2, sequence, op);
  }

  /** Half of them transactions, over values that make many answers longer than what is kept. */
  private static Op op(Random random) {
    return switch (random.nextInt(6)) {
      case 0 -> new Op.Put(bytes(StoreScript.randomKey(random)), bytes("l".repeat(random.nextInt(300))), 0, false);
      case 1, 2, 3 -> RandomTxn.of(random);
      default -> randomOp(random);
    };
  }

  @Property(tries = 60)
  @Label("A-11 a transaction sent again is answered as it was, however long the answer and whatever came after it")
  void anAnswerIsGivenAgain(@ForAll long seed) {
    var random = new Random(seed);
    long number = scratch.newStore();
    ShardStore store = ShardStore.open(scratch.engine(), number);
    var sent = new ArrayList<Write>();
    var told = new ArrayList<WriteResult>();
    for (int entry = 1; entry <= 25; entry++) {
      var fresh = new ArrayList<Write>();
      for (int count = random.nextInt(4); count > 0; count--) {
        fresh.add(write(sent.size() + fresh.size() + 1, op(random)));
      }
      told.addAll(apply(store, fresh));
      sent.addAll(fresh);
      if (random.nextInt(8) == 0) {
        store = ShardStore.open(scratch.engine(), number);
      }
    }
    long revision = store.applied().revision();
    repeated(store, sent, told, false);
    assertThat(store.applied().revision()).as("nothing took effect again").isEqualTo(revision);
    var round = new ApplyRound(scratch.engine(), new RecentVersions(0));
    store.compact(round, 1 + random.nextLong(revision));
    round.commit();
    repeated(store, sent, told, true);
    assertThat(store.hashes().now()).as("the rolling hash").isEqualTo(ScannedHash.of(store));
  }

  private static List<WriteResult> apply(ShardStore store, List<Write> writes) {
    var round = new ApplyRound(scratch.engine(), new RecentVersions(1 << 14));
    List<WriteResult> results = store.apply(round, new EntryId(1, store.applied().index() + 1),
        new Batch(store.applied().revision() + 1, CLIENTS_MAX, writes));
    round.commit();
    return results;
  }

  private static void repeated(ShardStore store, List<Write> sent, List<WriteResult> told, boolean compacted) {
    for (int i = 0; i < sent.size(); i++) {
      if (!(told.get(i) instanceof WriteResult.Done first)) {
        continue;
      }
      WriteResult again = apply(store, List.of(sent.get(i))).getFirst();
      if (compacted && again instanceof WriteResult.Refused refused) {
        assertThat(refused.reason()).isEqualTo(WriteResult.Reason.HORIZON);
        assertThat(first.revision() - 1).as("%s", refused).isLessThan(store.compacted());
        continue;
      }
      var wanted = new WriteResult.Done(first.revision(), first.changed(), first.previous(), true, first.answer(), List.of());
      assertThat(again).usingRecursiveComparison().isEqualTo(wanted);
    }
  }

  @Property(tries = 60)
  @Label("SM-16 what is remembered of versions beside the store shows in no answer and in no byte of it")
  void theStoreIsTheSameWithoutWhatIsRememberedBesideIt(@ForAll long seed) {
    var random = new Random(seed);
    ShardStore with = ShardStore.open(scratch.engine(), scratch.newStore());
    ShardStore without = ShardStore.open(scratch.engine(), scratch.newStore());
    var recent = new RecentVersions(1 << random.nextInt(8, 16));
    long entry = 1;
    int sequence = 1;
    for (int rounds = 0; rounds < 10; rounds++) {
      var first = new ApplyRound(scratch.engine(), recent);
      var second = new ApplyRound(scratch.engine(), new RecentVersions(0));
      for (int entries = 1 + random.nextInt(3); entries > 0; entries--, entry++) {
        var writes = new ArrayList<Write>();
        for (int count = random.nextInt(5); count > 0; count--) {
          writes.add(write(sequence++, op(random)));
        }
        var batch = new Batch(100 * entry, CLIENTS_MAX, writes);
        List<WriteResult> cached = with.apply(first, new EntryId(1, entry), batch);
        assertThat(without.apply(second, new EntryId(1, entry), batch)).usingRecursiveComparison().isEqualTo(cached);
      }
      first.commit();
      second.commit();
    }
    assertThat(with.contentHash()).isEqualTo(without.contentHash());
    assertThat(with.hashes().now()).as("the rolling hash").isEqualTo(without.hashes().now()).isEqualTo(ScannedHash.of(with));
  }
}
