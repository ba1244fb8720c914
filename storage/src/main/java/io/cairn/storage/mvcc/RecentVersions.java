package io.cairn.storage.mvcc;

import io.cairn.raft.Invariant;
import io.cairn.storage.OnDiskFormat;
import java.util.Arrays;

/**
 * The newest versions that applying wrote or read last, so that a put of a key that is written often finds what it replaces
 * without asking the engine: that question was two thirds of what applying cost (docs/measurements.md, "What the figures say").
 *
 * <p><b>Invariant.</b> What is found here is what the engine would answer once the open round is written. It holds because every
 * change of the newest family goes through {@link StoreChanges} in one apply loop, which tells this at the same moment; because a
 * round that failed half way ends the node; and because a store number is never used again, so what a replaced store left here
 * is never asked for.
 *
 * <p>A ring of bytes, written from its beginning to its end and over again: what was written longest ago goes first. A version that
 * still fits where its predecessor stands takes its place, so a set of keys that fits the ring stays in it however often it is
 * written. The index has four places for each bucket and forgets the oldest of them when a fifth comes: it is a cache, and what it
 * does not know is asked of the engine. A place bears some bits of its key's hash, so that the ring, which no processor's cache takes, is
 * hardly ever looked at for another key. Two arrays without references: the collector has nothing to follow in it. For the apply
 * loop alone.
 *
 * <pre>
 *  record   room(4) key length(4) version length(4) key version, filled up to the room
 * </pre>
 */
public final class RecentVersions {
  /** A record above this share of the ring is not kept: one large value must not push out thousands of small ones. */
  private static final int SHARE_MAX = 64;
  private static final int HEADER_BYTES = 12;
  /** A successor's numbers (its revision, its count of versions) may take a few bytes more. */
  private static final int SLACK_BYTES = 8;
  private static final int WAYS = 4;
  /** Of a place in the index: the position of its record, counted from the ring's first byte written. */
  private static final int POSITION_BITS = 48;
  private static final long POSITION_MASK = (1L << POSITION_BITS) - 1;
  private static final long NOTHING = -1;
  /** About what a small record takes; only the size of the index follows from it. */
  private static final int RECORD_BYTES_TYPICAL = 128;

  private final byte[] ring;
  /** For each place {@link #place(long, int)}; or {@link #NOTHING}. */
  private final long[] index;
  private final int bucketMask;
  /**
   * Where the next record goes. Records below {@code position - ring.length} are overwritten. It begins anew, with an empty index, when all
   * positions are used up.
   */
  private long position;

  /** @param bytes of the ring, 0 to keep nothing; the index takes up to another eighth of it */
  public RecentVersions(int bytes) {
    this(bytes, 0);
  }

  /** @param position as if so many bytes had been written */
  RecentVersions(int bytes, long position) {
    Invariant.check(bytes >= 0, "the bytes for recent versions are not negative: %d", bytes);
    ring = new byte[bytes];
    int buckets = Integer.highestOneBit(Math.max(1, bytes / RECORD_BYTES_TYPICAL / WAYS));
    bucketMask = buckets - 1;
    index = new long[buckets * WAYS];
    Arrays.fill(index, NOTHING);
    this.position = position;
  }

  /** The newest version of the key as stored, or null when it is not known here. */
  byte[] get(byte[] storeKey) {
    int way = find(storeKey, hash(storeKey));
    if (way < 0) {
      return null;
    }
    int at = offset(index[way] & POSITION_MASK);
    int from = at + HEADER_BYTES + storeKey.length;
    return Arrays.copyOfRange(ring, from, from + int32(at + 8));
  }

  /** The key has this version from now on. */
  void put(byte[] storeKey, byte[] version) {
    int bytes = HEADER_BYTES + storeKey.length + version.length;
    int room = bytes + SLACK_BYTES;
    int hash = hash(storeKey);
    int old = find(storeKey, hash);
    if (old >= 0) {
      int at = offset(index[old] & POSITION_MASK);
      if (int32(at) >= bytes) {
        write(at, int32(at), storeKey, version);
        return;
      }
      index[old] = NOTHING;
    }
    if (room > ring.length / SHARE_MAX) {
      return;
    }
    long at = room(room);
    write(offset(at), room, storeKey, version);
    index[oldestWay(bucket(hash))] = place(at, hash);
  }

  /** The key has no version from now on. */
  void remove(byte[] storeKey) {
    int old = find(storeKey, hash(storeKey));
    if (old >= 0) {
      index[old] = NOTHING;
    }
  }

  /** Room in one piece: what does not fit before the ring's end begins at its front. */
  private long room(int bytes) {
    int left = ring.length - offset(position);
    if (left < bytes) {
      position += left;
    }
    if (position + bytes > POSITION_MASK) { // After 256 TiB: what is known is forgotten, and it begins anew.
      Arrays.fill(index, NOTHING);
      position = 0;
    }
    long at = position;
    position += bytes;
    return at;
  }

  private void write(int at, int room, byte[] storeKey, byte[] version) {
    int32(at, room);
    int32(at + 4, storeKey.length);
    int32(at + 8, version.length);
    System.arraycopy(storeKey, 0, ring, at + HEADER_BYTES, storeKey.length);
    System.arraycopy(version, 0, ring, at + HEADER_BYTES + storeKey.length, version.length);
  }

  /** Where in the index the key's record is; less than 0 when it is not. */
  private int find(byte[] storeKey, int hash) {
    int bucket = bucket(hash);
    for (int way = bucket; way < bucket + WAYS; way++) {
      long at = index[way] & POSITION_MASK;
      if (index[way] == place(at, hash) && at >= position - ring.length && holds(offset(at), storeKey)) {
        return way;
      }
    }
    return -1;
  }

  private boolean holds(int at, byte[] storeKey) {
    int from = at + HEADER_BYTES;
    return int32(at + 4) == storeKey.length && Arrays.equals(ring, from, from + storeKey.length, storeKey, 0, storeKey.length);
  }

  private int oldestWay(int bucket) {
    int oldest = bucket;
    for (int way = bucket; way < bucket + WAYS; way++) {
      if (index[way] == NOTHING) {
        return way;
      }
      if ((index[way] & POSITION_MASK) < (index[oldest] & POSITION_MASK)) {
        oldest = way;
      }
    }
    return oldest;
  }

  private static int hash(byte[] storeKey) {
    int hash = Arrays.hashCode(storeKey) * 0x9E3779B1;
    return hash ^ hash >>> 15;
  }

  /** The first place of the key's bucket. Keys that were made to collide push each other out, and cost a question each. */
  private int bucket(int hash) {
    return (hash & bucketMask) * WAYS;
  }

  /** A place in the index: in front of the position the upper bits of the hash, of which the bucket says little; never {@link #NOTHING}. */
  private static long place(long position, int hash) {
    return (long) (hash >>> 17) << POSITION_BITS | position;
  }

  private int offset(long at) {
    return (int) (at % ring.length);
  }

  private int int32(int at) {
    return OnDiskFormat.readInt32(ring, at);
  }

  private void int32(int at, int value) {
    ring[at] = (byte) (value >>> 24);
    ring[at + 1] = (byte) (value >>> 16);
    ring[at + 2] = (byte) (value >>> 8);
    ring[at + 3] = (byte) value;
  }
}
