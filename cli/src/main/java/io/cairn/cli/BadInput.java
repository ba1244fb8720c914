package io.cairn.cli;

import java.util.function.Supplier;

/** Something on the command line that cannot be meant. The message says what would be right. */
final class BadInput extends RuntimeException {

  private static final long serialVersionUID = 1;

  BadInput(String message) {
    super(message);
  }

  /** For what the client itself finds fault with before it asks anybody. */
  static <T> T where(Supplier<T> call) {
    try {
      return call.get();
    } catch (IllegalArgumentException e) {
      throw new BadInput(e.getMessage());
    }
  }
}
