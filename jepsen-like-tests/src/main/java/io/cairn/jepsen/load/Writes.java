package io.cairn.jepsen.load;

import io.cairn.client.ByteSeq;

/** What was written to a cluster, and what was said of each write: that by which replicas are judged. Writes are numbered from 0. */
public interface Writes {

  /** How a write ended. */
  enum Outcome { WRITTEN, REFUSED, UNKNOWN }

  int count();

  ByteSeq key(int write);

  ByteSeq value(int write);

  Outcome outcome(int write);

  /** Of a write with outcome {@link Outcome#WRITTEN}. */
  long revision(int write);

  /** How the write is called in a message. */
  String name(int write);
}
