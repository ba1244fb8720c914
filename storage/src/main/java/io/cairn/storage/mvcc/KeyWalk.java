package io.cairn.storage.mvcc;

import io.cairn.storage.engine.EngineCursor;
import java.util.Arrays;

/**
 * Goes over the keys that lived at a revision, forward or backward: those of today and, for a past revision, those deleted since, in
 * one order. It looks at so many keys and then pauses, for of a past revision many of those it meets may not have lived yet or
 * any more.
 */
final class KeyWalk {
  private final PastVersions versions;
  private final EngineCursor newest;
  /** Null when no deleted key can have lived. */
  private final EngineCursor deleted;
  private final long at;
  private final boolean past;
  private final boolean reverse;
  private int stepsLeft;
  /** Keys under the two cursors, of a past revision; null when one is done. */
  private byte[] newestKey;
  private byte[] deletedKey;
  /** The cursor that the last key came from; it moves on only when another is asked for. */
  private EngineCursor given;
  /** The store's key looked at last, and of a key that lived its version is in {@link PastVersions#version}. */
  byte[] key;
  /** Whether the walk stopped for the keys it had looked at, not for the end of the range. */
  boolean paused;

  KeyWalk(PastVersions versions, EngineCursor newest, EngineCursor deleted, long at, boolean past, boolean reverse, int stepsMax) {
    this.versions = versions;
    this.newest = newest;
    this.deleted = deleted;
    this.at = at;
    this.past = past;
    this.reverse = reverse;
    this.stepsLeft = stepsMax;
    if (reverse) {
      newest.seekToLast();
      if (deleted != null) {
        deleted.seekToLast();
      }
    }
    if (past) {
      newestKey = keyOf(newest);
      deletedKey = deleted == null ? null : keyOf(deleted);
    }
  }

  /** Moves to the next key that lived; with {@code load}, {@link #key} and its version are read. */
  boolean advance(boolean load) {
    return past ? advancePast() : advanceNewest(load);
  }

  /** At or above the last revision nothing has to be looked up: what is newest lived. A count copies nothing at all. */
  private boolean advanceNewest(boolean load) {
    stepOver();
    if (!newest.valid() || !mayStep()) {
      return false;
    }
    if (load) {
      key = newest.key();
      versions.version.read(newest.value());
    }
    given = newest;
    return true;
  }

  private boolean advancePast() {
    stepOver();
    while ((newestKey != null || deletedKey != null) && mayStep()) {
      boolean alive;
      if (deletedKey == null || newestKey != null && isBefore(newestKey, deletedKey)) {
        key = newestKey;
        alive = versions.fromNewest(newest.value(), at);
        given = newest;
      } else {
        key = deletedKey;
        alive = versions.fromDeleted(deleted.value(), at);
        given = deleted;
      }
      if (alive) {
        return true;
      }
      stepOver();
    }
    return false;
  }

  /** Goes on at the first key at or behind this one. Forward only. */
  void skipTo(byte[] storeKey) {
    given = null;
    newest.seek(storeKey);
    if (past) {
      newestKey = keyOf(newest);
      if (deletedKey != null && Arrays.compareUnsigned(deletedKey, storeKey) < 0) {
        deleted.seek(storeKey);
        deletedKey = keyOf(deleted);
      }
    }
  }

  /** Where a paused walk is to be taken up: the first key not looked at, or backward the last one that was. */
  byte[] pausedAt() {
    if (reverse) {
      return key;
    }
    if (!past) {
      return newest.key();
    }
    return deletedKey == null || newestKey != null && isBefore(newestKey, deletedKey) ? newestKey : deletedKey;
  }

  private boolean mayStep() {
    paused = stepsLeft == 0;
    stepsLeft--;
    return !paused;
  }

  private void stepOver() {
    if (given == null) {
      return;
    }
    if (reverse) {
      given.previous();
    } else {
      given.next();
    }
    if (past && given == newest) {
      newestKey = keyOf(newest);
    } else if (past) {
      deletedKey = keyOf(deleted);
    }
    given = null;
  }

  private boolean isBefore(byte[] one, byte[] other) {
    int order = Arrays.compareUnsigned(one, other);
    return reverse ? order > 0 : order < 0;
  }

  private static byte[] keyOf(EngineCursor cursor) {
    return cursor.valid() ? cursor.key() : null;
  }
}
