package io.cairn.cli;

import io.cairn.client.ByteSeq;
import io.cairn.client.KeyRange;

/** Which keys START, END and --prefix mean together. */
final class RangeArguments {

  private RangeArguments() {}

  static KeyRange of(String start, String end, String prefix) {
    if (prefix != null) {
      if (start != null) {
        throw new BadInput("--prefix and START exclude each other; to begin within a prefix give START and END");
      }
      return KeyRange.prefix(prefix);
    }
    if (start == null) {
      throw new BadInput("which keys? Give START, START and END, or --prefix PREFIX; --prefix '' is every key");
    }
    return end == null ? KeyRange.from(ByteSeq.utf8(start)) : KeyRange.of(start, end);
  }
}
