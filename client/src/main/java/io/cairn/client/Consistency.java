package io.cairn.client;

/**
 * How fresh a read is to be, chosen for each call.
 *
 * @param revision with {@link Level#AT_LEAST} the one that the read must show; else 0
 */
public record Consistency(Level level, long revision) {

  /** The three kinds of read. */
  public enum Level { LINEARIZABLE, SERIALIZABLE, AT_LEAST }

  /** Shows every write that was acknowledged before the read was sent, from whichever replica. What a read is unless told otherwise. */
  public static final Consistency LINEARIZABLE = new Consistency(Level.LINEARIZABLE, 0);

  /**
   * What the replica that answers has applied, at once and also without a majority. It may be old, and older than what this client
   * has seen: the result carries the revision up to which nothing is missing, and its {@link Staleness}. Of a range over several
   * shards each is shown as far as that replica has it.
   */
  public static final Consistency SERIALIZABLE = new Consistency(Level.SERIALIZABLE, 0);

  public Consistency {
    if ((level == Level.AT_LEAST) != (revision > 0) || revision < 0) {
      throw new IllegalArgumentException("a read at least as new as a revision names one that an answer has shown, and no other read does; was "
          + level + " with " + revision);
    }
  }

  /**
   * At least as new as {@code revision}, such as that of another process's write: the replica that answers waits until it has it, by the
   * deadline. A revision that was not handed out yet is refused with {@link RefusedCode#FUTURE_REVISION}.
   */
  public static Consistency atLeast(long revision) {
    return new Consistency(Level.AT_LEAST, revision);
  }
}
