package io.cairn.client;

import java.util.Objects;
import java.util.Optional;

/**
 * What happened to one key.
 *
 * @param revision at which it happened; of a key that a state or a resync shows, when it was put
 * @param kv what the key became; of a delete the key alone, with the revision of the delete as its mod revision
 * @param previous what it was, when the watch asked for that and there was something
 */
public record WatchEvent(Type type, long revision, KeyValue kv, Optional<KeyValue> previous) {

  /** What was done. */
  public enum Type { PUT, DELETE }

  public WatchEvent {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(kv, "kv");
    Objects.requireNonNull(previous, "previous");
  }

  public ByteSeq key() {
    return kv.key();
  }

  public boolean isPut() {
    return type == Type.PUT;
  }
}
