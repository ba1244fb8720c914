package io.cairn.client;

import io.cairn.client.core.LeaseHome;
import io.cairn.client.core.Operation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Leases: {@link KvClient#leases()}. A lease is time that this client holds and renews; keys that were put under it
 * ({@link PutOptions#withLease}) are deleted when it ends. Each call has the client's deadline. The lease of a put with a TTL
 * ({@link PutResult#lease}) is renewed, looked at and revoked like any other, and is not in the list.
 *
 * <p>Nothing here renews by itself.
 */
public final class Leases {

  /** The longest and the shortest that a lease may live without renewal. */
  public static final Duration TTL_MAX = Duration.ofDays(365);

  public static final Duration TTL_MIN = Duration.ofSeconds(1);

  /** The largest id that a caller may choose; larger ones are those of puts with a TTL. */
  public static final long GRANTED_ID_MAX = (1L << 62) - 1;

  private final SyncCalls sync;

  Leases(SyncCalls sync) {
    this.sync = sync;
  }

  /** Grants a lease with an id of the server's choice. @param ttl 1 s to 365 days */
  public Lease grant(Duration ttl) {
    return sync.await(new Operation.Grant(0, ttl), Optional.empty());
  }

  /** Grants a lease with this id; refused with {@link RefusedCode#LEASE_EXISTS} while another one bears it. @param id 1 to 2^62 - 1 */
  public Lease grant(long id, Duration ttl) {
    return sync.await(new Operation.Grant(grantable(id), ttl), Optional.empty());
  }

  static long grantable(long id) {
    if (id <= 0 || id > GRANTED_ID_MAX) {
      throw new IllegalArgumentException("the id of a lease that is granted is 1 to " + GRANTED_ID_MAX + ", was " + id);
    }
    return id;
  }

  /** Ends a lease; returns when all its keys are gone. */
  public Lease revoke(long id) {
    return sync.await(new Operation.Revoke(id), Optional.empty());
  }

  /**
   * Renews leases, in one message and one entry of the log; tells of each, in this order, whether it lives. At most 10,000. Leases of puts with a
   * TTL take a message of their own for each shard they are in.
   */
  public List<LeaseRenewal> keepAlive(List<Long> ids) {
    List<List<Long>> homes = LeaseHome.parts(ids);
    if (homes.size() < 2) {
      return sync.await(new Operation.KeepAlive(List.copyOf(ids)), Optional.empty());
    }
    Map<Long, LeaseRenewal> renewed = new HashMap<>();
    for (List<Long> home : homes) {
      sync.await(new Operation.KeepAlive(home), Optional.empty()).forEach(renewal -> renewed.put(renewal.id(), renewal));
    }
    return ids.stream().map(renewed::get).toList();
  }

  public LeaseRenewal keepAlive(long id) {
    return keepAlive(List.of(id)).get(0);
  }

  /** What is left of a lease; refused with {@link RefusedCode#LEASE_NOT_FOUND} when it is gone. @param keys whether to show those under it */
  public LeaseDetails timeToLive(long id, boolean keys) {
    return sync.await(new Operation.TimeToLive(id, keys), Optional.empty());
  }

  /** Some thousands of the leases that were granted, with ids above {@code after}. */
  public LeasePage list(long after) {
    return sync.await(new Operation.Leases(after), Optional.empty());
  }

  /** All that were granted, page by page: one that ends or is granted meanwhile may be missing. */
  public List<LeaseDetails> list() {
    List<LeaseDetails> all = new ArrayList<>();
    LeasePage page = list(0);
    all.addAll(page.leases());
    while (page.more()) {
      page = list(all.get(all.size() - 1).id());
      all.addAll(page.leases());
    }
    return all;
  }
}
