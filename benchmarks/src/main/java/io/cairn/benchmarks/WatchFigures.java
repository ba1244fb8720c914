package io.cairn.benchmarks;

import java.util.Locale;

/**
 * What a run of many watchers came to.
 *
 * @param puts acknowledged
 * @param events seen, by all watchers together
 * @param seconds in which they were put
 * @param settledSeconds from the first put until the last watcher had seen the last one
 * @param p50Micros from a put's acknowledgement to a watcher's seeing it; 0 where it saw it before
 * @param holes watchers that did not see every put
 * @param doubles watchers that saw more than was put
 * @param disorders events whose revision was not above that of the event before it
 * @param errors puts and watches that failed
 * @param reconnects how often a watch went on at another node or connection
 */
record WatchFigures(int watchers, long puts, long events, double seconds, double settledSeconds, long p50Micros, long p99Micros,
    long maxMicros, long holes, long doubles, long disorders, long errors,
    long reconnects) {

  /** Whether every watcher saw every put once and in order. */
  boolean isExact() {
    return holes == 0 && doubles == 0 && disorders == 0 && errors == 0;
  }

  /** Seen by all watchers in a second. */
  double eventsPerSecond() {
    return events / Math.max(0.001, settledSeconds);
  }

  /** The last line of a run; read by scripts. */
  String line() {
    return String.format(Locale.ROOT, "watchers=%d puts=%d events=%d seconds=%.1f settled_seconds=%.1f events_per_s=%.0f p50_us=%d p99_us=%d "
        + "max_us=%d holes=%d doubles=%d disorders=%d errors=%d reconnects=%d", watchers, puts, events, seconds, settledSeconds,
        eventsPerSecond(), p50Micros, p99Micros, maxMicros, holes, doubles, disorders, errors, reconnects);
  }
}
