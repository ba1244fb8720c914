package io.cairn.server.config;

import java.util.Arrays;

/**
 * Which keys stay together: those that are equal up to and including the {@code '}'} of their first <code>{...}</code> are never in
 * different shards. What begins like that is a range of keys without a gap, so a point that is not inside such a range separates
 * none of them, and one that is inside is cut back to where the range begins.
 */
public final class HashTag {

  private HashTag() {}

  /** How many of the key's bytes reach up to the end of its tag; 0 when it has none. */
  public static int length(byte[] key) {
    int at = 0;
    while (at < key.length && key[at] != '{') {
      at++;
    }
    while (at < key.length && key[at] != '}') {
      at++;
    }
    return at < key.length ? at + 1 : 0;
  }

  /** The last point at or before this one that separates no keys of one tag. */
  public static byte[] cutBack(byte[] splitPoint) {
    int length = length(splitPoint);
    return length == 0 ? splitPoint : Arrays.copyOf(splitPoint, length);
  }
}
