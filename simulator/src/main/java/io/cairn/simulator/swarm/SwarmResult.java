package io.cairn.simulator.swarm;

import io.cairn.simulator.crash.CrashPoint;
import io.cairn.simulator.crash.Death;
import io.cairn.simulator.mark.Mark;
import java.util.Locale;
import java.util.Map;

/**
 * What a run came to that kept every promise.
 *
 * @param digest of everything that happened; equal for equal seeds
 * @param acknowledged writes
 * @param unknown writes of unknown outcome
 * @param refused writes that certainly had no effect
 * @param reads answered and judged
 * @param marks how often each was reached
 * @param crashes how often a node lost its power at each crash point
 * @param deaths the same by what it was then
 */
public record SwarmResult(SwarmOptions options, long digest, long events, long virtualNanos, long acknowledged, long unknown, long refused,
    long reads, Map<Mark, Long> marks, Map<CrashPoint, Long> crashes, Map<Death, Long> deaths) {

  /** One line, for people and for comparing two JVMs. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "seed=%d digest=%016x events=%d virtual_ms=%d acknowledged=%d unknown=%d refused=%d reads=%d",
        options.seed(), digest, events, virtualNanos / 1_000_000, acknowledged, unknown, refused, reads);
  }
}
