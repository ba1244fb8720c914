package io.cairn.client.who;

import io.cairn.client.ByteSeq;

/**
 * A place in the queue of a lock, as it is at one revision.
 *
 * @param key which is it; whoever deletes it takes the place away
 * @param token its create revision, by which the queue is ordered
 * @param lease under which it lies; 0 for a key that somebody put there without one, which stands in everybody's way until it is deleted
 * @param permits how many it takes, of {@code of}; 0 but for {@link LockMode#PERMITS}
 * @param owner what its owner says of itself
 * @param granted whether it has what it asks for; else it waits
 * @param before how many places are before it
 */
public record QueuedPlace(ByteSeq key, long token, long lease, LockMode mode, int permits, int of, ByteSeq owner, boolean granted, int before) {

  /** Whether the other one before it is, or may be, a reason why this one is not granted. */
  boolean yieldsTo(QueuedPlace other) {
    return mode != LockMode.SHARED || other.mode != LockMode.SHARED;
  }

  QueuedPlace standing(boolean isGranted, int places) {
    return new QueuedPlace(key, token, lease, mode, permits, of, owner, isGranted, places);
  }
}
