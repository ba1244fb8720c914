package io.cairn.benchmarks;

import java.util.Locale;

/**
 * What one run came to.
 *
 * @param operations answered without an error
 * @param seconds measured
 * @param p50Micros of the time from the moment a request was due to its answer
 * @param p99Micros as before
 * @param cpuMicros processor time of all nodes during the run, summed
 * @param errors requests that ended with an error
 * @param stolenPercent of the processors' time, that the machine's host gave to others; NaN where it is not known
 */
record Figures(long operations, double seconds, long p50Micros, long p99Micros, long cpuMicros, long errors, double stolenPercent) {

  /** The last line of a run; read by scripts. */
  String line() {
    return String.format(Locale.ROOT, "throughput=%.0f p50_us=%d p99_us=%d cpu_us_per_op=%.1f errors=%d stolen_percent=%s",
        operations / seconds, p50Micros, p99Micros, operations == 0 ? 0.0 : (double) cpuMicros / operations, errors, StolenTime.text(stolenPercent));
  }
}
