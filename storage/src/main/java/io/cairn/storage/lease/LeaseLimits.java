package io.cairn.storage.lease;

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

  private LeaseLimits() {}

  /** As a client may say it: 1 to 2^63 - 1. */
  public static boolean isId(long id) {
    return id > 0;
  }

  public static boolean isTtl(long millis) {
    return millis >= TTL_MILLIS_MIN && millis <= TTL_MILLIS_MAX;
  }
}
