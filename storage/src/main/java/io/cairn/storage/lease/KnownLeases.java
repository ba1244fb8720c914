package io.cairn.storage.lease;

import io.cairn.raft.Invariant;
import io.cairn.storage.OnDiskFormat;
import io.cairn.storage.engine.Engine;
import io.cairn.storage.engine.EngineBatch;
import io.cairn.storage.engine.EngineCursor;
import io.cairn.storage.engine.EngineView;
import io.cairn.storage.engine.Family;
import io.cairn.storage.hash.Fact;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The leases that keys of this shard may be, or must not any more be, put under, and which keys are.
 *
 * <p><b>Invariant.</b> A key is in the index under a lease, or is the only one in the lease's record, exactly while its newest version names the
 * lease; and the record counts it. So an end finds every key, whatever else happened to them.
 *
 * <p>Used by the apply loop alone, but for what reads a view, and {@link #keysAbout}.
 */
public final class KnownLeases {
  private static final byte[] NOTHING = new byte[0];

  private final long store;
  /** Looked up, never iterated: its order must not reach behaviour. */
  private final Map<Long, KnownLease> byId = new HashMap<>();
  /** Changed since the last save, in that order; null for one whose record was removed. */
  private final Map<Long, KnownLease> unsaved = new LinkedHashMap<>();
  /** What the round has done to the index: what stands in the engine is not seen before the round is written. */
  private final TreeMap<byte[], Boolean> indexed = new TreeMap<>(Arrays::compareUnsigned);

  /** How many keys those leases have that have more than one: what other threads may ask. Looked up, never iterated. */
  private final Map<Long, Integer> keysOfMany = new ConcurrentHashMap<>();

  /** Leases whose last key was taken off them since this was last asked. */
  private List<Long> emptied = new ArrayList<>();

  private final Fact fact = new Fact();
  private long sum;

  private KnownLeases(long store) {
    this.store = store;
  }

  public static KnownLeases load(EngineView view, long store) {
    var leases = new KnownLeases(store);
    read(view, store).forEach(leases::hold);
    return leases;
  }

  /** All of them as of a view, in the order of their ids. */
  public static List<KnownLease> read(EngineView view, long store) {
    byte[] first = OnDiskFormat.smallKey(store, OnDiskFormat.STORE_KNOWN_LEASE, new byte[0]);
    byte[] end = OnDiskFormat.smallKey(store, (byte) (OnDiskFormat.STORE_KNOWN_LEASE + 1), new byte[0]);
    var found = new ArrayList<KnownLease>();
    try (EngineCursor cursor = view.cursor(Family.SMALL, first, end)) {
      for (; cursor.valid(); cursor.next()) {
        found.add(KnownLease.decode(OnDiskFormat.readInt64(cursor.key(), first.length), cursor.value()));
      }
    }
    return found;
  }

  /** Of one id as of a view; null when the shard knows nothing of it. */
  public static KnownLease read(EngineView view, long store, long id) {
    byte[] found = view.get(Family.SMALL, OnDiskFormat.leaseKey(store, OnDiskFormat.STORE_KNOWN_LEASE, id));
    return found == null ? null : KnownLease.decode(id, found);
  }

  /** Keys under the lease as of a view, in order; at most {@code max}. */
  public static List<byte[]> keys(EngineView view, long store, long id, int max) {
    KnownLease lease = read(view, store, id);
    if (lease == null || lease.keys() == 0 || max == 0) {
      return List.of();
    }
    if (lease.only() != null) {
      return List.of(lease.only());
    }
    byte[] first = OnDiskFormat.leaseKey(store, OnDiskFormat.STORE_LEASE_KEY, id);
    try (EngineCursor cursor = view.cursor(Family.SMALL, first, OnDiskFormat.leaseKeysEnd(store, id))) {
      return stored(cursor, first, max);
    }
  }

  /** What all of them add to the rolling hash; which keys lie under them, the keys' versions say. */
  public long sum() {
    return sum;
  }

  /** What the shard knows of the id, or null. */
  public KnownLease get(long id) {
    return byId.get(id);
  }

  /** How many keys are under the lease, 1 or more, as of a moment ago: who asks does not wait for the apply loop. From any thread. */
  public int keysAbout(long id) {
    return keysOfMany.getOrDefault(id, 1);
  }

  /** Whether a key may be put under the lease now. */
  public boolean admits(long id) {
    KnownLease lease = byId.get(id);
    return lease != null && !lease.fenced();
  }

  /** The home has noted this shard for the lease. A fence of the same grant, or a newer grant, says that this comes too late. */
  public void know(long id, long grant) {
    KnownLease lease = byId.get(id);
    if (lease == null || lease.grant() < grant) {
      replace(lease, KnownLease.of(id, grant, false));
    }
  }

  /** From now on no key is put under it here, also if it was never known here. */
  public void fence(long id, long grant) {
    KnownLease lease = byId.get(id);
    if (lease == null || lease.grant() < grant) {
      replace(lease, KnownLease.of(id, grant, true));
    } else if (lease.grant() == grant && !lease.fenced()) {
      set(lease.withFence());
    }
  }

  /** The shard may forget it: nobody can come any more who would put a key under it. */
  public void unfence(long id, long grant) {
    if (isFenced(id, grant) && byId.get(id).keys() == 0) {
      forget(id);
    }
  }

  List<Long> takeEmptied() {
    if (emptied.isEmpty()) {
      return List.of();
    }
    List<Long> taken = emptied;
    emptied = new ArrayList<>();
    return taken;
  }

  /** No key is under it any more, and nobody can come who would need its record: the shard is as if it had never known it. */
  public void forget(long id) {
    KnownLease lease = byId.remove(id);
    sum -= lease == null ? 0 : lease.fact(fact);
    Invariant.check(lease == null || lease.keys() == 0, "lease %d has no keys left when it is forgotten", id);
    unsaved.put(id, null);
  }

  /** Whether what the shard knows of the id is of this grant. */
  public boolean isKnown(long id, long grant) {
    KnownLease lease = byId.get(id);
    return lease != null && lease.grant() == grant;
  }

  public boolean isFenced(long id, long grant) {
    KnownLease lease = byId.get(id);
    return lease != null && lease.grant() == grant && lease.fenced();
  }

  /** An id is granted again only when every shard of its last holder was rid of its keys. */
  private void replace(KnownLease before, KnownLease after) {
    Invariant.check(before == null || before.keys() == 0, "lease %d has no keys left of an older grant", after.id());
    set(after);
  }

  private void set(KnownLease lease) {
    hold(lease);
    unsaved.put(lease.id(), lease);
  }

  private void hold(KnownLease lease) {
    KnownLease before = byId.put(lease.id(), lease);
    sum += lease.fact(fact) - (before == null ? 0 : before.fact(fact));
    if (lease.keys() > 1) {
      keysOfMany.put(lease.id(), lease.keys());
    } else if (before != null && before.keys() > 1) {
      keysOfMany.remove(lease.id());
    }
  }

  /** A key's newest version names another lease than the one before; 0 is none. {@code key} is the caller's, without the store. */
  public void moved(EngineBatch batch, byte[] key, long from, long to) {
    if (from == to) {
      return;
    }
    if (from != 0) {
      leave(batch, key, held(from));
    }
    if (to != 0) {
      join(batch, key, held(to));
    }
  }

  private KnownLease held(long id) {
    KnownLease lease = byId.get(id);
    Invariant.check(lease != null, "lease %d is known where a key is under it", id);
    return lease;
  }

  private void leave(EngineBatch batch, byte[] key, KnownLease lease) {
    Invariant.check(lease.keys() > 0 && (lease.only() == null || Arrays.equals(lease.only(), key)), "lease %d has the key that leaves it", lease.id());
    if (lease.only() == null) {
      byte[] at = OnDiskFormat.leaseKey(store, OnDiskFormat.STORE_LEASE_KEY, lease.id(), key);
      batch.delete(Family.SMALL, at);
      indexed.put(at, false);
    }
    set(lease.withKeys(lease.keys() - 1, null));
    if (lease.keys() == 1) {
      emptied.add(lease.id());
    }
  }

  private void join(EngineBatch batch, byte[] key, KnownLease lease) {
    if (lease.keys() == 0) {
      set(lease.withKeys(1, key));
      return;
    }
    if (lease.only() != null) {
      index(batch, lease.id(), lease.only());
    }
    index(batch, lease.id(), key);
    set(lease.withKeys(lease.keys() + 1, null));
  }

  private void index(EngineBatch batch, long id, byte[] key) {
    byte[] at = OnDiskFormat.leaseKey(store, OnDiskFormat.STORE_LEASE_KEY, id, key);
    batch.put(Family.SMALL, at, NOTHING);
    indexed.put(at, true);
  }

  /** Walks the index, for {@link #keys(LeaseKeyWalk, long)}. */
  public LeaseKeyWalk walk(Engine engine) {
    return new LeaseKeyWalk(engine, store);
  }

  /** The keys under the lease now, in order: those of the index, with the round's changes over them. */
  public List<byte[]> keys(LeaseKeyWalk walk, long id) {
    KnownLease lease = byId.get(id);
    if (lease.only() != null || lease.keys() == 0) {
      return lease.only() == null ? List.of() : List.of(lease.only());
    }
    byte[] first = OnDiskFormat.leaseKey(store, OnDiskFormat.STORE_LEASE_KEY, id);
    NavigableMap<byte[], Boolean> now = indexed.subMap(first, true, OnDiskFormat.leaseKeysEnd(store, id), false);
    // Not one key further than is known of: behind it may lie many that other ends have deleted, and the engine would go through them.
    List<byte[]> stored = stored(walk.cursor(), first, now.isEmpty() ? lease.keys() : Integer.MAX_VALUE);
    if (now.isEmpty()) {
      return stored;
    }
    var found = new TreeSet<byte[]>(Arrays::compareUnsigned);
    found.addAll(stored);
    now.forEach((at, present) -> {
      byte[] key = Arrays.copyOfRange(at, first.length, at.length);
      if (present) {
        found.add(key);
      } else {
        found.remove(key);
      }
    });
    return List.copyOf(found);
  }

  private static List<byte[]> stored(EngineCursor index, byte[] first, int max) {
    var found = new ArrayList<byte[]>();
    for (index.seek(first); found.size() < max && index.valid(); ) {
      byte[] at = index.key();
      if (!Arrays.equals(at, 0, Math.min(at.length, first.length), first, 0, first.length)) {
        break;
      }
      found.add(Arrays.copyOfRange(at, first.length, at.length));
      if (found.size() < max) {
        index.next();
      }
    }
    return found;
  }

  /** Writes what has changed. */
  public void save(EngineBatch batch) {
    unsaved.forEach((id, lease) -> {
      byte[] key = OnDiskFormat.leaseKey(store, OnDiskFormat.STORE_KNOWN_LEASE, id);
      if (lease == null) {
        batch.delete(Family.SMALL, key);
      } else {
        batch.put(Family.SMALL, key, lease.encode());
      }
    });
    unsaved.clear();
  }

  /** Everything is written: the engine itself now shows it. */
  public void written() {
    indexed.clear();
  }
}
