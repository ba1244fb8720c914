package io.cairn.server.shard;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** All shards, in order of their ranges, which tile the stored keys without gap or overlap. Immutable; replaced whole. */
public final class ShardMap {
  private final long epoch;
  private final List<ShardDescriptor> byStart;

  /** @throws IllegalArgumentException when the ranges leave a gap or overlap */
  public ShardMap(long epoch, List<ShardDescriptor> shards) {
    var sorted = new ArrayList<>(shards);
    sorted.sort(Comparator.comparing(ShardDescriptor::start, Arrays::compareUnsigned));
    for (int i = 1; i < sorted.size(); i++) {
      if (Arrays.compareUnsigned(sorted.get(i - 1).end(), sorted.get(i).start()) != 0) {
        throw new IllegalArgumentException(
            "shards " + sorted.get(i - 1).id() + " and " + sorted.get(i).id() + " do not meet: every key belongs to exactly one shard");
      }
    }
    this.epoch = epoch;
    this.byStart = List.copyOf(sorted);
  }

  public long epoch() {
    return epoch;
  }

  public List<ShardDescriptor> shards() {
    return byStart;
  }

  /** The shard that holds the stored key. */
  public ShardDescriptor locate(byte[] storedKey) {
    int low = 0;
    int high = byStart.size() - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (Arrays.compareUnsigned(byStart.get(middle).start(), storedKey) <= 0) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return byStart.get(low);
  }

  /** The shards that meet {@code [start, end)}, in order; all stored keys. None when nothing lies between the two. */
  public List<ShardDescriptor> overlapping(byte[] start, byte[] end) {
    if (Arrays.compareUnsigned(start, end) >= 0) {
      return List.of();
    }
    var found = new ArrayList<ShardDescriptor>();
    for (ShardDescriptor shard : byStart) {
      if (Arrays.compareUnsigned(shard.start(), end) < 0 && Arrays.compareUnsigned(start, shard.end()) < 0) {
        found.add(shard);
      }
    }
    return found;
  }

  /** The shard by id, or null. */
  public ShardDescriptor shard(int id) {
    for (ShardDescriptor shard : byStart) {
      if (shard.id() == id) {
        return shard;
      }
    }
    return null;
  }
}
