package io.cairn.cli.txn;

/** Something in the text that cannot be meant. The message says what would be right. */
public final class TextFault extends Exception {

  private static final long serialVersionUID = 1;

  private final int line;
  private final int column;

  TextFault(int line, int column, String message) {
    super(message);
    this.line = line;
    this.column = column;
  }

  /** From 1. */
  public int line() {
    return line;
  }

  /** From 1, in characters. */
  public int column() {
    return column;
  }
}
