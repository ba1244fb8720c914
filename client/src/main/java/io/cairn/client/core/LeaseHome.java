package io.cairn.client.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where a lease is at home, as the bits of its id say (lease.proto): below 2^62 in the system shard, else in the shard of the key that it was granted
 * to with a TTL.
 */
public final class LeaseHome {
  private static final long OF_ONE_PUT = 1L << 62;
  private static final int SHARD_AT = 42;

  private LeaseHome() {}

  /** The number of the shard. */
  public static int shard(long id) {
    return id < OF_ONE_PUT ? 0 : (int) ((id & OF_ONE_PUT - 1) >>> SHARD_AT);
  }

  /** The ids, those of one home together, as one message may name them. */
  public static List<List<Long>> parts(List<Long> ids) {
    Map<Integer, List<Long>> byHome = new TreeMap<>();
    ids.forEach(id -> byHome.computeIfAbsent(shard(id), home -> new ArrayList<>()).add(id));
    return List.copyOf(byHome.values());
  }

  /** To be asked about the lease; a home that the map does not have is the system shard's to deny. */
  static ShardRoute route(Cluster cluster, long id) {
    ShardRoute home = cluster.shard(shard(id));
    return home == null ? cluster.system() : home;
  }
}
