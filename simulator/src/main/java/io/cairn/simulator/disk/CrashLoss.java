package io.cairn.simulator.disk;

/** What a power failure does to writes that no sync has covered. */
public enum CrashLoss {
  /** Each is lost, applied or torn at a sector, as the seed says. */
  DRAWN,
  /** All are lost. */
  ALL,
  /** None is: the disk happened to be done. */
  NOTHING
}
