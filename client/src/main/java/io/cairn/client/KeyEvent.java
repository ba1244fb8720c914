package io.cairn.client;

import java.util.Optional;

/**
 * One change of a key.
 *
 * @param revision at which it happened
 * @param put what the key became; empty for a delete
 * @param clientId of the client that asked for it, 32 hexadecimal digits; one client uses an id of its own for each shard
 * @param sequence which of that client's writes in the shard it was
 */
public record KeyEvent(long revision, Optional<KeyValue> put, String clientId, long sequence) {

  /** Whether the key was deleted by it. */
  public boolean isDelete() {
    return put.isEmpty();
  }
}
