package io.cairn.jepsen.history;

import java.util.Optional;

/**
 * What one revision did to one key.
 *
 * @param now empty when the key was deleted
 * @param previous what was replaced or deleted; in what a watch was given, only where it asked for it
 */
public record Change(long revision, String key, Optional<Version> now, Optional<Version> previous) {

  public static Change put(Version now, Optional<Version> previous) {
    return new Change(now.mod(), now.key(), Optional.of(now), previous);
  }

  public static Change delete(long revision, Version previous) {
    return new Change(revision, previous.key(), Optional.empty(), Optional.of(previous));
  }

  public Change withoutPrevious() {
    return new Change(revision, key, now, Optional.empty());
  }

  public boolean isDelete() {
    return now.isEmpty();
  }

  @Override
  public String toString() {
    return revision + (now.isPresent() ? " put " + key + "=" + now.get().value() : " delete " + key);
  }
}
