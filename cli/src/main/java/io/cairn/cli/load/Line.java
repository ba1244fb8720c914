package io.cairn.cli.load;

import io.cairn.client.ByteSeq;

/** One line of the input, counted from 1 as editors do. */
public sealed interface Line {

  long number();

  /** A line to be put. */
  record Put(long number, ByteSeq key, ByteSeq value) implements Line {}

  /**
   * A line that is no record; nothing of it is sent.
   *
   * @param why what is wrong with it and what would be right
   */
  record Bad(long number, String why) implements Line {}
}
