package io.cairn.storage.mvcc;

import io.cairn.storage.OnDiskFormat;
import io.cairn.storage.bytes.BytesIn;
import io.cairn.storage.bytes.BytesOut;
import io.cairn.storage.engine.Engine;
import io.cairn.storage.engine.EngineBatch;
import io.cairn.storage.engine.EngineCursor;
import io.cairn.storage.engine.EngineView;
import io.cairn.storage.engine.Family;
import io.cairn.storage.guard.HomeGuards;
import io.cairn.storage.lease.KnownLeases;
import io.cairn.storage.lease.LeaseKeyWalk;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * What a round has changed in one store so far, over what the engine holds. Writes each change to the round's batch and keeps
 * what later commands of the round must see. For the apply loop alone.
 */
final class StoreChanges {

  /** A key after the round's last change of it: a version, or (with {@code version} null) where it was deleted. */
  private record Changed(byte[] version, long deleteRevision, int deleteOrdinal) {}

  /** A key that lives, as {@link #live} finds it. */
  private record Live(byte[] storeKey, byte[] version) {}

  private final Engine engine;
  private final long store;
  private final KnownLeases leases;
  private final HomeGuards guards;
  private final ShardHash hash;
  /** Ordered, since a delete of a range goes through it. */
  private final TreeMap<byte[], Changed> changed = new TreeMap<>(Arrays::compareUnsigned);
  private final BytesOut scratch = new BytesOut(1 << 10);
  private final byte[] eventKey = new byte[OnDiskFormat.EVENT_KEY_BYTES];
  private final StoredVersion decoded = new StoredVersion();
  private final BytesIn in = new BytesIn(eventKey);
  private final EventCount events;
  private long deletedKeys;
  private ApplyRound keysOf;
  private Keys keys;
  /** Keys under a lease that were deleted since this was last asked for. */
  private List<byte[]> leasedGone = new ArrayList<>();

  StoreChanges(Engine engine, long store, long deletedKeys, EventCount events, KnownLeases leases, HomeGuards guards, ShardHash hash) {
    this.guards = guards;
    this.hash = hash;
    this.engine = engine;
    this.leases = leases;
    this.store = store;
    this.deletedKeys = deletedKeys;
    this.events = events;
  }

  long deletedKeys() {
    return deletedKeys;
  }

  /** Everything is written: the engine itself now shows it. */
  void clear() {
    changed.clear();
    keysOf = null;
    keys = null;
  }

  /** Returns the version that was replaced, as stored, or null. */
  byte[] put(ApplyRound round, Write write, byte[] userKey, byte[] value, long lease, long revision, int ordinal) {
    byte[] key = OnDiskFormat.storeKey(store, userKey);
    Changed before = changed.get(key);
    byte[] replaced = before != null ? before.version() : newest(round, key);
    long create = revision;
    long version = 1;
    long leaseBefore = 0;
    long deleteRevision = 0;
    int deleteOrdinal = 0;
    if (replaced != null) {
      hash.subtract(key, decoded.read(replaced));
      create = decoded.create;
      version = decoded.version + 1;
      leaseBefore = decoded.lease;
    } else if (before != null) {
      deleteRevision = before.deleteRevision();
      deleteOrdinal = before.deleteOrdinal();
    } else if (deletedKeys > 0) {
      byte[] deleted = engine.get(Family.DELETED, key);
      if (deleted != null) {
        in.over(deleted, 0, deleted.length);
        deleteRevision = in.varint();
        deleteOrdinal = in.count();
      }
    }
    byte[] current = StoredVersion.encode(scratch, create, revision, ordinal, version, lease, value);
    hash.add(key, decoded.read(current));
    EngineBatch batch = round.batch();
    round.recent().put(key, current);
    batch.put(Family.NEWEST, key, current);
    leases.moved(batch, userKey, leaseBefore, lease);
    if (deleteRevision != 0) {
      batch.delete(Family.DELETED, key);
      deletedKeys--;
    }
    event(batch, write, key, current, replaced, deleteRevision, deleteOrdinal, revision, ordinal);
    changed.put(key, new Changed(current, 0, 0));
    return replaced;
  }

  /** Returns the version that was deleted, as stored; null if the key did not live, and then nothing is changed. */
  byte[] delete(ApplyRound round, Write write, byte[] userKey, long revision, int ordinal) {
    byte[] key = OnDiskFormat.storeKey(store, userKey);
    Changed before = changed.get(key);
    byte[] version = before != null ? before.version() : newest(round, key);
    if (version != null) {
      delete(round, write, key, version, revision, ordinal);
    }
    return version;
  }

  /** Deletes every key in {@code [start, end)} under one revision; returns how many there were. */
  long deleteRange(ApplyRound round, Write write, Op.DeleteRange range, long revision) {
    List<Live> live = live(range.start(), range.end());
    for (int ordinal = 0; ordinal < live.size(); ordinal++) {
      Live key = live.get(ordinal);
      delete(round, write, key.storeKey(), key.version(), revision, ordinal);
    }
    return live.size();
  }

  /** Deletes every key under these leases under one revision; returns how many there were. */
  int deleteLeases(ApplyRound round, Write write, Op.LeaseDelete ended, long revision) {
    int deleted = 0;
    try (LeaseKeyWalk walk = leases.walk(engine)) {
      for (Op.Generation lease : ended.leases()) {
        if (leases.isKnown(lease.id(), lease.grant())) {
          deleted = deleteLease(round, write, walk, lease, revision, deleted);
          leases.forget(lease.id());
        }
      }
      for (Op.Generation lease : ended.kept()) {
        leases.fence(lease.id(), lease.grant());
        if (leases.isFenced(lease.id(), lease.grant())) {
          deleted = deleteLease(round, write, walk, lease, revision, deleted);
        }
      }
    }
    return deleted;
  }

  /** @param ordinal of its first key's event; returns that of the next */
  private int deleteLease(ApplyRound round, Write write, LeaseKeyWalk walk, Op.Generation lease, long revision, int ordinal) {
    int next = ordinal;
    for (byte[] userKey : leases.keys(walk, lease.id())) {
      byte[] key = OnDiskFormat.storeKey(store, userKey);
      Changed before = changed.get(key);
      delete(round, write, key, before != null ? before.version() : newest(round, key), revision, next++);
    }
    return next;
  }

  private void delete(ApplyRound round, Write write, byte[] key, byte[] version, long revision, int ordinal) {
    EngineBatch batch = round.batch();
    hash.subtract(key, decoded.read(version));
    long lease = decoded.lease;
    if (lease != 0) {
      byte[] userKey = OnDiskFormat.userKey(key);
      leases.moved(batch, userKey, lease, 0);
      leasedGone.add(userKey);
    }
    if (!guards.isEmpty()) {
      guards.gone(OnDiskFormat.userKey(key));
    }
    round.recent().remove(key);
    batch.delete(Family.NEWEST, key);
    scratch.clear().varint(revision).varint(ordinal);
    batch.put(Family.DELETED, key, key.length, scratch.buffer(), scratch.length());
    deletedKeys++;
    event(batch, write, key, null, version, 0, 0, revision, ordinal);
    changed.put(key, new Changed(null, revision, ordinal));
  }

  List<byte[]> takeLeasedGone() {
    if (leasedGone.isEmpty()) {
      return List.of(); // As after nearly every entry.
    }
    List<byte[]> taken = leasedGone;
    leasedGone = new ArrayList<>();
    return taken;
  }

  /** Removes the records of deletes at or below the compaction revision; one that was written anew since stays. */
  void sweep(ApplyRound round, List<byte[]> keys, long compacted) {
    for (byte[] key : keys) {
      byte[] deleted = changed.containsKey(key) ? null : engine.get(Family.DELETED, key);
      if (deleted != null && in.over(deleted, 0, deleted.length).varint() <= compacted) {
        round.batch().delete(Family.DELETED, key);
        deletedKeys--;
      }
    }
  }

  private byte[] newest(ApplyRound round, byte[] key) {
    byte[] recent = round.recent().get(key);
    return recent != null ? recent : engine.get(Family.NEWEST, key);
  }

  private void event(EngineBatch batch, Write write, byte[] key, byte[] current, byte[] replaced, long deleteRevision, int deleteOrdinal,
      long revision, int ordinal) {
    StoredEvent.encode(scratch, write, key, current, replaced, deleteRevision, deleteOrdinal);
    events.add(batch, revision, ordinal);
    OnDiskFormat.eventKey(eventKey, store, revision, ordinal);
    batch.put(Family.EVENTS, eventKey, eventKey.length, scratch.buffer(), scratch.length());
  }

  /** What a transaction has come to, each change under its own ordinal of the one revision. */
  void write(ApplyRound round, Write write, List<TxnRun.Change> made, long revision) {
    for (int ordinal = 0; ordinal < made.size(); ordinal++) {
      TxnRun.Change change = made.get(ordinal);
      if (change.version() == null) {
        delete(round, write, change.key(), revision, ordinal);
      } else {
        put(round, write, change.key(), change.version().value(), change.version().lease(), revision, ordinal);
      }
    }
  }

  /** The keys as the round has left them so far. Asked for by every write: made once for a round. */
  Keys keys(ApplyRound round) {
    if (keysOf != round) {
      keysOf = round;
      keys = new OpenKeys(round);
    }
    return keys;
  }

  /** The keys that the end of leases deletes, as the round has left them so far. */
  List<byte[]> keysUnder(Op.LeaseDelete ended) {
    var found = new ArrayList<byte[]>();
    try (LeaseKeyWalk walk = leases.walk(engine)) {
      for (List<Op.Generation> list : List.of(ended.leases(), ended.kept())) {
        for (Op.Generation lease : list) {
          if (leases.isKnown(lease.id(), lease.grant())) {
            found.addAll(leases.keys(walk, lease.id()));
          }
        }
      }
    }
    return found;
  }

  /** What the engine holds. */
  private final class EngineKeys implements Keys {
    private final ApplyRound round;

    EngineKeys(ApplyRound round) {
      this.round = round;
    }

    @Override
    public Version get(byte[] key) {
      byte[] found = newest(round, OnDiskFormat.storeKey(store, key));
      return found == null ? null : decoded.read(found).toVersion(key, false);
    }

    @Override
    public void each(byte[] start, byte[] end, boolean reverse, Predicate<Version> visit) {
      try (EngineView view = engine.view(); EngineCursor cursor = view.cursor(Family.NEWEST, first(start), behind(end))) {
        if (reverse) {
          cursor.seekToLast();
        }
        while (cursor.valid() && visit.test(decoded.read(cursor.value()).toVersion(OnDiskFormat.userKey(cursor.key()), false))) {
          if (reverse) {
            cursor.previous();
          } else {
            cursor.next();
          }
        }
      }
    }
  }

  private final class OpenKeys extends LayeredKeys<Changed> {

    OpenKeys(ApplyRound round) {
      super(new EngineKeys(round));
    }

    @Override
    Changed over(byte[] key) {
      return changed.get(OnDiskFormat.storeKey(store, key));
    }

    @Override
    NavigableMap<byte[], Changed> over(byte[] start, byte[] end) {
      return changed.subMap(first(start), true, behind(end), false);
    }

    @Override
    byte[] key(byte[] kept) {
      return OnDiskFormat.userKey(kept);
    }

    @Override
    Version version(byte[] key, Changed change) {
      return change.version() == null ? null : decoded.read(change.version()).toVersion(key, false);
    }
  }

  private byte[] first(byte[] start) {
    return OnDiskFormat.storeKey(store, start);
  }

  private byte[] behind(byte[] end) {
    return end == null ? OnDiskFormat.storeEnd(store) : OnDiskFormat.storeKey(store, end);
  }

  /** The keys that live now in a range, in order: the engine's, with the round's changes over them. */
  private List<Live> live(byte[] start, byte[] end) {
    if (end != null && Arrays.compareUnsigned(start, end) >= 0) {
      return List.of();
    }
    byte[] from = first(start);
    byte[] to = behind(end);
    var live = new TreeMap<byte[], byte[]>(Arrays::compareUnsigned);
    try (EngineView view = engine.view(); EngineCursor cursor = view.cursor(Family.NEWEST, from, to)) {
      for (; cursor.valid(); cursor.next()) {
        live.put(cursor.key(), cursor.value());
      }
    }
    changed.subMap(from, to).forEach((key, change) -> {
      if (change.version() == null) {
        live.remove(key);
      } else {
        live.put(key, change.version());
      }
    });
    var found = new ArrayList<Live>(live.size());
    for (Map.Entry<byte[], byte[]> entry : live.entrySet()) {
      found.add(new Live(entry.getKey(), entry.getValue()));
    }
    return found;
  }
}
