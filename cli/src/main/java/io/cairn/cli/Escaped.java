package io.cairn.cli;

import io.cairn.client.ByteSeq;

/** Bytes as one printable line: what a terminal would act on, or could not show, becomes {@code \n}, {@code \t} or {@code \xNN}. */
final class Escaped {

  private Escaped() {}

  static String text(ByteSeq bytes) {
    return bytes.ifUtf8().map(Escaped::printable).orElseGet(() -> byteByByte(bytes));
  }

  private static String printable(String text) {
    StringBuilder line = new StringBuilder(text.length());
    text.codePoints().forEach(point -> {
      if (point == '\\') {
        line.append("\\\\");
      } else if (point == '\n') {
        line.append("\\n");
      } else if (point == '\t') {
        line.append("\\t");
      } else if (point == '\r') {
        line.append("\\r");
      } else if (isPrintable(point)) {
        line.appendCodePoint(point);
      } else {
        ByteSeq encoded = ByteSeq.utf8(Character.toString(point));
        for (int i = 0; i < encoded.size(); i++) {
          appendHex(line, encoded.byteAt(i));
        }
      }
    });
    return line.toString();
  }

  /** Control characters could drive the terminal, format characters hide or turn text. */
  private static boolean isPrintable(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL, Character.FORMAT, Character.UNASSIGNED, Character.PRIVATE_USE, Character.SURROGATE,
          Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> false;
      default -> true;
    };
  }

  private static String byteByByte(ByteSeq bytes) {
    StringBuilder line = new StringBuilder(bytes.size() * 2);
    for (int i = 0; i < bytes.size(); i++) {
      byte b = bytes.byteAt(i);
      if (b == '\\') {
        line.append("\\\\");
      } else if (b >= ' ' && b < 0x7f) {
        line.append((char) b);
      } else {
        appendHex(line, b);
      }
    }
    return line.toString();
  }

  private static void appendHex(StringBuilder line, byte b) {
    line.append("\\x").append(Character.forDigit((b >> 4) & 0xf, 16)).append(Character.forDigit(b & 0xf, 16));
  }
}
