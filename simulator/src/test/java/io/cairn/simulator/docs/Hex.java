package io.cairn.simulator.docs;

/** Bytes as the pages show them: sixteen a row, with their place, and what of them is printable. */
final class Hex {

  private Hex() {}

  static String dump(byte[] bytes) {
    var lines = new StringBuilder();
    for (int at = 0; at < bytes.length; at += 16) {
      int end = Math.min(at + 16, bytes.length);
      var row = new StringBuilder(String.format("%04x ", at));
      var text = new StringBuilder();
      for (int i = at; i < end; i++) {
        row.append(String.format(" %02x", bytes[i]));
        text.append(bytes[i] >= ' ' && bytes[i] < 0x7f ? (char) bytes[i] : '.');
      }
      lines.append(String.format("%-54s|%s|%n", row, text).replace("\r", ""));
    }
    return lines.toString();
  }

  static String row(byte[] bytes) {
    var row = new StringBuilder();
    for (byte each : bytes) {
      row.append(row.isEmpty() ? "" : " ").append(String.format("%02x", each));
    }
    return row.toString();
  }
}
