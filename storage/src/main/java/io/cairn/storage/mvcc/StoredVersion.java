package io.cairn.storage.mvcc;

import io.cairn.storage.OnDiskFormat;
import io.cairn.storage.StorageFailure;
import io.cairn.storage.StorageFailure.Kind;
import io.cairn.storage.bytes.BytesIn;
import io.cairn.storage.bytes.BytesOut;
import io.cairn.storage.hash.Fact;
import java.util.Arrays;

/**
 * A version as it lies in the newest family and inside events. A reader is pointed at bytes and used again: an apply decodes
 * one for each put. For one thread.
 *
 * <pre>
 *  format     1 byte
 *  flags      1 byte   bit 0: the value is referred to, not inline;  bit 1: compressed;  bits 2 to 7: id of the encryption key.
 *                      None is used yet; a version with any of them set is refused, never half understood.
 *  create     varint
 *  mod        varint, less create
 *  ordinal    varint, the place of its event in its revision: with mod it is the key of the event that made it
 *  version    varint
 *  lease      varint, 0 for none
 *  principal  varint, who wrote it; 0 for nobody known
 *  value      the rest
 * </pre>
 */
final class StoredVersion {
  private static final byte[] NO_VALUE = {};

  private final BytesIn in = new BytesIn(NO_VALUE);
  private byte[] source;
  private int valueOffset;
  private int valueLength;
  long create;
  long mod;
  int ordinal;
  long version;
  long lease;
  long principal;

  static byte[] encode(BytesOut scratch, long create, long mod, int ordinal, long version, long lease, byte[] value) {
    scratch.clear().int8(OnDiskFormat.VERSION).int8(0)
        .varint(create).varint(mod - create).varint(ordinal).varint(version).varint(lease).varint(0);
    byte[] out = Arrays.copyOf(scratch.buffer(), scratch.length() + value.length);
    System.arraycopy(value, 0, out, scratch.length(), value.length);
    return out;
  }

  StoredVersion read(byte[] bytes) {
    return read(bytes, 0, bytes.length);
  }

  StoredVersion read(byte[] bytes, int offset, int length) {
    source = bytes;
    in.over(bytes, offset, length);
    int format = in.int8();
    int flags = in.int8();
    if (format != OnDiskFormat.VERSION || flags != 0) {
      throw new StorageFailure(Kind.NEWER_FORMAT, "a version has format " + format + " and flags " + flags + ", this version reads format "
          + OnDiskFormat.VERSION + " and flags 0");
    }
    create = in.varint();
    mod = create + in.varint();
    ordinal = in.count();
    version = in.varint();
    lease = in.varint();
    principal = in.varint();
    valueLength = in.left();
    valueOffset = in.position();
    return this;
  }

  byte[] value() {
    return Arrays.copyOfRange(source, valueOffset, valueOffset + valueLength);
  }

  /** Says to a fact what the version means. */
  Fact addTo(Fact fact) {
    return fact.and(create).and(mod).and(version).and(lease).and(principal).and(source, valueOffset, valueLength);
  }

  int valueLength() {
    return valueLength;
  }

  Version toVersion(byte[] key, boolean keyOnly) {
    return new Version(key, keyOnly ? NO_VALUE : value(), create, mod, version, lease);
  }
}
