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
 * does not know is asked of the engine. Two arrays without references: the collector has nothing to follow in it. For the apply
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
  private static final long NOTHING = -1;
  /** About what a small record takes; only the size of the index follows from it. */
  private static final int RECORD_BYTES_TYPICAL = 128;

  private final byte[] ring;
  /** For each place the position of its record, counted from the ring's first byte ever written; or {@link #NOTHING}. */
  private final long[] index;
  private final int bucketMask;
  /** Where the next record goes; never goes back. Records below {@code position - ring.length} are overwritten. */
  private long position;

  /** @param bytes of the ring, 0 to keep nothing; the index takes up to another eighth of it */
  public RecentVersions(int bytes) {
    Invariant.check(bytes >= 0, "the bytes for recent versions are not negative: %d", bytes);
    ring = new byte[bytes];
    int buckets = Integer.highestOneBit(Math.max(1, bytes / RECORD_BYTES_TYPICAL / WAYS));
    bucketMask = buckets - 1;
    index = new long[buckets * WAYS];
    Arrays.fill(index, NOTHING);
  }

  /** The newest version of the key as stored, or null when it is not known here. */
  byte[] get(byte[] storeKey) {
    long found = find(storeKey, bucket(storeKey));
    if (found == NOTHING) {
      return null;
    }
    int at = offset(found);
    int from = at + HEADER_BYTES + storeKey.length;
    return Arrays.copyOfRange(ring, from, from + int32(at + 8));
  }

  /** The key has this version from now on. */
  void put(byte[] storeKey, byte[] version) {
    int bytes = HEADER_BYTES + storeKey.length + version.length;
    int room = bytes + SLACK_BYTES;
    int bucket = bucket(storeKey);
    long old = find(storeKey, bucket);
    if (old != NOTHING && int32(offset(old)) >= bytes) {
      write(offset(old), int32(offset(old)), storeKey, version);
      return;
    }
    if (old != NOTHING) {
      forget(old, bucket);
    }
    if (room > ring.length / SHARE_MAX) {
      return;
    }
    long at = place(room);
    write(offset(at), room, storeKey, version);
    index[oldestWay(bucket)] = at;
  }

  /** The key has no version from now on. */
  void remove(byte[] storeKey) {
    int bucket = bucket(storeKey);
    long old = find(storeKey, bucket);
    if (old != NOTHING) {
      forget(old, bucket);
    }
  }

  /** Room in one piece: what does not fit before the ring's end begins at its front. */
  private long place(int bytes) {
    int left = ring.length - offset(position);
    if (left < bytes) {
      position += left;
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

  private long find(byte[] storeKey, int bucket) {
    for (int way = bucket; way < bucket + WAYS; way++) {
      long at = index[way];
      if (at != NOTHING && at >= position - ring.length && holds(offset(at), storeKey)) {
        return at;
      }
    }
    return NOTHING;
  }

  private boolean holds(int at, byte[] storeKey) {
    int from = at + HEADER_BYTES;
    return int32(at + 4) == storeKey.length && Arrays.equals(ring, from, from + storeKey.length, storeKey, 0, storeKey.length);
  }

  private void forget(long at, int bucket) {
    for (int way = bucket; way < bucket + WAYS; way++) {
      if (index[way] == at) {
        index[way] = NOTHING;
      }
    }
  }

  private int oldestWay(int bucket) {
    int oldest = bucket;
    for (int way = bucket + 1; way < bucket + WAYS; way++) {
      if (index[way] < index[oldest]) {
        oldest = way;
      }
    }
    return oldest;
  }

  /** The first place of the key's bucket. Keys that were made to collide push each other out, and cost a question each. */
  private int bucket(byte[] storeKey) {
    int hash = Arrays.hashCode(storeKey) * 0x9E3779B1;
    return ((hash ^ hash >>> 15) & bucketMask) * WAYS;
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
