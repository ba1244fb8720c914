package io.cairn.simulator.engine;

import io.cairn.simulator.schedule.SimDigest;
import io.cairn.storage.engine.EngineBatch;
import io.cairn.storage.engine.Family;
import java.util.ArrayList;
import java.util.List;

/** Changes in order. Keys and values are copied, as RocksDB copies them: the caller may use its arrays again. */
final class SimEngineBatch implements EngineBatch {
  private static final int OVERHEAD_BYTES = 12;
  private static final byte[] NOTHING = new byte[0];

  private enum Kind {
    PUT,
    DELETE,
    DELETE_RANGE
  }

  private record Change(Kind kind, Family family, byte[] key, byte[] other) {}

  private final List<Change> changes = new ArrayList<>();
  private long bytes;

  @Override
  public void put(Family family, byte[] key, byte[] value) {
    add(Kind.PUT, family, key, value);
  }

  @Override
  public void delete(Family family, byte[] key) {
    add(Kind.DELETE, family, key, NOTHING);
  }

  @Override
  public void deleteRange(Family family, byte[] start, byte[] end) {
    add(Kind.DELETE_RANGE, family, start, end);
  }

  @Override
  public int count() {
    return changes.size();
  }

  @Override
  public long bytes() {
    return bytes;
  }

  @Override
  public void clear() {
    changes.clear();
    bytes = 0;
  }

  void applyTo(OrderedBytes[] maps, SimDigest digest) {
    for (Change change : changes) {
      int family = change.family.ordinal();
      digest.add(change.kind.ordinal() << 8 | family);
      digest.add(change.key, 0, change.key.length);
      digest.add(change.other, 0, change.other.length);
      maps[family] = switch (change.kind) {
        case PUT -> OrderedBytes.put(maps[family], change.key, change.other);
        case DELETE -> OrderedBytes.delete(maps[family], change.key);
        case DELETE_RANGE -> OrderedBytes.deleteRange(maps[family], change.key, change.other);
      };
    }
  }

  private void add(Kind kind, Family family, byte[] key, byte[] other) {
    changes.add(new Change(kind, family, key.clone(), other.clone()));
    bytes += key.length + other.length + OVERHEAD_BYTES;
  }
}
