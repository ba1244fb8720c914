package io.cairn.simulator.oracle;

import java.util.List;
import java.util.SortedMap;

/** Is told what the cluster applies, once, by whichever replica is the first. */
public interface ApplyWitness {

  /**
   * What a key holds.
   *
   * @param value null where it was deleted
   * @param lease 0 for none
   */
  record Now(String value, long lease) {
    static final Now DELETED = new Now(null, 0);
  }

  /**
   * A revision of a shard changed these keys.
   *
   * @param ended the leases whose ends have deleted them; none where a client's write has changed them
   */
  default void applied(int shard, long revision, List<Long> ended, SortedMap<String, Now> changes) {}

  /** The end of a lease is applied: nothing comes under it from here on, its keys will go. @param expired its time was over; nobody revoked it */
  default void leaseEnds(long lease, boolean expired) {}

  /**
   * A replica has begun to lead.
   *
   * @param sinceNanos when its node's present life began
   */
  default void leads(int shard, String node, long sinceNanos) {}
}
