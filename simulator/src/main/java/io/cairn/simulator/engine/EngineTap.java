package io.cairn.simulator.engine;

/**
 * Sees what an engine is about to do or has just done. It may kill the process: then it gets no further, which is how a crash is put at
 * one exact place.
 */
@FunctionalInterface
public interface EngineTap {

  /** Where an engine is. */
  enum Moment {
    OPENED,
    BEFORE_WRITE,
    /** Files that hold nothing but dropped history are about to be given back. */
    BEFORE_DROPPING_FILES,
    BEFORE_FLUSH,
    /** What it covered is durable; who waits for that has not been told. */
    AFTER_FLUSH
  }

  void at(Moment moment);
}
