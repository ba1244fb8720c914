package io.cairn.simulator.docs;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads bytes as a page describes them, field by field, and shows each with its place. It knows nothing of the code that wrote them: numbers
 * are big-endian, varints have seven bits a byte, the least significant first.
 */
final class Fields {
  private static final int ROW = 8;
  /** More zero bytes than this are not shown one by one. */
  private static final int ZEROS_SHOWN = 32;

  private final byte[] bytes;
  private final StringBuilder text = new StringBuilder();
  private int at;

  Fields(byte[] bytes) {
    this.bytes = bytes;
  }

  int at() {
    return at;
  }

  int left() {
    return bytes.length - at;
  }

  void title(String title) {
    text.append(title).append('\n');
  }

  long number(int count, String name) {
    long value = 0;
    for (int i = 0; i < count; i++) {
      value = value << 8 | bytes[at + i] & 0xff;
    }
    show(count, name, Long.toUnsignedString(value));
    return value;
  }

  /** A number that says more in hexadecimal. */
  long bits(int count, String name) {
    int from = at;
    long value = number(count, name);
    int cut = text.lastIndexOf("\n", text.length() - 2) + 1;
    text.setLength(cut);
    at = from;
    show(count, name, "");
    return value;
  }

  long varint(String name) {
    int count = 0;
    long value = 0;
    do {
      value |= (bytes[at + count] & 0x7fL) << 7 * count;
    } while (bytes[at + count++] < 0);
    show(count, name, Long.toUnsignedString(value));
    return value;
  }

  long zigzag(String name) {
    int count = 0;
    long coded = 0;
    do {
      coded |= (bytes[at + count] & 0x7fL) << 7 * count;
    } while (bytes[at + count++] < 0);
    long value = coded >>> 1 ^ -(coded & 1);
    show(count, name, Long.toString(value));
    return value;
  }

  byte[] bytes(int count, String name) {
    byte[] value = Arrays.copyOfRange(bytes, at, at + count);
    boolean printable = count > 0;
    for (byte each : value) {
      printable &= each >= ' ' && each < 0x7f;
    }
    show(count, name, printable ? "\"" + new String(value, StandardCharsets.US_ASCII) + "\"" : "");
    return value;
  }

  /** Its length as a varint, then the bytes. */
  byte[] sized(String name) {
    int count = (int) varint("length of the " + name);
    return count == 0 ? new byte[0] : bytes(count, name);
  }

  void zeros(int count, String name) {
    for (int i = at; i < at + count; i++) {
      if (bytes[i] != 0) {
        throw new IllegalStateException("byte " + i + " is not zero, though " + name);
      }
    }
    if (count <= ZEROS_SHOWN) {
      show(count, name, "");
    } else {
      text.append(String.format("%04x  %-24s %s%n", at, "00 … (" + count + " bytes)", name));
      at += count;
    }
  }

  /** All of it was read, and nothing is left over. */
  String end() {
    if (left() != 0) {
      throw new IllegalStateException(left() + " bytes are left that the page does not describe:\n" + text);
    }
    return shown();
  }

  String shown() {
    return text.toString().replace("\r", "");
  }

  private void show(int count, String name, String value) {
    for (int from = 0; from < Math.max(count, 1); from += ROW) {
      byte[] row = Arrays.copyOfRange(bytes, at + from, at + Math.min(from + ROW, count));
      if (from == 0) {
        text.append(String.format("%04x  %-24s %s%s%n", at, Hex.row(row), name, value.isEmpty() ? "" : ": " + value));
      } else {
        text.append(String.format("%04x  %s%n", at + from, Hex.row(row)));
      }
    }
    at += count;
  }
}
