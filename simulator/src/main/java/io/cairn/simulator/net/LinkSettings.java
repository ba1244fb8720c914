package io.cairn.simulator.net;

/**
 * How one direction between two hosts behaves.
 *
 * @param baseDelayNanos what every piece of bytes takes
 * @param meanExtraNanos the mean of the exponential delay on top
 * @param resetChance of each piece to be lost, which resets its connection
 * @param fragmentChance of each piece to be cut once more, and of each read to be handed over in parts
 */
public record LinkSettings(long baseDelayNanos, long meanExtraNanos, double resetChance, double fragmentChance) {
  /** A quiet network in one room: 50 µs, and as much again on average. */
  public static final LinkSettings LAN = new LinkSettings(50_000, 50_000, 0, 0.1);
  /** Between processes of one machine. */
  public static final LinkSettings LOOPBACK = new LinkSettings(5_000, 5_000, 0, 0.1);

  public LinkSettings {
    if (baseDelayNanos < 0 || meanExtraNanos < 0) {
      throw new IllegalArgumentException("a delay is not negative, was " + baseDelayNanos + " + " + meanExtraNanos);
    }
    if (!(resetChance >= 0 && resetChance <= 1) || !(fragmentChance >= 0 && fragmentChance < 1)) {
      throw new IllegalArgumentException("a chance lies between 0 and 1, were " + resetChance + " and " + fragmentChance);
    }
  }

  public LinkSettings withResets(double chance) {
    return new LinkSettings(baseDelayNanos, meanExtraNanos, chance, fragmentChance);
  }

  public LinkSettings withDelay(long baseNanos, long meanMoreNanos) {
    return new LinkSettings(baseNanos, meanMoreNanos, resetChance, fragmentChance);
  }
}
