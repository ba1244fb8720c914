package io.cairn.storage.mvcc;

import java.util.Arrays;

/** Where ranges begin and end beside a key. */
public final class KeyBounds {

  private KeyBounds() {}

  /** The first key behind {@code key}. */
  public static byte[] successor(byte[] key) {
    return Arrays.copyOf(key, key.length + 1);
  }

  /** The first key behind all that begin with {@code prefix}; null when nothing can be behind them. */
  public static byte[] prefixEnd(byte[] prefix) {
    for (int last = prefix.length - 1; last >= 0; last--) {
      if (prefix[last] != (byte) 0xff) {
        byte[] end = Arrays.copyOf(prefix, last + 1);
        end[last]++;
        return end;
      }
    }
    return null;
  }
}
