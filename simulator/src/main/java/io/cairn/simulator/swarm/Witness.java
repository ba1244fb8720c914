package io.cairn.simulator.swarm;

import io.cairn.client.core.Operation;
import io.cairn.simulator.oracle.ApplyWitness;
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

  /**
   * A call is made.
   *
   * @param client whose calls never see revisions go back
   * @param timeoutNanos within which it is to end
   */
  default void called(long call, int client, long timeoutNanos, Operation<?> operation) {}

  /** It has ended: with a result, or with a failure. */
  default void ended(long call, Object result, Throwable failure) {}

  /** All is mended, and every replica has come to hold the same. */
  default void agreed() {}
}
