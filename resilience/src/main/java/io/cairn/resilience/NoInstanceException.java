package io.cairn.resilience;

/** Nobody was called: no instance is known, or the breakers of all that are known are open. */
public final class NoInstanceException extends RuntimeException {

  private static final long serialVersionUID = 1;

  NoInstanceException(String message) {
    super(message);
  }
}
