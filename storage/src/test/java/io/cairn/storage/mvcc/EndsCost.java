package io.cairn.storage.mvcc;

import io.cairn.raft.log.EntryId;
import io.cairn.storage.engine.Engine;
import io.cairn.storage.engine.EngineSettings;
import io.cairn.storage.engine.ScratchEngine;
import io.cairn.storage.lease.HomeLeases;
import io.cairn.storage.lease.Lease.Stage;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Prints what applying the end of a lease with one key costs, and a put in small rounds over all stores:
 * {@code java io.cairn.storage.mvcc.EndsCost}. Figures to compare within one run, not a test. Leases at home in one store, their keys in
 * four; ends of 600 leases in a round, in the order of their keys.
 */
final class EndsCost {
  private static final int STORES = 4;
  private static final int LEASES = 100_000;
  private static final int ENDS = 600;
  private static final int ROUND = 20;
  private static final int KEYS = 100_000;
  private static final long LATE = Long.MAX_VALUE >> 2;

  /** A store and how far it has come: what it says itself is as of the last commit. */
  private static final class Shard {
    final ShardStore store;
    long index;
    long revision;

    Shard(ShardStore store) {
      this.store = store;
    }
  }

  private final com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final Engine engine;
  private final ApplyRound round;
  private final ShardStore home;
  private final List<Shard> stores = new ArrayList<>();
  private final Random random = new Random(2);
  private long sequence;
  private long grant = 1;

  private EndsCost(ScratchEngine scratch) {
    engine = scratch.engine();
    round = new ApplyRound(engine, new RecentVersions(48 << 20));
    home = ShardStore.open(engine, scratch.newStore());
    for (int i = 0; i < STORES; i++) {
      stores.add(new Shard(ShardStore.open(engine, scratch.newStore())));
    }
  }

  public static void main(String[] args) {
    try (var scratch = new ScratchEngine(new EngineSettings(32L << 20, 64L << 20, 4))) {
      var cost = new EndsCost(scratch);
      for (int i = 0; i < 6; i++) {
        cost.measure();
      }
    }
  }

  private void measure() {
    long first = grant;
    for (int done = 0; done < LEASES; done += ENDS) {
      grant(done);
    }
    long began = threads.getCurrentThreadCpuTime();
    int puts = 300_000;
    for (int done = 0; done < puts; done += ROUND) {
      putSome();
    }
    long put = threads.getCurrentThreadCpuTime() - began;
    began = threads.getCurrentThreadCpuTime();
    long inPuts = 0;
    var last = new ArrayList<Op.Generation>();
    for (int done = 0; done < LEASES; done += ENDS) {
      last = end(first + done, last);
      long before = threads.getCurrentThreadCpuTime();
      for (int i = 0; i < 15; i++) {
        putSome();
      }
      inPuts += threads.getCurrentThreadCpuTime() - before;
    }
    end(grant, last);
    long ends = threads.getCurrentThreadCpuTime() - began - inPuts;
    System.out.printf("CPU of the apply thread: %5.2f us a put in rounds of %d, %5.2f us an end of a lease%n", put / 1e3 / puts, ROUND, ends / 1e3 / LEASES);
  }

  private static byte[] key(int i) {
    return String.format("lease/%08d", i).getBytes(StandardCharsets.US_ASCII);
  }

  private Shard of(int i) {
    return stores.get(i * STORES / (LEASES + ENDS));
  }

  /** Grants and registers leases, and puts the key of each. */
  private void grant(int from) {
    HomeLeases leases = home.leases(round).home();
    for (int i = 0; i < ENDS; i++) {
      long id = grant++;
      leases.grant(id, id, 60_000);
      leases.register(id, 1);
      of(from + i).store.leases(round).known().know(id, id);
      apply(of(from + i), new Op.Put(key(from + i), new byte[16], id, false));
    }
    leases.takeChanges();
    commit();
  }

  private ArrayList<Op.Generation> end(long first, List<Op.Generation> gone) {
    HomeLeases leases = home.leases(round).home();
    for (Op.Generation lease : gone) {
      leases.progress(lease.id(), lease.grant(), 1, Stage.FENCED);
      leases.progress(lease.id(), lease.grant(), 1, Stage.GONE);
    }
    leases.takeChanges();
    var ended = new ArrayList<Op.Generation>();
    var byStore = new ArrayList<List<Op.Generation>>();
    stores.forEach(_ -> byStore.add(new ArrayList<>()));
    for (long id = first; id < first + ENDS && id < grant; id++) {
      leases.expire(id, id, leases.get(id).epoch());
      ended.add(new Op.Generation(id, id));
      for (int i = 0; i < STORES; i++) {
        if (stores.get(i).store.leases(round).known().isKnown(id, id)) {
          byStore.get(i).add(new Op.Generation(id, id));
        }
      }
    }
    leases.takeChanges();
    commit();
    for (int i = 0; i < STORES; i++) {
      if (!byStore.get(i).isEmpty()) {
        apply(stores.get(i), new Op.LeaseDelete(byStore.get(i), List.of()));
      }
    }
    commit();
    return ended;
  }

  private void putSome() {
    byte[] value = new byte[256];
    for (int i = 0; i < ROUND; i++) {
      random.nextBytes(value);
      int key = random.nextInt(KEYS);
      apply(stores.get(key & 3), new Op.Put(String.format("key-%012d", key).getBytes(StandardCharsets.US_ASCII), value.clone(), 0, false));
    }
    commit();
  }

  private void apply(Shard shard, Op op) {
    sequence++;
    var write = new Write(1, (int) (sequence & 3), sequence, Math.max(1, sequence - 400), LATE, sequence, op);
    shard.store.apply(round, new EntryId(1, ++shard.index), new Batch(shard.revision += 2, 10_000, List.of(write)));
  }

  private void commit() {
    round.commit();
    if (engine.unflushedBytes() > EngineSettings.DEFAULT.writeBufferBytes() / 2) {
      engine.flush();
    }
  }
}
