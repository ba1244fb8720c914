package io.cairn.storage.engine;

/** Walks a range of keys. Begins on the first key (or on the last after {@link #seekToLast()}); check {@link #valid()} first. */
public interface EngineCursor extends AutoCloseable {

  boolean valid();

  byte[] key();

  byte[] value();

  void next();

  void previous();

  /** Moves to the first key at or after {@code key} within the range. */
  void seek(byte[] key);

  /** Moves to the last key of the range. */
  void seekToLast();

  @Override
  void close();
}
