package io.cairn.jepsen.damage;

/** What came of a damaged file. */
enum Outcome {
  UNTOUCHED("nothing of it is needed"),
  MENDED("mended"),
  BROUGHT_UP("mended, brought up by the others"),
  HALTED("does not start, says why"),
  STOPPED("stops when it is read, says why");

  final String words;

  Outcome(String words) {
    this.words = words;
  }

  boolean isRepaired() {
    return this == UNTOUCHED || this == MENDED || this == BROUGHT_UP;
  }
}
