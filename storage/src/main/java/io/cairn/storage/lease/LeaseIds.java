package io.cairn.storage.lease;

/**
 * What the bits of a lease's id say. Positive as a signed number; below 2^62 its home is shard 0, and clients may choose it; from there on it was
 * drawn for a put with a TTL, and names the shard that is its home. So the two kinds never meet in a shard's table, whatever clients choose, and
 * whoever holds an id knows whom to ask.
 *
 * <p>What shard 0 chooses follows from the grant's place in the log: later ones are larger. So leases that were granted together, which often end
 * together, lie side by side in every table (what that gives: docs/measurements.md).
 *
 * <pre>
 *  bit 63       0
 *  bit 62       1 for the lease of a put with a TTL
 *  bits 42-61   then: the shard
 *  bits 0-41    then: drawn
 * </pre>
 */
public final class LeaseIds {
  private static final long OF_ONE_PUT = 1L << 62;
  private static final int SHARD_AT = 42;
  /** Shard 0 chooses from here on: what clients choose is mostly small. */
  private static final long CHOSEN_HERE = 1L << 61;

  /** Shards are numbered from 0; a larger number has no room in an id. */
  public static final int SHARD_MAX = (1 << 62 - SHARD_AT) - 1;

  /** The largest that a client may choose, and shard 0 grants. */
  public static final long GRANTED_MAX = OF_ONE_PUT - 1;

  private LeaseIds() {}

  /** As a client may say it: 1 to 2^63 - 1. */
  public static boolean isId(long id) {
    return id > 0;
  }

  /** Whether shard 0 may grant a lease with this id: 1 to 2^62 - 1. */
  public static boolean isGranted(long id) {
    return id > 0 && id <= GRANTED_MAX;
  }

  /** Whether it is the id of a put with a TTL. */
  public static boolean isOfOnePut(long id) {
    return id > GRANTED_MAX;
  }

  /** The shard that grants, renews and ends the lease of this id. */
  public static int home(long id) {
    return isOfOnePut(id) ? (int) ((id & GRANTED_MAX) >>> SHARD_AT) : 0;
  }

  /** The next of a row of ids that look unrelated, each following from the one before, so that every replica comes by the same. */
  static long draw(long before) {
    // A bijection of 64 bits (Stafford's mix 13): neighbours in the log get ids that look unrelated.
    long id = before + 0x9e3779b97f4a7c15L;
    id = (id ^ id >>> 30) * 0xbf58476d1ce4e5b9L;
    id = (id ^ id >>> 27) * 0x94d049bb133111ebL;
    return id ^ id >>> 31;
  }

  /** The id for a grant at this place in the log, which the next that is free stands in for when a client has chosen it. */
  static long granted(long grant) {
    return CHOSEN_HERE | grant & CHOSEN_HERE - 1;
  }

  /** The one to be tried after this. */
  static long after(long granted) {
    return granted(granted + 1);
  }

  static long ofOnePut(int shard, long drawn) {
    return OF_ONE_PUT | (long) shard << SHARD_AT | drawn & (1L << SHARD_AT) - 1;
  }
}
