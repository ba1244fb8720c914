package io.cairn.simulator.swarm;

/** What a seed draws, with history that is dropped all the while. */
public final class CompactionRun {

  private CompactionRun() {}

  /** Compactions to random revisions, or history that is kept for a second, or both. */
  public static SwarmOptions options(long seed) {
    SwarmOptions drawn = SwarmOptions.draw(seed);
    drawn = seed % 3 == 0 ? drawn : drawn.with("compact-ms", 50 + 100 * (seed % 4));
    return seed % 3 == 1 ? drawn : drawn.with("keep-age-ms", 1_000);
  }
}
