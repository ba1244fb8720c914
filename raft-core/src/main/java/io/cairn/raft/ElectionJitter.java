package io.cairn.raft;

/** The only randomness raft-core knows, handed in by the driver from a seed. */
@FunctionalInterface
public interface ElectionJitter {

  /** Uniform in {@code [0, bound)}. */
  long next(long bound);
}
