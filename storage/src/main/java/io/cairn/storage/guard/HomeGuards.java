package io.cairn.storage.guard;

import io.cairn.raft.Invariant;
import io.cairn.storage.OnDiskFormat;
import io.cairn.storage.engine.EngineBatch;
import io.cairn.storage.engine.EngineCursor;
import io.cairn.storage.engine.EngineView;
import io.cairn.storage.engine.Family;
import io.cairn.storage.hash.Fact;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;

/**
 * The subjects in this shard that writes of other shards are guarded by.
 *
 * <p><b>Invariant.</b> Each key here lives and was created at its token: whatever deletes the key is refused until every shard has fenced it, and
 * removes it from here.
 *
 * <p>Used by the apply loop alone, but for what reads a view.
 */
public final class HomeGuards {
  private final long store;
  private final TreeMap<byte[], HomeGuard> byKey = new TreeMap<>(Arrays::compareUnsigned);
  /** Changed since the last save; null for one that is gone. */
  private final TreeMap<byte[], HomeGuard> unsaved = new TreeMap<>(Arrays::compareUnsigned);

  private final Fact fact = new Fact();
  private long sum;

  private HomeGuards(long store) {
    this.store = store;
  }

  public static HomeGuards load(EngineView view, long store) {
    var guards = new HomeGuards(store);
    read(view, store).forEach(guards::hold);
    return guards;
  }

  /** All of them as of a view, in the order of keys. */
  public static List<HomeGuard> read(EngineView view, long store) {
    byte[] first = OnDiskFormat.smallKey(store, OnDiskFormat.STORE_GUARD_HOME, new byte[0]);
    byte[] end = OnDiskFormat.smallKey(store, (byte) (OnDiskFormat.STORE_GUARD_HOME + 1), new byte[0]);
    var found = new ArrayList<HomeGuard>();
    try (EngineCursor cursor = view.cursor(Family.SMALL, first, end)) {
      for (; cursor.valid(); cursor.next()) {
        found.add(HomeGuard.decode(Arrays.copyOfRange(cursor.key(), first.length, cursor.key().length), cursor.value()));
      }
    }
    return found;
  }

  /** Of one key as of a view, or null. */
  public static HomeGuard read(EngineView view, long store, byte[] key) {
    byte[] found = view.get(Family.SMALL, OnDiskFormat.smallKey(store, OnDiskFormat.STORE_GUARD_HOME, key));
    return found == null ? null : HomeGuard.decode(key, found);
  }

  public boolean isEmpty() {
    return byKey.isEmpty();
  }

  public HomeGuard get(byte[] key) {
    return byKey.get(key);
  }

  /** Those of a range; null as end for no bound. */
  public Collection<HomeGuard> in(byte[] start, byte[] end) {
    if (end != null && Arrays.compareUnsigned(start, end) >= 0) {
      return List.of();
    }
    return end == null ? byKey.tailMap(start, true).values() : byKey.subMap(start, true, end, false).values();
  }

  /** From now on writes of the shard may be guarded by the subject, whose key lives. Whether that is so: not once its end has begun. */
  public boolean register(Subject subject, int shard) {
    HomeGuard guard = byKey.get(subject.key());
    Invariant.check(guard == null || guard.subject().token() == subject.token(), "a guarded key is the one that was created at %d", subject.token());
    guard = guard == null ? new HomeGuard(subject, false, new TreeMap<>()) : guard;
    if (guard.ending()) {
      return false;
    }
    if (!guard.shards().containsKey(shard)) {
      set(guard.with(shard, false));
    }
    return true;
  }

  /** Somebody deletes its key: the shards that hold guards on it are fixed from here on. */
  public void end(HomeGuard guard) {
    if (!guard.ending()) {
      set(guard.ended());
    }
  }

  /** The shard has fenced it. */
  public void fenced(Subject subject, int shard) {
    HomeGuard guard = byKey.get(subject.key());
    if (guard != null && guard.subject().equals(subject) && guard.ending() && guard.shards().containsKey(shard)) {
      set(guard.with(shard, true));
    }
  }

  /** The key is deleted. */
  public void gone(byte[] key) {
    if (byKey.isEmpty()) {
      return; // As nearly always.
    }
    HomeGuard guard = byKey.remove(key);
    if (guard != null) {
      sum -= guard.fact(fact);
      Invariant.check(guard.open().isEmpty(), "no guarded key goes before every shard has fenced it: %d", guard.subject().token());
      unsaved.put(key, null);
    }
  }

  private void set(HomeGuard guard) {
    hold(guard);
    unsaved.put(guard.subject().key(), guard);
  }

  private void hold(HomeGuard guard) {
    HomeGuard before = byKey.put(guard.subject().key(), guard);
    sum += guard.fact(fact) - (before == null ? 0 : before.fact(fact));
  }

  /** What all of them add to the rolling hash. */
  public long sum() {
    return sum;
  }

  /** Writes what has changed. */
  public void save(EngineBatch batch) {
    unsaved.forEach((key, guard) -> {
      byte[] at = OnDiskFormat.smallKey(store, OnDiskFormat.STORE_GUARD_HOME, key);
      if (guard == null) {
        batch.delete(Family.SMALL, at);
      } else {
        batch.put(Family.SMALL, at, guard.encode());
      }
    });
    unsaved.clear();
  }
}
