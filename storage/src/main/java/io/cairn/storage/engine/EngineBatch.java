package io.cairn.storage.engine;

/** Changes that become visible together. Later ones win over earlier ones. Filled and written by one thread. */
public interface EngineBatch {

  void put(Family family, byte[] key, byte[] value);

  void delete(Family family, byte[] key);

  /** Removes all keys in {@code [start, end)}. */
  void deleteRange(Family family, byte[] start, byte[] end);

  int count();

  /** About the bytes it will write. */
  long bytes();

  void clear();
}
