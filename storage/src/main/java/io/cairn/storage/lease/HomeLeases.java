package io.cairn.storage.lease;

import io.cairn.raft.Invariant;
import io.cairn.storage.OnDiskFormat;
import io.cairn.storage.engine.EngineBatch;
import io.cairn.storage.engine.EngineCursor;
import io.cairn.storage.engine.EngineView;
import io.cairn.storage.engine.Family;
import io.cairn.storage.hash.Fact;
import io.cairn.storage.lease.Lease.Stage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The leases that were granted in this shard and are not forgotten yet. Each change gives the lease as it is then, or null where the entry
 * came to nothing: so whoever waits for it, on this replica or another, hears the same (SM-07).
 *
 * <p>Used by the apply loop alone.
 */
public final class HomeLeases {
  private static final int POSITION_BITS = 20;

  private final long store;
  /** This very shard's number, for the ids that name it. */
  private final int shard;
  /** Looked up, never iterated: its order must not reach behaviour. */
  private final Map<Long, Lease> byId = new HashMap<>();
  /** Changed since the last save, in that order; null for one that was forgotten. */
  private final Map<Long, Lease> unsaved = new LinkedHashMap<>();
  private final Fact fact = new Fact();
  private long sum;
  /** Each change since it was last asked for, in order. */
  private List<Lease> changes = new ArrayList<>();

  private HomeLeases(long store, int shard) {
    Invariant.check(shard >= 0 && shard <= LeaseIds.SHARD_MAX, "shard %d fits the id of a lease", shard);
    this.store = store;
    this.shard = shard;
  }

  public static HomeLeases load(EngineView view, long store, int shard) {
    var leases = new HomeLeases(store, shard);
    read(view, store, 0, Integer.MAX_VALUE).forEach(lease -> {
      leases.byId.put(lease.id(), lease);
      leases.sum += lease.fact(leases.fact);
    });
    return leases;
  }

  /** Those with a larger id than {@code after} as of a view, in the order of their ids, at most {@code max}. */
  public static List<Lease> read(EngineView view, long store, long after, int max) {
    if (after < 0 || after == Long.MAX_VALUE) {
      return List.of(); // No id is larger, as unsigned numbers.
    }
    byte[] first = OnDiskFormat.leaseKey(store, OnDiskFormat.STORE_LEASE, after + 1);
    byte[] end = OnDiskFormat.smallKey(store, (byte) (OnDiskFormat.STORE_LEASE + 1), new byte[0]);
    var found = new ArrayList<Lease>();
    try (EngineCursor cursor = view.cursor(Family.SMALL, first, end)) {
      for (; cursor.valid() && found.size() < max; cursor.next()) {
        found.add(Lease.decode(OnDiskFormat.readInt64(cursor.key(), first.length - Long.BYTES), cursor.value()));
      }
    }
    return found;
  }

  /** The place of a command in the log as one number: larger for each later one, and never 0. */
  public static long grantAt(long entryIndex, int position) {
    Invariant.check(position >= 0 && position < 1 << POSITION_BITS, "a command's place %d in its entry fits %d bits", position, POSITION_BITS);
    return (entryIndex << POSITION_BITS) + position + 1;
  }

  /** What all of them add to the rolling hash. */
  public long sum() {
    return sum;
  }

  public int size() {
    return byId.size();
  }

  /** As of the entries applied so far; null when there is none. */
  public Lease get(long id) {
    return byId.get(id);
  }

  public boolean isTaken(long id) {
    return byId.containsKey(id);
  }

  /** An id that nobody bears, found from the place of the grant in the log: the same on every replica. */
  public long freeId(long grant) {
    long id = LeaseIds.granted(grant);
    while (byId.containsKey(id)) {
      id = LeaseIds.after(id);
    }
    return id;
  }

  public Lease grant(long id, long grant, long ttlMillis) {
    Invariant.check(LeaseIds.isGranted(id) && !byId.containsKey(id), "id %d is free for a lease", id);
    return changed(Lease.granted(id, grant, ttlMillis));
  }

  /** Grants one to a put with a TTL: keys may be under it here and nowhere else. */
  Lease grantHere(long grant, long ttlMillis) {
    long drawn = LeaseIds.draw(grant);
    while (byId.containsKey(LeaseIds.ofOnePut(shard, drawn))) {
      drawn = LeaseIds.draw(drawn);
    }
    return changed(Lease.grantedHere(LeaseIds.ofOnePut(shard, drawn), grant, ttlMillis));
  }

  /** A lease that one put was granted has lost its last key to another put or a delete: nothing is left of it. */
  void dropOfOnePut(long id) {
    Lease lease = alive(id);
    if (lease != null && lease.isOfOnePut()) {
      changed(lease.ended().with(Lease.HERE, Stage.GONE));
    }
  }

  /** Null for one that is gone, or whose end has begun (LL-03). */
  public Lease renew(long id) {
    Lease lease = alive(id);
    return lease == null ? null : changed(lease.renewed());
  }

  /** From now on keys may be put under it in the shard. Null for one that is gone, or whose end has begun. */
  public Lease register(long id, int shard) {
    Lease lease = alive(id);
    return lease == null || lease.shards().contains(shard) ? lease : changed(lease.with(shard, Stage.REGISTERED));
  }

  /** Begins its end, unless it was renewed since {@code epoch} (LL-02); null when that comes to nothing. */
  public Lease expire(long id, long grant, long epoch) {
    Lease lease = alive(id);
    return lease == null || lease.grant() != grant || lease.epoch() != epoch ? null : changed(lease.ended());
  }

  /** Begins its end, or finds it begun; null for one that is gone. */
  public Lease revoke(long id) {
    Lease lease = byId.get(id);
    return lease == null || lease.ending() ? lease : changed(lease.ended());
  }

  /** Its end has come so far in the shard; forgets it when that was the last. Null when that is no news. */
  public Lease progress(long id, long grant, int shard, Stage stage) {
    Lease lease = byId.get(id);
    if (lease == null || lease.grant() != grant || !lease.ending()) {
      return null;
    }
    Stage before = lease.shards().stage(shard);
    if (before == null || before.compareTo(stage) >= 0) {
      return null;
    }
    Lease now = lease.with(shard, stage);
    Invariant.check(stage != Stage.GONE || now.isFenced(), "no key of lease %d goes before every other shard has fenced it", id);
    return changed(now);
  }

  private Lease alive(long id) {
    Lease lease = byId.get(id);
    return lease == null || lease.ending() ? null : lease;
  }

  /** What has changed since this was last asked, each as a change left it. */
  public List<Lease> takeChanges() {
    if (changes.isEmpty()) {
      return List.of(); // As after nearly every put.
    }
    List<Lease> taken = changes;
    changes = new ArrayList<>();
    return taken;
  }

  private Lease changed(Lease lease) {
    changes.add(lease);
    Lease before;
    if (lease.isForgotten()) {
      before = byId.remove(lease.id());
      unsaved.put(lease.id(), null);
    } else {
      before = byId.put(lease.id(), lease);
      unsaved.put(lease.id(), lease);
      sum += lease.fact(fact);
    }
    sum -= before == null ? 0 : before.fact(fact);
    return lease;
  }

  /** Writes what has changed. */
  public void save(EngineBatch batch) {
    unsaved.forEach((id, lease) -> {
      byte[] key = OnDiskFormat.leaseKey(store, OnDiskFormat.STORE_LEASE, id);
      if (lease == null) {
        batch.delete(Family.SMALL, key);
      } else {
        batch.put(Family.SMALL, key, lease.encode());
      }
    });
    unsaved.clear();
  }
}
