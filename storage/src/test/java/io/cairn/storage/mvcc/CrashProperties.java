package io.cairn.storage.mvcc;

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

/** What is left after a crash, and that every replica comes to the same by whatever way. */
class CrashProperties {
  private static ScratchEngine scratch;
  private static ScratchEngine other;

  @BeforeContainer
  static void open() {
    scratch = new ScratchEngine();
    other = new ScratchEngine();
  }

  @AfterContainer
  static void close() {
    scratch.close();
    other.close();
  }

  private record Logged(EntryId id, Batch batch) {}

  /** A log of entries as a leader would have proposed them; with repeated commands and clients that are forgotten. */
  private static List<Logged> log(Random random, int length) {
    var log = new ArrayList<Logged>();
    var sent = new ArrayList<Write>();
    long revision = 2;
    long term = 1;
    for (int index = 1; index <= length; index++) {
      term += random.nextInt(5) == 0 ? 1 : 0;
      var writes = new ArrayList<Write>();
      for (int count = random.nextInt(4); count > 0; count--) {
        if (!sent.isEmpty() && random.nextInt(5) == 0) {
          writes.add(sent.get(random.nextInt(sent.size())));
        } else {
          Op op = randomOp(random);
          writes.add(new Write(1, random.nextInt(6), 1 + sent.size(), 1 + random.nextInt(1 + sent.size()), revision - 1 - random.nextInt(2), index, op));
          sent.add(writes.getLast());
        }
      }
      log.add(new Logged(new EntryId(term, index), new Batch(revision, 3, writes)));
      revision += writes.size();
    }
    return log;
  }

  private static void apply(ScratchEngine engine, ShardStore store, List<Logged> entries) {
    var round = new ApplyRound(engine.engine(), new RecentVersions(1 << 14));
    for (Logged entry : entries) {
      store.apply(round, entry.id(), entry.batch());
    }
    round.commit();
  }

  private static long hashAfter(ScratchEngine engine, List<Logged> entries) {
    ShardStore store = ShardStore.open(engine.engine(), engine.newStore());
    for (Logged entry : entries) {
      apply(engine, store, List.of(entry));
    }
    assertRolled(store);
    return store.contentHash();
  }

  /** However it came here: the rolling hash is what a walk over everything gives. */
  private static void assertRolled(ShardStore store) {
    assertThat(store.hashes().now()).isEqualTo(ScannedHash.of(store));
  }

  @Property(tries = 40)
  @Label("A-03, SM-01 a crash leaves a flushed prefix over all families, with the applied index that belongs to it")
  void aCrashLeavesAPrefixThatFitsItsAppliedIndex(@ForAll long seed) {
    var random = new Random(seed);
    List<Logged> log = log(random, 12);
    long number = scratch.newStore();
    ShardStore store = ShardStore.open(scratch.engine(), number);
    long flushed = 0;
    for (int at = 0; at < log.size();) {
      int to = Math.min(log.size(), at + 1 + random.nextInt(3));
      apply(scratch, store, log.subList(at, to));
      at = to;
      if (random.nextInt(3) == 0) {
        scratch.engine().flush();
        flushed = at;
      }
      assertThat(store.durable().index()).isEqualTo(flushed);
    }
    Applied durable = store.durable();
    store = ShardStore.open(scratch.crash(), number);
    assertThat(store.applied()).isEqualTo(durable);
    assertThat(store.contentHash()).isEqualTo(hashAfter(other, log.subList(0, (int) flushed)));

    assertRolled(store);

    // The log is replayed from there, and the replica is where it would have been.
    apply(scratch, store, log.subList((int) flushed, log.size()));
    assertThat(store.contentHash()).isEqualTo(hashAfter(other, log));
    assertRolled(store);
  }

  @Property(tries = 40)
  @Label("A-12, SM-03 replicas that apply the same entries have the same content and gave the same answers, however their rounds were cut")
  void applyIsAFunctionOfStateAndEntry(@ForAll long seed) {
    var random = new Random(seed);
    List<Logged> log = log(random, 10);
    ShardStore oneByOne = ShardStore.open(scratch.engine(), scratch.newStore());
    ShardStore atOnce = ShardStore.open(other.engine(), other.newStore());
    var whole = new ApplyRound(other.engine(), new RecentVersions(1 << 14));
    for (Logged entry : log) {
      var single = new ApplyRound(scratch.engine(), new RecentVersions(1 << 14));
      List<WriteResult> answers = oneByOne.apply(single, entry.id(), entry.batch());
      single.commit();
      if (random.nextInt(4) == 0) {
        // A restart in between: what is loaded must be what was in memory.
        oneByOne = ShardStore.open(scratch.engine(), oneByOne.store());
      }
      assertThat(atOnce.apply(whole, entry.id(), entry.batch())).usingRecursiveComparison().isEqualTo(answers);
    }
    whole.commit();
    assertThat(atOnce.contentHash()).isEqualTo(oneByOne.contentHash());
    assertThat(atOnce.applied()).isEqualTo(oneByOne.applied());
    assertThat(atOnce.hashes().now()).as("the rolling hash").isEqualTo(oneByOne.hashes().now()).isEqualTo(ScannedHash.of(atOnce));
    assertThat(atOnce.contentHash()).isNotEqualTo(hashAfter(other, log.subList(0, log.size() - 1)));
  }
}
