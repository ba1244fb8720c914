package io.cairn.storage.mvcc;

import com.sun.management.OperatingSystemMXBean;
import io.cairn.raft.log.EntryId;
import io.cairn.storage.engine.Engine;
import io.cairn.storage.engine.EngineSettings;
import io.cairn.storage.engine.ScratchEngine;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Random;
import java.util.function.LongUnaryOperator;

/**
 * Prints what applying a put costs: {@code java io.cairn.storage.mvcc.ApplyCost [puts]}. A figure to compare within one run, not a
 * test. Batches of 300, 256-byte values, four clients with 100 sequences open each; flush at half of the write budget, as a node does.
 */
final class ApplyCost {
  private static final int BATCH = 300;
  private static final int KEYS = 1_000_000;

  private ApplyCost() {}

  public static void main(String[] args) {
    int puts = args.length > 0 ? Integer.parseInt(args[0]) : 1_500_000;
    var settings = args.length > 1 ? new EngineSettings(Long.parseLong(args[1]) << 20, 64L << 20, 2) : EngineSettings.DEFAULT;
    try (var scratch = new ScratchEngine(settings)) {
      var random = new Random(1);
      if (args.length > 1) {
        run("random overwrites alone", scratch, KEYS, i -> i, puts, i -> random.nextInt(KEYS));
        return;
      }
      run("warm-up, new keys in order", scratch, 300_000, i -> i);
      run("new keys in order", scratch, puts, i -> i);
      run("a million keys in order, then random overwrites", scratch, KEYS, i -> i, puts, i -> random.nextInt(KEYS));
      run("one thousand hot keys", scratch, puts, i -> random.nextInt(1000));
    }
  }

  private static void run(String name, ScratchEngine scratch, int puts, LongUnaryOperator keys) {
    run(name, scratch, 0, keys, puts, keys);
  }

  private static void run(String name, ScratchEngine scratch, int filled, LongUnaryOperator fill, int puts, LongUnaryOperator keys) {
    Engine engine = scratch.engine();
    ShardStore store = ShardStore.open(engine, scratch.newStore());
    long[] sequence = {0};
    apply(engine, store, filled, fill, sequence);
    var machine = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long cpu = machine.getProcessCpuTime();
    long own = threads.getCurrentThreadCpuTime();
    long allocated = threads.getCurrentThreadAllocatedBytes();
    long began = System.nanoTime();
    apply(engine, store, puts, keys, sequence);
    long nanos = System.nanoTime() - began;
    System.out.printf("%-50s %6.2f us a put; CPU of the apply thread %5.2f us, of the process %5.2f us; %5d bytes allocated; disk %d MiB%n",
        name, nanos / 1e3 / puts, (threads.getCurrentThreadCpuTime() - own) / 1e3 / puts, (machine.getProcessCpuTime() - cpu) / 1e3 / puts,
        (threads.getCurrentThreadAllocatedBytes() - allocated) / puts, engine.diskBytes() >> 20);
  }

  private static void apply(Engine engine, ShardStore store, int puts, LongUnaryOperator keys, long[] sequence) {
    var round = new ApplyRound(engine, new RecentVersions(1 << 14));
    byte[] value = new byte[256];
    var random = new Random(2);
    for (int done = 0; done < puts;) {
      var writes = new ArrayList<Write>(BATCH);
      for (int i = 0; i < BATCH && done < puts; i++, done++) {
        byte[] key = String.format("key-%012d", keys.applyAsLong(done)).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        random.nextBytes(value);
        sequence[0]++;
        writes.add(new Write(1, done & 3, sequence[0], Math.max(1, sequence[0] - 400), Long.MAX_VALUE >> 2, sequence[0],
            new Op.Put(key, value.clone(), 0, false)));
      }
      store.apply(round, new EntryId(1, store.applied().index() + 1), new Batch(store.applied().revision() + 1, 10_000, writes));
      round.commit();
      if (engine.unflushedBytes() > EngineSettings.DEFAULT.writeBufferBytes() / 2) {
        engine.flush();
      }
    }
  }
}
