package io.cairn.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** How much longer requests took during an event than just before it, over several rounds of both in one run. */
record Ratios(List<Round> rounds) {

  /** Latencies from the moment a request was due to its answer, in microseconds. */
  record Round(Figures before, Figures during) {
    double p99Ratio() {
      return (double) during.p99Micros() / Math.max(1, before.p99Micros());
    }

    String line(int number) {
      return String.format(Locale.ROOT, "round=%d before_p50_us=%d before_p99_us=%d during_p50_us=%d during_p99_us=%d p99_ratio=%.2f errors=%d "
              + "before_stolen_percent=%s during_stolen_percent=%s",
          number, before.p50Micros(), before.p99Micros(), during.p50Micros(), during.p99Micros(), p99Ratio(),
          before.errors() + during.errors(), StolenTime.text(before.stolenPercent()), StolenTime.text(during.stolenPercent()));
    }
  }

  /** The median; of an even number of rounds the higher one in the middle. */
  double median() {
    double[] sorted = rounds.stream().mapToDouble(Round::p99Ratio).sorted().toArray();
    return sorted[sorted.length / 2];
  }

  /** The last line of a run; read by scripts. */
  String line() {
    double[] all = rounds.stream().mapToDouble(Round::p99Ratio).sorted().toArray();
    return String.format(Locale.ROOT, "rounds=%d p99_ratio_median=%.2f p99_ratio_lowest=%.2f p99_ratio_highest=%.2f errors=%d", rounds.size(),
        median(), all[0], all[all.length - 1],
        rounds.stream().mapToLong(round -> round.before().errors() + round.during().errors()).sum());
  }

  static Ratios of(Round... rounds) {
    return new Ratios(Arrays.asList(rounds));
  }
}
