package io.cairn.server.watch;

import java.util.Arrays;

/**
 * What a watch asked for.
 *
 * @param start the first stored key, and {@code end} the first that is no longer in it
 * @param previous events carry what they replaced
 * @param progressNanos a mark is sent after so long without anything else; 0 for never
 */
public record WatchTerms(byte[] start, byte[] end, boolean previous, boolean puts, boolean deletes, long progressNanos, Lag lag) {

  /** What becomes of a watch that falls behind the ring. */
  public enum Lag { WAIT, END, LATEST }

  boolean takes(FeedEvent event) {
    return (event.put() ? puts : deletes) && holds(event.key());
  }

  boolean holds(byte[] key) {
    return Arrays.compareUnsigned(start, key) <= 0 && Arrays.compareUnsigned(key, end) < 0;
  }

  /** Whether a key could lie in it and in [from, to). */
  boolean meets(byte[] from, byte[] to) {
    return Arrays.compareUnsigned(start, to) < 0 && Arrays.compareUnsigned(from, end) < 0;
  }

  /** Whether nothing but one key lies in it. */
  boolean isSingle() {
    return end.length == start.length + 1 && end[start.length] == 0 && Arrays.equals(start, 0, start.length, end, 0, start.length);
  }
}
