package io.cairn.simulator.swarm;

/** What a seed draws, with history that is dropped all the while. */
public final class CompactionRun {

  private CompactionRun() {}

  /** How long it takes until events of which no history is kept are removed, and until clients have asked for them. */
  private static final long UNTIL_REMOVED_SECONDS = 90;

  /**
   * Compactions to random revisions, or history that is kept for a second, or both. In half of the seeds history is turned off and on for
   * prefixes; in an eighth for so long that what is not kept is removed.
   */
  public static SwarmOptions options(long seed) {
    SwarmOptions drawn = SwarmOptions.draw(seed);
    drawn = seed % 3 == 0 ? drawn : drawn.with("compact-ms", 50 + 100 * (seed % 4));
    drawn = seed % 3 == 1 || seed % 8 == 3 ? drawn : drawn.with("keep-age-ms", 1_000);
    if (seed % 8 == 3) {
      // Without compactions, which would take it first.
      drawn = drawn.with("compact-ms", 0).with("seconds", UNTIL_REMOVED_SECONDS);
    }
    return seed % 4 < 2 ? drawn : drawn.with("history-off-ms", 300 + 400 * (seed % 5));
  }
}
