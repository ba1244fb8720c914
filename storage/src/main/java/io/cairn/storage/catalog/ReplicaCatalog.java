package io.cairn.storage.catalog;

import io.cairn.raft.Invariant;
import io.cairn.storage.OnDiskFormat;
import io.cairn.storage.bytes.BytesIn;
import io.cairn.storage.bytes.BytesOut;
import io.cairn.storage.engine.Engine;
import io.cairn.storage.engine.EngineBatch;
import io.cairn.storage.engine.EngineCursor;
import io.cairn.storage.engine.EngineView;
import io.cairn.storage.engine.Family;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Which replicas lie in an engine, and under which store numbers. Changes go into a batch that the caller writes and flushes, so
 * that they can stand beside others that must happen with them; they are visible here once that batch is written. Changed from
 * the engine's apply loop alone (and at boot), read from any thread.
 */
public final class ReplicaCatalog {
  private static final byte[] NEXT_STORE = {OnDiskFormat.SMALL_NEXT_STORE};
  private static final byte[] REPLICAS_FIRST = {OnDiskFormat.SMALL_REPLICA};
  private static final byte[] REPLICAS_END = {OnDiskFormat.SMALL_REPLICA + 1};
  private static final byte[] LOG_END = {OnDiskFormat.SMALL_LOG_END};
  private static final byte[] JOINED = {OnDiskFormat.SMALL_JOINED};

  private final Engine engine;
  /** Given numbers are below it, whether or not the batch that says so was written: none is ever given again. */
  private long nextStore;

  private ReplicaCatalog(Engine engine, long nextStore) {
    this.engine = engine;
    this.nextStore = nextStore;
  }

  public static ReplicaCatalog open(Engine engine) {
    byte[] next = engine.get(Family.SMALL, NEXT_STORE);
    return new ReplicaCatalog(engine, next == null ? 1 : new BytesIn(next).varint());
  }

  /** All replicas, in the order of their shards. */
  public List<ReplicaRecord> replicas() {
    try (EngineView view = engine.view()) {
      return replicas(view);
    }
  }

  public Optional<ReplicaRecord> replica(int shard) {
    return decoded(engine.get(Family.SMALL, OnDiskFormat.replicaKey(shard)));
  }

  /** The replica's record in a view, so that it fits the data read there (SN-08). */
  public static Optional<ReplicaRecord> replica(EngineView view, int shard) {
    return decoded(view.get(Family.SMALL, OnDiskFormat.replicaKey(shard)));
  }

  /** Notes what a node that was added was told of the others when it joined; opaque here. */
  public void putJoined(EngineBatch batch, byte[] told) {
    batch.put(Family.SMALL, JOINED, told);
  }

  /** What {@link #putJoined} noted; empty on a node that the cluster began with. */
  public Optional<byte[]> joined() {
    return Optional.ofNullable(engine.get(Family.SMALL, JOINED));
  }

  /** Notes that the replica's log was damaged, and that it may lack entries it has acknowledged. To be flushed before the log goes on. */
  public void putSuspect(EngineBatch batch, int shard, long replica) {
    batch.put(Family.SMALL, OnDiskFormat.suspectKey(shard), new BytesOut(8).varint(replica).toArray());
  }

  /** Whether {@link #putSuspect} was noted of this replica and not taken back. */
  public boolean isSuspect(int shard, long replica) {
    byte[] noted = engine.get(Family.SMALL, OnDiskFormat.suspectKey(shard));
    return noted != null && new BytesIn(noted).varint() == replica;
  }

  /** The replica lacks nothing any more. What is lost of this makes it suspect once more, which costs votes and no data. */
  public void clearSuspect(EngineBatch batch, int shard) {
    batch.delete(Family.SMALL, OnDiskFormat.suspectKey(shard));
  }

  /** Notes how far the log has come durably: its last batch. A log that ends before it has lost its end, whatever it looks like. */
  public void putLogEnd(EngineBatch batch, long lastBatch) {
    batch.put(Family.SMALL, LOG_END, new BytesOut(10).varint(lastBatch).toArray());
  }

  /** What {@link #putLogEnd} noted last; 0 when it never did. */
  public long logEnd() {
    byte[] noted = engine.get(Family.SMALL, LOG_END);
    return noted == null ? 0 : new BytesIn(noted).varint();
  }

  /** Notes that the replica differs from the others: nothing of its data is shown before other data has taken its place. To be flushed. */
  public void putFenced(EngineBatch batch, int shard, long replica) {
    batch.put(Family.SMALL, OnDiskFormat.fencedKey(shard), new BytesOut(8).varint(replica).toArray());
  }

  /** Whether {@link #putFenced} was noted of this replica and not taken back. */
  public boolean isFenced(int shard, long replica) {
    byte[] noted = engine.get(Family.SMALL, OnDiskFormat.fencedKey(shard));
    return noted != null && new BytesIn(noted).varint() == replica;
  }

  /** Other data takes the replica's place, by the same batch. */
  public void clearFenced(EngineBatch batch, int shard) {
    batch.delete(Family.SMALL, OnDiskFormat.fencedKey(shard));
  }

  /**
   * Gives a store number that was never given before, and notes that in {@code batch}. The batch must be written before, or with,
   * the first thing that is written under the number.
   */
  public long newStore(EngineBatch batch) {
    long store = nextStore++;
    OnDiskFormat.checkStore(store);
    batch.put(Family.SMALL, NEXT_STORE, new BytesOut(8).varint(nextStore).toArray());
    return store;
  }

  /** Adds a replica of a shard of which this node has none. */
  public void create(EngineBatch batch, ReplicaRecord replica) {
    Invariant.check(replica(replica.shard()).isEmpty(), "shard %d has no replica here yet", replica.shard());
    put(batch, replica);
  }

  /**
   * Replaces a replica's record: other members, another range, or other pieces. Switching to the pieces that a snapshot was
   * written under is one such batch, flushed before the log restarts; the old store is deleted after that.
   */
  public void replace(EngineBatch batch, ReplicaRecord replica) {
    ReplicaRecord before = replica(replica.shard()).orElse(null);
    Invariant.check(before != null, "shard %d has a replica here to replace", replica.shard());
    Invariant.check(before.rangeEpoch() <= replica.rangeEpoch() && before.membershipEpoch() <= replica.membershipEpoch(),
        "epochs of shard %d do not go back", replica.shard());
    put(batch, replica);
  }

  /** Removes the record alone; what lies in its stores is deleted by {@link #deleteStore} or, after a crash, by {@link #sweep}. */
  public void delete(EngineBatch batch, int shard) {
    batch.delete(Family.SMALL, OnDiskFormat.replicaKey(shard));
  }

  /** Removes everything under the number. Nobody may read that store any more: it would look empty. */
  public static void deleteStore(EngineBatch batch, long store) {
    byte[] first = OnDiskFormat.storePrefix(store);
    byte[] end = OnDiskFormat.storeEnd(store);
    batch.deleteRange(Family.NEWEST, first, end);
    batch.deleteRange(Family.DELETED, first, end);
    batch.deleteRange(Family.EVENTS, first, end);
    batch.deleteRange(Family.SMALL, OnDiskFormat.smallPrefix(store), OnDiskFormat.smallEnd(store));
  }

  /**
   * Deletes what no replica refers to: snapshots that were not finished, old stores of replicas that were switched. For boot,
   * before anything else is opened.
   *
   * @return the numbers of the stores deleted
   */
  public List<Long> sweep(EngineBatch batch) {
    var unused = new TreeSet<Long>();
    try (EngineView view = engine.view()) {
      collectStores(view, unused);
      for (ReplicaRecord replica : replicas(view)) {
        replica.pieces().forEach(piece -> unused.remove(piece.store()));
      }
    }
    for (long store : unused) {
      Invariant.check(store < nextStore, "store %d that is in use was given: the next one is %d", store, nextStore);
      deleteStore(batch, store);
    }
    return List.copyOf(unused);
  }

  /** Skips from store to store: one seek for each, not a walk over its keys. */
  private static void collectStores(EngineView view, TreeSet<Long> found) {
    for (Family family : Family.values()) {
      boolean small = family == Family.SMALL;
      int at = small ? 1 : 0;
      byte[] first = small ? new byte[] {OnDiskFormat.SMALL_STORE} : new byte[0];
      byte[] end = small ? new byte[] {OnDiskFormat.SMALL_STORE + 1} : null;
      try (EngineCursor cursor = view.cursor(family, first, end)) {
        while (cursor.valid()) {
          long store = OnDiskFormat.storeOf(cursor.key(), at);
          found.add(store);
          cursor.seek(small ? OnDiskFormat.smallEnd(store) : OnDiskFormat.storeEnd(store));
        }
      }
    }
  }

  private static List<ReplicaRecord> replicas(EngineView view) {
    var found = new ArrayList<ReplicaRecord>();
    try (EngineCursor cursor = view.cursor(Family.SMALL, REPLICAS_FIRST, REPLICAS_END)) {
      for (; cursor.valid(); cursor.next()) {
        found.add(ReplicaRecord.decode(cursor.value()));
      }
    }
    return found;
  }

  private static void put(EngineBatch batch, ReplicaRecord replica) {
    batch.put(Family.SMALL, OnDiskFormat.replicaKey(replica.shard()), replica.encode());
  }

  private static Optional<ReplicaRecord> decoded(byte[] bytes) {
    return Optional.ofNullable(bytes).map(ReplicaRecord::decode);
  }
}
