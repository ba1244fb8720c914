package io.cairn.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * How much of the processors' time a virtual machine's host gave to others while something was measured: figures of two runs can be compared
 * only where it is about the same. From the first line of Linux's {@code /proc/stat}; nothing is known elsewhere.
 */
final class StolenTime {
  /** user, nice, system, idle, iowait, irq, softirq, steal: each moment of a processor is in one of them. */
  private static final int KINDS = 8;

  private final Path stat;
  private long began;
  private long beganStolen;
  private long all;
  private long stolen;

  StolenTime() {
    this(Path.of("/proc/stat"));
  }

  StolenTime(Path stat) {
    this.stat = stat;
  }

  /** From here to the next {@link #end()} counts. */
  void begin() {
    long[] now = ticks();
    began = sum(now);
    beganStolen = now[KINDS - 1];
  }

  void end() {
    long[] now = ticks();
    all += sum(now) - began;
    stolen += now[KINDS - 1] - beganStolen;
  }

  /** Of all processors, in percent of their time; NaN where nothing is known. */
  double percent() {
    return all == 0 ? Double.NaN : 100.0 * stolen / all;
  }

  /** For a line of figures. */
  static String text(double percent) {
    return Double.isNaN(percent) ? "unknown" : String.format(Locale.ROOT, "%.1f", percent);
  }

  private static long sum(long[] ticks) {
    long sum = 0;
    for (long each : ticks) {
      sum += each;
    }
    return sum;
  }

  private long[] ticks() {
    var ticks = new long[KINDS];
    try (var lines = Files.lines(stat)) {
      String[] fields = lines.findFirst().orElse("").trim().split("\\s+");
      for (int i = 0; fields.length > KINDS && i < KINDS; i++) {
        ticks[i] = Long.parseLong(fields[i + 1]);
      }
    } catch (IOException e) {
      return new long[KINDS]; // Not Linux.
    }
    return ticks;
  }
}
