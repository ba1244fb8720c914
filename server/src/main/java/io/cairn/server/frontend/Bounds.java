package io.cairn.server.frontend;

import java.util.Arrays;

/** Of two stored keys, the one that a range is bounded by. */
final class Bounds {

  private Bounds() {}

  static byte[] later(byte[] one, byte[] other) {
    return Arrays.compareUnsigned(one, other) >= 0 ? one : other;
  }

  static byte[] earlier(byte[] one, byte[] other) {
    return Arrays.compareUnsigned(one, other) <= 0 ? one : other;
  }
}
