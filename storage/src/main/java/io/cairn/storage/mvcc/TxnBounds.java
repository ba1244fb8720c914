package io.cairn.storage.mvcc;

/**
 * How much one transaction may read and answer, logged by the leader with the entry, so that every replica refuses the same ones.
 *
 * @param answerBytes most bytes of keys and values in an answer, each with {@link #VERSION_OVERHEAD} for the rest of it
 * @param keys most keys that its comparisons, ranges and deletes of ranges come upon, together
 */
public record TxnBounds(long answerBytes, long keys) {

  /** No bound: what was answered once is answered again. */
  public static final TxnBounds NONE = new TxnBounds(Long.MAX_VALUE, Long.MAX_VALUE);

  /** What a version in an answer counts beside its key and value, more than its numbers and lengths take on the wire. */
  public static final int VERSION_OVERHEAD = 64;

  /** What the answer of one operation counts beside its versions. */
  public static final int ANSWER_OVERHEAD = 32;
}
