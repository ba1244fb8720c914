package io.cairn.storage.mvcc;

import java.util.List;

/** What an operation of a transaction is answered with. */
public sealed interface OpAnswer {

  /** Of a put. @param previous what was replaced, when asked for and there was something; else null */
  record Replaced(Version previous) implements OpAnswer {}

  /** Of a delete, or a delete of a range. @param previous what was deleted, in the order of keys, when asked for; else empty */
  record Deleted(long count, List<Version> previous) implements OpAnswer {}

  /**
   * Of a range.
   *
   * @param count keys returned, or counted
   * @param more whether a limit left keys out
   */
  record Read(List<Version> versions, long count, boolean more) implements OpAnswer {}

  /** Of an add. */
  record Sum(long value) implements OpAnswer {}

  /** Of a transaction. @param answers one for each operation of the branch that was taken, in its order */
  record Txn(boolean succeeded, List<OpAnswer> answers) implements OpAnswer {}
}
