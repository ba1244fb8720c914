package io.cairn.storage.bytes;

import java.util.Arrays;

/** A buffer that grows as it is written to and is used again after {@link #clear()}. For one thread. */
public final class BytesOut {
  /** Above this a buffer that one large value has grown is given back at {@link #clear()}. */
  private static final int KEPT_MAX = 8 << 20;

  private byte[] bytes;
  private int length;

  public BytesOut(int initialBytes) {
    bytes = new byte[initialBytes];
  }

  public BytesOut() {
    this(256);
  }

  public int length() {
    return length;
  }

  /** The buffer itself, of which the first {@link #length()} bytes count; valid until the next write. */
  public byte[] buffer() {
    return bytes;
  }

  public byte[] toArray() {
    return Arrays.copyOf(bytes, length);
  }

  public BytesOut clear() {
    length = 0;
    if (bytes.length > KEPT_MAX) {
      bytes = new byte[256];
    }
    return this;
  }

  /** Writes {@code value}'s low 8 bits. */
  public BytesOut int8(int value) {
    room(1);
    bytes[length++] = (byte) value;
    return this;
  }

  /** Big-endian. */
  public BytesOut int32(int value) {
    room(4);
    for (int shift = 24; shift >= 0; shift -= 8) {
      bytes[length++] = (byte) (value >>> shift);
    }
    return this;
  }

  /** Big-endian. */
  public BytesOut int64(long value) {
    room(8);
    for (int shift = 56; shift >= 0; shift -= 8) {
      bytes[length++] = (byte) (value >>> shift);
    }
    return this;
  }

  /** 7 bits a byte, least significant first; the number is taken as unsigned (1 to 10 bytes). */
  public BytesOut varint(long value) {
    room(10);
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      bytes[length++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[length++] = (byte) rest;
    return this;
  }

  /** A varint in which small negative numbers are short as well. */
  public BytesOut zigzag(long value) {
    return varint(value << 1 ^ value >> 63);
  }

  public BytesOut bytes(byte[] source, int offset, int count) {
    room(count);
    System.arraycopy(source, offset, bytes, length, count);
    length += count;
    return this;
  }

  public BytesOut bytes(byte[] source) {
    return bytes(source, 0, source.length);
  }

  /** The count as a varint, then the bytes. */
  public BytesOut sized(byte[] source) {
    return varint(source.length).bytes(source, 0, source.length);
  }

  private void room(int count) {
    if (bytes.length - length < count) {
      bytes = Arrays.copyOf(bytes, Math.addExact(Math.max(length, Math.min(length, Integer.MAX_VALUE / 4) * 2), count));
    }
  }
}
