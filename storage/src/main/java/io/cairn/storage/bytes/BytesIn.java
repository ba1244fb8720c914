package io.cairn.storage.bytes;

import io.cairn.storage.OnDiskFormat;
import io.cairn.storage.StorageFailure;
import java.util.Arrays;

/**
 * Reads what {@link BytesOut} wrote, within bounds: bytes that end too early are a {@link StorageFailure} of kind CORRUPT.
 * It can be pointed at other bytes and used again. For one thread.
 */
public final class BytesIn {
  private byte[] bytes;
  private int position;
  private int end;

  public BytesIn(byte[] bytes) {
    over(bytes, 0, bytes.length);
  }

  public BytesIn over(byte[] source, int offset, int count) {
    bytes = source;
    position = offset;
    end = offset + count;
    return this;
  }

  public int position() {
    return position;
  }

  public int left() {
    return end - position;
  }

  public int int8() {
    need(1);
    return bytes[position++] & 0xff;
  }

  public int int32() {
    need(4);
    int value = OnDiskFormat.readInt32(bytes, position);
    position += 4;
    return value;
  }

  public long int64() {
    need(8);
    long value = OnDiskFormat.readInt64(bytes, position);
    position += 8;
    return value;
  }

  public long varint() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      need(1);
      byte next = bytes[position++];
      value |= (next & 0x7fL) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new StorageFailure(StorageFailure.Kind.CORRUPT, "a number of more than 10 bytes at offset " + position);
  }

  /** A varint that must fit an int and not be negative: a count or an ordinal. */
  public int count() {
    long value = varint();
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw new StorageFailure(StorageFailure.Kind.CORRUPT, "a count of " + Long.toUnsignedString(value));
    }
    return (int) value;
  }

  public long zigzag() {
    long value = varint();
    return value >>> 1 ^ -(value & 1);
  }

  /** Passes over {@code count} bytes and gives where they began. */
  public int skip(int count) {
    need(count);
    int at = position;
    position += count;
    return at;
  }

  public byte[] bytes(int count) {
    int at = skip(count);
    return Arrays.copyOfRange(bytes, at, at + count);
  }

  public byte[] sized() {
    return bytes(count());
  }

  private void need(int count) {
    if (end - position < count) {
      throw new StorageFailure(StorageFailure.Kind.CORRUPT, "a record ends " + (count - (end - position)) + " bytes too early");
    }
  }
}
