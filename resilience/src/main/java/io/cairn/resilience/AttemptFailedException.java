package io.cairn.resilience;

/** How one attempt failed, for the decision about the next; callers see its cause. */
final class AttemptFailedException extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final int number;

  AttemptFailedException(int number, Throwable cause) {
    super(null, cause, false, false);
    this.number = number;
  }

  /** From 1. */
  int number() {
    return number;
  }
}
