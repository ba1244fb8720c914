package io.cairn.jepsen.history;

import java.util.List;
import java.util.Optional;

/** What a call that happened was answered. */
public sealed interface Result {

  /** The revision that the answer shows; 0 where it shows none. */
  long revision();

  /**
   * Of a put, a delete or a range of deletes.
   *
   * @param changed how many keys were changed
   * @param previous where it was asked for
   */
  record Written(long revision, long changed, Optional<Version> previous) implements Result {}

  record Found(long revision, Optional<Version> found) implements Result {}

  /** Of a range, in order of keys. */
  record Shown(long revision, List<Version> items) implements Result {}

  /** @param results one for each step of the side that was taken */
  record TxnDone(long revision, boolean succeeded, List<Result> results) implements Result {}

  /** @param value what the key holds after it */
  record Added(long revision, long value) implements Result {}

  /**
   * Of a grant, a keep-alive or a time-to-live.
   *
   * @param ttlNanos what was granted
   * @param remainingNanos until the end as the server sees it; -1 where it is not told
   */
  record Leased(long revision, long lease, long ttlNanos, long remainingNanos) implements Result {}

  /** There is nothing more to say. */
  record Done(long revision) implements Result {}
}
