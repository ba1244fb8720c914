package io.cairn.cli.load;

/** {@code \n}, {@code \t} and {@code \\} in a value, so that one with line ends fits on a line. */
final class ValueEscapes {

  private ValueEscapes() {}

  /**
   * Decodes the bytes from {@code from} to {@code end} in place.
   *
   * @return the end of the decoded bytes, which begin at {@code from}; or, when a backslash begins no escape, the bitwise complement of its
   *     position: a negative number
   */
  static int decode(byte[] bytes, int from, int end) {
    int to = from;
    for (int i = from; i < end; i++) {
      byte b = bytes[i];
      if (b == '\\') {
        int decoded = i + 1 < end ? decoded(bytes[i + 1]) : -1;
        if (decoded < 0) {
          return ~i;
        }
        b = (byte) decoded;
        i++;
      }
      bytes[to++] = b;
    }
    return to;
  }

  private static int decoded(byte letter) {
    return switch (letter) {
      case 'n' -> '\n';
      case 't' -> '\t';
      case '\\' -> '\\';
      default -> -1;
    };
  }
}
