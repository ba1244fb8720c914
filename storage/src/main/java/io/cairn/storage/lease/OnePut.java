package io.cairn.storage.lease;

import java.util.List;

/**
 * The leases of puts with a TTL, which have their home where their key is: granted and known in one step, and forgotten with their last key.
 * What ends them otherwise is the same as for every lease. Used by the apply loop alone.
 */
public final class OnePut {

  private OnePut() {}

  /** Grants a lease of this shard's own and returns its id. @param grant the put's place in the log */
  public static long grant(HomeLeases home, KnownLeases known, long grant, long ttlMillis) {
    Lease lease = home.grantHere(grant, ttlMillis);
    known.know(lease.id(), grant);
    return lease.id();
  }

  /** Forgets those that have lost their last key otherwise than by their end. */
  public static void settle(HomeLeases home, KnownLeases known) {
    List<Long> emptied = known.takeEmptied();
    for (long id : emptied) {
      Lease lease = home.get(id);
      KnownLease here = known.get(id);
      if (lease != null && lease.isOfOnePut() && !lease.ending() && here != null && here.keys() == 0) {
        home.dropOfOnePut(id);
        known.forget(id);
      }
    }
  }
}
