package io.cairn.storage.retry;

/** What a shard knows of a (client, sequence) that is about to be applied. */
public enum Verdict {
  /** Surely never applied here: apply it and remember the answer. */
  FRESH,
  /** Applied before; {@link ClientRecords#answer()} is what it was told then. */
  REPEATED,
  /** Its sequence is below the lowest one that its client holds open: nobody may still ask for it. */
  CLOSED,
  /** Its sequence was used for another command. */
  REUSED,
  /** Its client holds {@link ClientRecords#OPEN_MAX} sequences open. */
  TOO_MANY_OPEN,
  /** It may have been applied and forgotten since: what it had {@code seen} is older than what was forgotten. */
  HORIZON
}
