package io.cairn.storage.engine;

import io.cairn.storage.bytes.BytesOut;
import java.util.Arrays;

/**
 * A batch in RocksDB's own format, laid out here: it crosses into native code once, whole, instead of once for each change.
 *
 * <pre>
 *  sequence  8 bytes little-endian, set by RocksDB
 *  count     4 bytes little-endian
 *  changes   tag, family as varint, key and (but for a delete) value or end, each with its length as varint
 * </pre>
 *
 * RocksDB compares the count with the changes it finds and refuses the batch if they differ.
 */
final class RocksBatch implements EngineBatch {
  private static final int HEADER_BYTES = 12;
  private static final int DELETE = 0x4;
  private static final int PUT = 0x5;
  private static final int DELETE_RANGE = 0xe;

  /** RocksDB's own number of each family, by ordinal. */
  private final int[] familyIds;
  private final BytesOut changes = new BytesOut(64 << 10);
  private int count;

  RocksBatch(int[] familyIds) {
    this.familyIds = familyIds;
    clear();
  }

  @Override
  public void put(Family family, byte[] key, byte[] value) {
    put(family, key, key.length, value, value.length);
  }

  @Override
  public void put(Family family, byte[] key, int keyLength, byte[] value, int valueLength) {
    begin(PUT, family).varint(keyLength).bytes(key, 0, keyLength).varint(valueLength).bytes(value, 0, valueLength);
  }

  @Override
  public void delete(Family family, byte[] key) {
    begin(DELETE, family).sized(key);
  }

  @Override
  public void deleteRange(Family family, byte[] start, byte[] end) {
    begin(DELETE_RANGE, family).sized(start).sized(end);
  }

  @Override
  public int count() {
    return count;
  }

  @Override
  public long bytes() {
    return changes.length() - HEADER_BYTES;
  }

  @Override
  public void clear() {
    count = 0;
    changes.clear().int64(0).int32(0);
  }

  /** The whole batch as RocksDB reads it. */
  byte[] encoded() {
    byte[] out = Arrays.copyOf(changes.buffer(), changes.length());
    for (int i = 0; i < 4; i++) {
      out[8 + i] = (byte) (count >>> 8 * i);
    }
    return out;
  }

  private BytesOut begin(int tag, Family family) {
    count++;
    return changes.int8(tag).varint(familyIds[family.ordinal()]);
  }
}
