package io.cairn.storage.mvcc;

import io.cairn.storage.engine.Engine;
import io.cairn.storage.engine.EngineView;
import io.cairn.storage.lease.HomeLeases;
import io.cairn.storage.lease.KnownLease;
import io.cairn.storage.lease.KnownLeases;
import io.cairn.storage.lease.Lease;
import java.util.List;
import java.util.function.LongToIntFunction;

/**
 * What is committed of a store's leases. From any thread.
 *
 * @param keysOf how many keys the shard has under a lease, 1 or more, as of a moment ago; without a look into the engine
 */
public record LeaseReads(Engine engine, long store, LongToIntFunction keysOf) {

  /** Every lease granted here and not forgotten, in the order of ids. */
  public List<Lease> granted() {
    try (EngineView view = engine.view()) {
      return HomeLeases.read(view, store, 0, Integer.MAX_VALUE);
    }
  }

  /** Of those the ones with a larger id than {@code after}, at most {@code max}. */
  public List<Lease> granted(long after, int max) {
    try (EngineView view = engine.view()) {
      return HomeLeases.read(view, store, after, max);
    }
  }

  /** Every lease that the shard knows, in the order of ids. */
  public List<KnownLease> known() {
    try (EngineView view = engine.view()) {
      return KnownLeases.read(view, store);
    }
  }

  /** What the shard knows of each of these ids, in their order; null where that is nothing. */
  public KnownLease[] known(long[] ids) {
    var found = new KnownLease[ids.length];
    try (EngineView view = engine.view()) {
      for (int i = 0; i < ids.length; i++) {
        found[i] = KnownLeases.read(view, store, ids[i]);
      }
    }
    return found;
  }

  /** Keys under the lease, in order; at most {@code max}. */
  public List<byte[]> keys(long lease, int max) {
    try (EngineView view = engine.view()) {
      return KnownLeases.keys(view, store, lease, max);
    }
  }
}
