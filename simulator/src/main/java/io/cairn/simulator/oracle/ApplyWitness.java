package io.cairn.simulator.oracle;

import java.util.SortedMap;

/** Is told what the cluster applies, once, by whichever replica is the first. */
public interface ApplyWitness {

  /**
   * A revision of a shard changed these keys.
   *
   * @param changes the value that each key holds now; null where it was deleted
   */
  default void applied(int shard, long revision, SortedMap<String, String> changes) {}
}
