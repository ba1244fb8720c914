package io.cairn.storage.mvcc;

import io.cairn.raft.log.EntryId;
import io.cairn.storage.engine.Engine;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Says short what tests of a store say often: entries one after another, each its own round unless told otherwise. Test scope. */
public final class StoreScript {
  public static final int CLIENTS_MAX = 1000;
  private static final int LEASES = 3;

  public final ShardStore store;
  private final Engine engine;
  private long sequence;

  public StoreScript(Engine engine, long store) {
    this.engine = engine;
    this.store = ShardStore.open(engine, store);
    this.sequence = 1_000_000 * this.store.applied().index();
    if (this.store.applied().index() == 0) {
      knowLeases();
    }
  }

  /** Random puts are under these leases, or none. */
  private void knowLeases() {
    var round = new ApplyRound(engine, new RecentVersions(1 << 14));
    for (long lease = 1; lease < LEASES; lease++) {
      store.leases(round).known().know(lease, 1);
    }
    round.commit();
  }

  public static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  public static Op put(String key, String value) {
    return new Op.Put(bytes(key), bytes(value), 0, true);
  }

  public static Op delete(String key) {
    return new Op.Delete(bytes(key), true);
  }

  public static Op deleteRange(String start, String end) {
    return new Op.DeleteRange(bytes(start), end == null ? null : bytes(end));
  }

  /** A command that no client has sent before. */
  public Write write(Op op) {
    sequence++;
    return new Write(7, 7, sequence, sequence, Long.MAX_VALUE >> 2, op.hashCode(), op);
  }

  public Batch batch(Op... ops) {
    var writes = new ArrayList<Write>();
    for (Op op : ops) {
      writes.add(write(op));
    }
    return new Batch(store.applied().revision() + 1, CLIENTS_MAX, writes);
  }

  /** Applies the commands as the next entry, in a round of its own. */
  public List<WriteResult> apply(Op... ops) {
    return apply(batch(ops));
  }

  public List<WriteResult> apply(Batch batch) {
    var round = new ApplyRound(engine, new RecentVersions(1 << 14));
    List<WriteResult> results = store.apply(round, next(), batch);
    round.commit();
    return results;
  }

  public WriteResult.Done done(Op op) {
    return (WriteResult.Done) apply(op).getFirst();
  }

  public EntryId next() {
    return new EntryId(1, store.applied().index() + 1);
  }

  public String get(String key, long revision) {
    Version version = store.get(bytes(key), revision);
    return version == null ? null : new String(version.value(), StandardCharsets.UTF_8);
  }

  /** Keys of a page, with a space between. */
  public static String keys(RangePage page) {
    return String.join(" ", page.versions().stream().map(version -> new String(version.key(), StandardCharsets.UTF_8)).toList());
  }

  public static RangeQuery all(long revision) {
    return new RangeQuery(new byte[0], null, revision, 0, Long.MAX_VALUE, false, false);
  }

  /** A command over few keys, so that they meet often. */
  public static Op randomOp(Random random) {
    String key = randomKey(random);
    return switch (random.nextInt(13)) {
      case 10 -> new Op.Add(bytes(key), random.nextInt(20) - 10);
      case 11 -> new Op.DeleteRange(bytes(key), random.nextBoolean() ? null : bytes(randomKey(random)), true);
      case 12 -> RandomTxn.of(random);
      case 0, 1, 2 -> new Op.Delete(bytes(key), random.nextBoolean());
      case 3 -> new Op.DeleteRange(bytes(key), random.nextInt(4) == 0 ? null : bytes(randomKey(random)));
      default -> new Op.Put(bytes(key), bytes("v" + "x".repeat(random.nextInt(random.nextInt(8) == 0 ? 2000 : 20))), random.nextInt(LEASES),
          random.nextBoolean());
    };
  }

  public static String randomKey(Random random) {
    return "abc".charAt(random.nextInt(3)) + (random.nextBoolean() ? "" : String.valueOf("/01".charAt(random.nextInt(3))));
  }
}
