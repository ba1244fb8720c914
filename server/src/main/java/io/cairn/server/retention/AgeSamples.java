package io.cairn.server.retention;

import java.util.ArrayDeque;

/**
 * Which revisions were handed out how long ago, as far as this node has seen: a bounded number of samples of the highest known one, in
 * memory alone. So a node that has just started says of nothing that it is old. For one loop.
 */
final class AgeSamples {
  private static final int PER_AGE = 64;

  private record Sample(long at, long revision) {}

  private final long ageNanos;
  private final ArrayDeque<Sample> samples = new ArrayDeque<>();

  /** @param ageNanos the one that is asked about; 0 for never */
  AgeSamples(long ageNanos) {
    this.ageNanos = ageNanos;
  }

  /** @param known the highest revision that is known to have been handed out by now */
  void note(long now, long known) {
    if (ageNanos == 0 || !samples.isEmpty() && now - samples.getLast().at < ageNanos / PER_AGE) {
      return;
    }
    samples.add(new Sample(now, known));
    while (samples.size() > PER_AGE + 2) {
      samples.poll();
    }
  }

  /** The highest revision that was certainly handed out at least the age ago; 0 when none is known to be. */
  long oldAt(long now) {
    long found = 0;
    for (Sample sample : samples) {
      if (now - sample.at < ageNanos) {
        break;
      }
      found = sample.revision;
    }
    return found;
  }
}
