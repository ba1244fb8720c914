package io.cairn.storage.guard;

import java.util.Arrays;

/**
 * What a write may be guarded by: a key as it is since its creation. No two keys are created at the same revision under the same name, so it names
 * one life of a key for good.
 *
 * @param key as the state machine has it
 * @param token the key's create revision
 */
public record Subject(byte[] key, long token) implements Comparable<Subject> {

  @Override
  public int compareTo(Subject other) {
    int keys = Arrays.compareUnsigned(key, other.key);
    return keys != 0 ? keys : Long.compare(token, other.token);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Subject(byte[] itsKey, long itsToken) && itsToken == token && Arrays.equals(itsKey, key);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(key) + Long.hashCode(token);
  }
}
