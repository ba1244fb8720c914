package io.cairn.client;

import java.util.List;

/**
 * The keys of a range as they all were at one revision.
 *
 * @param revision the one they are shown at
 * @param keyValues in order of keys; empty where only the number was asked for
 * @param count how many keys were returned, or, where only the number was asked for, how many there are
 * @param more whether the limit left keys of the range out
 */
public record RangeResult(long revision, List<KeyValue> keyValues, long count, boolean more) {

  public RangeResult {
    keyValues = List.copyOf(keyValues);
  }
}
