package io.cairn.client;

/**
 * A call that was not done. There are two kinds, and what to do next differs: {@link RefusedException} when it certainly had no
 * effect, {@link UnknownOutcomeException} when it may have had one.
 *
 * <p>The client has already retried what may be retried, until the call's deadline.
 */
public abstract sealed class KvException extends RuntimeException permits RefusedException, UnknownOutcomeException {

  private static final long serialVersionUID = 1;

  KvException(String message, Throwable cause) {
    super(message, cause);
  }

  /** What to do next, in one sentence. */
  public abstract String advice();
}
