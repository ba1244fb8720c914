package io.cairn.jepsen.check;

import java.util.List;

/**
 * What was seen of locks in a run. Times are one clock's, in nanoseconds.
 *
 * @param turns attempts to get a lock, each once it has ended
 * @param places keys in the queues, as the cluster itself applied them
 * @param writes guarded ones that were acknowledged
 * @param freed locks whose holder died
 */
public record LockStory(List<Turn> turns, List<Place> places, List<Write> writes, List<Freed> freed) {

  /** How an attempt ended. */
  public enum End { GRANTED, TIMED_OUT }

  /**
   * An attempt.
   *
   * @param place its key; null where it never had one
   * @param at when its caller was told of the end
   * @param token with GRANTED
   * @param heldUntil with GRANTED: the last moment at which its caller, by its own clocks, was certain to hold it
   */
  public record Turn(String lock, String place, End end, long at, long token, long heldUntil) {}

  /** @param deletedAt {@link Long#MAX_VALUE} while it is there */
  public record Place(String key, long createdAt, long deletedAt) {}

  /** @param revision at which it took effect */
  public record Write(String resource, long token, long revision) {}

  /** @param boundNanos within which the next in line was to be granted it */
  public record Freed(String lock, long diedAt, long grantedAt, long boundNanos) {}
}
