package io.cairn.storage.hash;

import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/**
 * Works out what one fact (a key's newest version, a lease, what a client has sent) adds to the rolling hash: 64 bits of everything it says,
 * never of how it lies on disk. The hash of a state is the sum of its facts, modulo 2^64; so a fact that goes is subtracted.
 *
 * <p>Bytes go through CRC32 and CRC32C, which the processor has instructions for, and numbers through a mix that spreads each bit over all. Good
 * against damage and bugs, which do not know it; not against somebody who wants two states to look alike.
 *
 * <p><b>Changing this makes replicas of different versions differ.</b> A new way is a new {@link #FORMAT}. Used again for each fact; for one thread.
 */
public final class Fact {
  /** Which way of hashing this is: hashes of different ones do not compare. */
  public static final int FORMAT = 1;

  /** What a fact is about: the first thing it says. */
  public static final int VERSION = 'N';
  public static final int RECORD = 'R';
  public static final int CLIENT = 'C';
  public static final int LEASE = 'L';
  public static final int KNOWN_LEASE = 'K';
  public static final int GUARD_HOME = 'G';
  public static final int GUARD_KNOWN = 'H';
  public static final int STATE = 'S';

  private final CRC32 crc = new CRC32();
  private final CRC32C crc32c = new CRC32C();
  private long value;

  public Fact about(int kind) {
    value = mix(kind);
    return this;
  }

  public Fact and(long number) {
    value = mix(value ^ number);
    return this;
  }

  public Fact and(boolean flag) {
    return and(flag ? 1 : 0);
  }

  public Fact and(byte[] bytes) {
    return and(bytes, 0, bytes.length);
  }

  public Fact and(byte[] bytes, int offset, int length) {
    crc.reset();
    crc.update(bytes, offset, length);
    crc32c.reset();
    crc32c.update(bytes, offset, length);
    return and(crc.getValue() << 32 | crc32c.getValue()).and(length);
  }

  /** What was said since {@link #about}. */
  public long value() {
    return value;
  }

  /** The finalizer of splitmix64: a bijection. The odd constant keeps 0 from staying 0. */
  private static long mix(long bits) {
    long z = bits + 0x9e3779b97f4a7c15L;
    z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
    z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
    return z ^ z >>> 31;
  }
}
