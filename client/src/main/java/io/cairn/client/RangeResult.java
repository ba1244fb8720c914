package io.cairn.client;

import java.util.List;
import java.util.Optional;

/**
 * The keys of a range as they all were at one revision.
 *
 * @param revision the one they are shown at; of a serializable read, the one up to which nothing is missing
 * @param keyValues in order of keys, or backward; empty where only the number was asked for
 * @param count how many keys were returned, or, where only the number was asked for, how many there are
 * @param more whether a limit left keys of the range out
 * @param resume with {@code more}: what {@link RangeOptions#withResume} takes to go on, at the same revision
 * @param staleness of a serializable read
 */
public record RangeResult(
    long revision, List<KeyValue> keyValues, long count, boolean more, Optional<ByteSeq> resume, Optional<Staleness> staleness) {

  public RangeResult {
    keyValues = List.copyOf(keyValues);
  }
}
