package io.cairn.simulator.engine;

import io.cairn.storage.engine.Family;

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
