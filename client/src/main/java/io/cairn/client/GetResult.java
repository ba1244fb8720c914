package io.cairn.client;

import java.util.Optional;

/**
 * What a get found.
 *
 * @param revision a revision at which this was the newest, also that there was no such key; every later change of the key has a larger one
 * @param found empty when there is no such key
 * @param staleness of a serializable read
 */
public record GetResult(long revision, Optional<KeyValue> found, Optional<Staleness> staleness) {

  /** The value as text, when there is such a key. */
  public Optional<String> valueUtf8() {
    return found.map(KeyValue::valueUtf8);
  }
}
