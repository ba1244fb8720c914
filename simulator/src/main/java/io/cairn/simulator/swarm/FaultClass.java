package io.cairn.simulator.swarm;

/** Kinds of trouble that a run has or has not. Each is there in half of the runs: faults that are always on hide others. */
public enum FaultClass {
  NETWORK,
  DISK,
  CLOCK,
  PROCESS,
  /** An operator stops nodes and starts them again. */
  OPERATOR,
  /** An operator asks for leaderships to be elsewhere. */
  LEADERSHIP,
  /** An operator adds, promotes, replaces and removes nodes. */
  MEMBERS,
  /** Bits turn over on one node's disk. */
  ROT
}
