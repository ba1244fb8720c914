package io.cairn.simulator.swarm;

import io.cairn.client.KeyRange;
import io.cairn.client.KvException;
import io.cairn.client.WatchBatch;
import io.cairn.client.WatchOptions;
import io.cairn.client.WatchState;
import io.cairn.client.core.Operation;
import io.cairn.simulator.cluster.SimCluster;
import io.cairn.simulator.oracle.ApplyWitness;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Is told what the clients of a run ask and are answered, and what the cluster applies, so that a run can be judged by whoever knows
 * nothing of it. A call's number is given once.
 */
public interface Witness extends ApplyWitness {

  /** Wants to know nothing. */
  Witness NONE = new Witness() {};

  /** The run begins; {@code clock} tells its true time, in nanoseconds. */
  default void begins(LongSupplier clock) {}

  /** The cluster serves: others than the run's own may begin to use it, until {@code stopping} says so. */
  default void started(SimCluster cluster, BooleanSupplier stopping) {}

  /**
   * A call is made.
   *
   * @param client whose calls never see revisions go back
   * @param timeoutNanos within which it is to end
   */
  default void called(long call, int client, long timeoutNanos, Operation<?> operation) {}

  /** It has ended: with a result, or with a failure. */
  default void ended(long call, Object result, Throwable failure) {}

  /** How many watches are to follow what happens. */
  default int watches() {
    return 0;
  }

  /** A watch begins. */
  default void watchOpened(long watch, int client, KeyRange range, WatchOptions options) {}

  /** It has shown this. */
  default void watchShows(long watch, WatchBatch batch) {}

  default void watchFares(long watch, WatchState state, Optional<KvException> why) {}

  /** Nothing happens any more, and has not for long: all watches must have shown everything up to this revision. */
  default void drained(long revision) {}

  /** All is mended, and every replica has come to hold the same. */
  default void agreed() {}

  /** A fault begins, or all are mended, as it is told to people. */
  default void fault(String what) {}

  /** Nothing fails any more, and every node serves: what is promised while nothing fails holds from here on. */
  default void serves() {}

  /** A lease is kept alive by its client from here on, for some time, by calls that nobody tells of. */
  default void keptAlive(long lease) {}
}
