package io.cairn.cli;

/** Something on the command line that cannot be meant. The message says what would be right. */
final class BadInput extends RuntimeException {

  private static final long serialVersionUID = 1;

  BadInput(String message) {
    super(message);
  }
}
