package io.cairn.storage.lease;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * What bounds leases. Apply decides by some of these, so all replicas must have the same: they are no configuration, and changing one
 * takes a feature level.
 */
public final class LeaseLimits {
  public static final long TTL_MILLIS_MIN = 1_000;
  public static final long TTL_MILLIS_MAX = TimeUnit.DAYS.toMillis(365);

  /** Alive or ending, in one home. Each takes some hundred bytes of memory on every replica of it. */
  public static final int LEASES_MAX = 300_000;

  /** Keys of one lease in one shard: they are deleted at one revision, so by one write. */
  public static final int KEYS_MAX = 100_000;

  /** Leases that one message or entry names. */
  public static final int NAMED_MAX = 10_000;

  /** All of these, in a fixed order, as a node shows them beside its other limits. */
  public static final SortedMap<String, Long> NAMED = Collections.unmodifiableSortedMap(new TreeMap<>(Map.of(
      "leaseTtlMillisMin", TTL_MILLIS_MIN, "leaseTtlMillisMax", TTL_MILLIS_MAX, "leasesMax", (long) LEASES_MAX, "leaseKeysMax", (long) KEYS_MAX,
      "leasesNamedMax", (long) NAMED_MAX)));

  private LeaseLimits() {}

  public static boolean isTtl(long millis) {
    return millis >= TTL_MILLIS_MIN && millis <= TTL_MILLIS_MAX;
  }
}
