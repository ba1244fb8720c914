package io.cairn.storage.mvcc;

/** What became of a command. */
public sealed interface WriteResult {

  /**
   * Done, now or at an earlier sending of the same command.
   *
   * @param revision the revision it took; for one that changed nothing, a revision at which its shard was resolved when it
   *     was applied and which is not below its {@code seen}
   * @param changed keys put or deleted
   * @param previous the version replaced or deleted, when asked for and there was one; else null
   * @param repeated whether the answer was remembered rather than made
   * @param answer of a transaction and whatever else {@link Op#isTransactional()}; else null
   */
  record Done(long revision, long changed, Version previous, boolean repeated, OpAnswer answer) implements WriteResult {

    /** Of one put or delete. */
    public Done(long revision, long changed, Version previous, boolean repeated) {
      this(revision, changed, previous, repeated, null);
    }
  }

  /** Certainly no effect, now or ever, of this sequence as it was sent. */
  record Refused(Reason reason, String message) implements WriteResult {}

  /** Why a command was refused at apply. */
  enum Reason {
    /** Its sequence is below the lowest one its client holds open. */
    SEQUENCE_CLOSED,
    /** The sequence was used before for another command. */
    SEQUENCE_REUSED,
    /** More than 1,024 sequences of this client are open in this shard. */
    TOO_MANY_OPEN,
    /**
     * Older than the shard remembers ({@code seen} is below {@code forgotten}): for a first attempt this means no effect, for
     * a retry the outcome of the first sending is unknown.
     */
    HORIZON,
    /** It adds to what is no number, or more than fits. */
    NOT_A_NUMBER,
    /** It comes upon more keys, or has a longer answer, than a transaction may. */
    TXN_TOO_LARGE
  }
}
