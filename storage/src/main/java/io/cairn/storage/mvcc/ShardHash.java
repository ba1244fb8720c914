package io.cairn.storage.mvcc;

import io.cairn.storage.OnDiskFormat;
import io.cairn.storage.bytes.BytesIn;
import io.cairn.storage.bytes.BytesOut;
import io.cairn.storage.engine.EngineBatch;
import io.cairn.storage.engine.EngineCursor;
import io.cairn.storage.engine.EngineView;
import io.cairn.storage.engine.Family;
import io.cairn.storage.hash.Fact;
import java.util.Arrays;

/**
 * The rolling hash over the keys and named records of one store. A put subtracts what the replaced version added and adds what the new one does; so it
 * is right at every entry, at no more cost than that.
 *
 * <p>Together with the tables of clients, leases and guards, which keep sums of their own, it is a hash of everything that the next entry's outcome
 * depends on: replicas that have applied the same entries have the same (SM-01, SM-06, SM-07). History (events, deleted keys, marks) is not in it: it
 * is written by the same code from the same versions, is swept on one replica before another, and decides no outcome.
 *
 * <p>The sum over the keys lies in a record of its own, written with the state, in the same batch. One that is missing or of another applied index (an older
 * version wrote here last) is made anew by a walk over the keys. All else is in memory and is summed when it is read. Used by the apply loop alone.
 */
final class ShardHash {
  private final long store;
  private final Fact fact = new Fact();
  private final BytesOut scratch = new BytesOut(24);
  private long keys;
  private long records;
  /** Of a pass over the keys that is under way: all keys below this one are in the sum, as they are now. Null while there is none. */
  private byte[] scrubbedTo;
  private long scrubbed;

  ShardHash(long store) {
    this.store = store;
  }

  /** As of a view, by what was written with the state there, or by a walk. */
  static ShardHash load(EngineView view, long store, StoreState state) {
    var hash = new ShardHash(store);
    if (!hash.take(view.get(Family.SMALL, OnDiskFormat.hashKey(store)), state.applied().index())) {
      hash.walkKeys(view);
    }
    hash.readRecords(view);
    return hash;
  }

  /** As of a view, from what lies there. */
  static ShardHash scan(EngineView view, long store) {
    var hash = new ShardHash(store);
    hash.walkKeys(view);
    hash.readRecords(view);
    return hash;
  }

  private boolean take(byte[] stored, long index) {
    if (stored == null) {
      return false;
    }
    var in = new BytesIn(stored);
    if (in.int8() != OnDiskFormat.HASH || in.varint() != index) {
      return false;
    }
    keys = in.int64();
    return true;
  }

  private void walkKeys(EngineView view) {
    var version = new StoredVersion();
    try (EngineCursor cursor = view.cursor(Family.NEWEST, OnDiskFormat.storePrefix(store), OnDiskFormat.storeEnd(store))) {
      for (; cursor.valid(); cursor.next()) {
        add(cursor.key(), version.read(cursor.value()));
      }
    }
  }

  private void readRecords(EngineView view) {
    byte[] first = OnDiskFormat.smallKey(store, OnDiskFormat.STORE_RECORD, new byte[0]);
    byte[] end = OnDiskFormat.smallKey(store, (byte) (OnDiskFormat.STORE_RECORD + 1), new byte[0]);
    try (EngineCursor cursor = view.cursor(Family.SMALL, first, end)) {
      for (; cursor.valid(); cursor.next()) {
        records += ofRecord(cursor.key(), cursor.value());
      }
    }
  }

  /** A key came to have this version. @param storeKey of the newest family */
  void add(byte[] storeKey, StoredVersion version) {
    count(storeKey, of(storeKey, version));
  }

  /** A key has this version no more. */
  void subtract(byte[] storeKey, StoredVersion version) {
    count(storeKey, -of(storeKey, version));
  }

  private void count(byte[] storeKey, long more) {
    keys += more;
    if (scrubbedTo != null && Arrays.compareUnsigned(storeKey, scrubbedTo) < 0) {
      scrubbed += more;
    }
  }

  /**
   * Reads some keys again, in their order, and sums what is really there; what is written meanwhile counts where the pass has been. A pass that comes to
   * something else than the rolling hash has found bytes that changed behind the apply path, or a bug: its sum is the hash from then on, so that
   * the other replicas see it.
   *
   * @param bytesMax of keys and values, about
   */
  KeyScrub scrub(EngineView view, long bytesMax) {
    if (scrubbedTo == null) {
      scrubbedTo = OnDiskFormat.storePrefix(store);
      scrubbed = 0;
    }
    var version = new StoredVersion();
    long bytes = 0;
    try (EngineCursor cursor = view.cursor(Family.NEWEST, scrubbedTo, OnDiskFormat.storeEnd(store))) {
      for (; cursor.valid() && bytes < bytesMax; cursor.next()) {
        byte[] key = cursor.key();
        byte[] stored = cursor.value();
        scrubbed += of(key, version.read(stored));
        bytes += key.length + stored.length;
        scrubbedTo = KeyBounds.successor(key);
      }
      if (cursor.valid()) {
        return KeyScrub.MORE;
      }
    }
    scrubbedTo = null;
    boolean right = scrubbed == keys;
    keys = scrubbed;
    return right ? KeyScrub.RIGHT : KeyScrub.WRONG;
  }

  /** A named record was set or deleted; null where there was none, or is none. @param key of the small family */
  void record(byte[] key, byte[] before, byte[] after) {
    records += (after == null ? 0 : ofRecord(key, after)) - (before == null ? 0 : ofRecord(key, before));
  }

  private long of(byte[] storeKey, StoredVersion version) {
    int prefix = OnDiskFormat.STORE_PREFIX_BYTES;
    fact.about(Fact.VERSION).and(storeKey, prefix, storeKey.length - prefix);
    return version.addTo(fact).value();
  }

  private long ofRecord(byte[] key, byte[] value) {
    int name = OnDiskFormat.SMALL_PREFIX_BYTES + 1; // Behind the store's prefix stands the kind.
    return fact.about(Fact.RECORD).and(key, name, key.length - name).and(value).value();
  }

  /**
   * The hash of all of the store.
   *
   * @param tables what clients, leases and guards add up to
   */
  long of(StoreState state, long tables) {
    Applied applied = state.applied();
    return fact.about(Fact.STATE).and(applied.index()).and(applied.term()).and(applied.revision()).and(state.compacted())
        .and(state.forgotten()).and(keys + records + tables).value();
  }

  /** Written with the state of that index, in one batch. */
  void save(EngineBatch batch, long index) {
    scratch.clear().int8(OnDiskFormat.HASH).varint(index).int64(keys);
    byte[] key = OnDiskFormat.hashKey(store);
    batch.put(Family.SMALL, key, key.length, scratch.buffer(), scratch.length());
  }
}
