package io.cairn.simulator.scenario;

import java.util.Locale;

/**
 * What one run of a story came to.
 *
 * @param digest of everything that happened; equal for equal seeds
 * @param acknowledged writes
 * @param unknown writes of unknown outcome
 * @param refused writes that certainly had no effect
 * @param reads answered, and checked
 */
public record Result(long seed, long digest, long events, long virtualNanos, long acknowledged, long unknown, long refused, long reads) {

  /** One line, for people and for comparing two JVMs. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "seed=%d digest=%016x events=%d virtual_ms=%d acknowledged=%d unknown=%d refused=%d reads=%d", seed,
        digest, events, virtualNanos / 1_000_000, acknowledged, unknown, refused, reads);
  }
}
