package io.cairn.storage.engine;

import java.util.Arrays;

/** Changes that become visible together. Later ones win over earlier ones. Filled and written by one thread. */
public interface EngineBatch {

  void put(Family family, byte[] key, byte[] value);

  /**
   * The same for parts of larger buffers, which are copied: what is laid out in one scratch buffer needs no array of its own.
   */
  default void put(Family family, byte[] key, int keyLength, byte[] value, int valueLength) {
    put(family, Arrays.copyOf(key, keyLength), Arrays.copyOf(value, valueLength));
  }

  void delete(Family family, byte[] key);

  /** Removes all keys in {@code [start, end)}. */
  void deleteRange(Family family, byte[] start, byte[] end);

  int count();

  /** About the bytes it will write. */
  long bytes();

  void clear();
}
