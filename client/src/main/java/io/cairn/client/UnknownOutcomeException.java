package io.cairn.client;

/**
 * A write that may have happened, or may still happen: it was sent, and nobody could say within its deadline what became of it.
 *
 * <p>Making the call anew is a second write. Read the key first; a put of the same value may simply be made again when nobody
 * else writes the key. Reads never end like this.
 */
public final class UnknownOutcomeException extends KvException {

  private static final long serialVersionUID = 1;

  public UnknownOutcomeException(String message) {
    super(message, null);
  }

  private UnknownOutcomeException(UnknownOutcomeException original) {
    super(original.getMessage(), original);
  }

  @Override
  public String advice() {
    return "Read the key to see what became of it before writing again.";
  }

  /** The same with the calling thread's stack, so that a sync call shows where it was made. */
  UnknownOutcomeException atCaller() {
    return new UnknownOutcomeException(this);
  }
}
