package io.cairn.simulator.engine;

import io.cairn.storage.engine.Family;
import java.util.Arrays;

/** What an engine holds after one batch: a map for each family. */
final class EngineVersion {
  static final EngineVersion EMPTY = new EngineVersion(new OrderedBytes[Family.values().length], 0);

  private final OrderedBytes[] maps;
  final long issuedAt;
  /** When a flush that covers it ends; what is durable by now is settled, and kept no longer. */
  long durableAt = Long.MAX_VALUE;

  EngineVersion(OrderedBytes[] maps, long issuedAt) {
    this.maps = maps;
    this.issuedAt = issuedAt;
  }

  OrderedBytes map(Family family) {
    return maps[family.ordinal()];
  }

  /** Also for those who look at this version already. */
  void drop(Family family, byte[] start, byte[] end) {
    OrderedBytes map = map(family);
    if (map != null) { // EMPTY, which all engines share, stays as it is.
      maps[family.ordinal()] = OrderedBytes.deleteRange(map, start, end);
    }
  }

  /** The last byte of each value whose key ends so is another one. */
  boolean rot(Family family, byte[] suffix) {
    boolean found = false;
    OrderedBytes at = OrderedBytes.ceiling(map(family), new byte[0]);
    while (at != null) {
      byte[] key = at.key;
      int from = key.length - suffix.length;
      if (from >= 0 && Arrays.equals(key, from, key.length, suffix, 0, suffix.length)) {
        byte[] value = at.value.clone();
        value[value.length - 1] ^= 1;
        maps[family.ordinal()] = OrderedBytes.put(map(family), key, value);
        found = true;
      }
      at = OrderedBytes.higher(map(family), key);
    }
    return found;
  }

  OrderedBytes[] copyOfMaps() {
    return maps.clone();
  }

  long bytes() {
    long sum = 0;
    for (OrderedBytes map : maps) {
      sum += OrderedBytes.bytes(map);
    }
    return sum;
  }
}
