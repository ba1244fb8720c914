package io.cairn.storage.engine;

/** A consistent, unchanging view of an engine. Used by one thread; closed when done with. */
public interface EngineView extends AutoCloseable {

  byte[] get(Family family, byte[] key);

  /** A cursor over keys in {@code [start, end)}; null as end means to the last key of the family. */
  EngineCursor cursor(Family family, byte[] start, byte[] end);

  @Override
  void close();
}
