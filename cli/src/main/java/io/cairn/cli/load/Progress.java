package io.cairn.cli.load;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Shows how a load goes: one line drawn over and over on a terminal, a plain line every {@value #PLAIN_SECONDS} s elsewhere; and the
 * lines of text that come between, each on a line of its own. Safe for any number of threads.
 */
public final class Progress {

  static final long PLAIN_SECONDS = 5;
  private static final long PLAIN_NANOS = TimeUnit.SECONDS.toNanos(PLAIN_SECONDS);
  private static final long RATE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long STALL_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final int BAR_CELLS = 12;
  /** No terminal is narrower; a longer line would wrap and could not be drawn over. */
  private static final int COLUMNS = 79;
  private static final String CLEAR = "\r\u001b[K";

  private final PrintWriter err;
  private final boolean terminal;
  private final long bytesTotal;
  private final long beganNanos;
  private long plainNanos;
  private long sampledNanos;
  private long sampledEnded;
  private double perSecond;
  private long endedBefore;
  private long movedNanos;
  private String drawn = "";

  /**
   * @param terminal whether what was written can be drawn over
   * @param bytesTotal of the input; 0 when it is not known, as of a pipe
   */
  public Progress(PrintWriter err, boolean terminal, long bytesTotal, long nowNanos) {
    this.err = err;
    this.terminal = terminal;
    this.bytesTotal = bytesTotal;
    this.beganNanos = nowNanos;
    this.plainNanos = nowNanos;
    this.sampledNanos = nowNanos;
    this.movedNanos = nowNanos;
  }

  /**
   * A look at a load.
   *
   * @param bytesTaken of the input
   * @param inFlight records that have not ended
   */
  public record Sample(Outcomes.Totals totals, long bytesTaken, int inFlight) {}

  /** A line of text, above what is drawn. */
  public synchronized void say(String text) {
    if (drawn.isEmpty()) {
      err.println("kvctl: " + text.replaceAll("\\s*\\R\\s*", " "));
    } else {
      err.print(CLEAR + "kvctl: " + text.replaceAll("\\s*\\R\\s*", " ") + System.lineSeparator() + drawn);
    }
    err.flush();
  }

  /** Time has passed: draws what is due. */
  public synchronized void tick(Sample sample, long nowNanos) {
    measure(sample, nowNanos);
    if (terminal) {
      drawn = cut(bar(sample, nowNanos));
      err.print(CLEAR + drawn);
      err.flush();
    } else if (nowNanos - plainNanos >= PLAIN_NANOS) {
      plainNanos = nowNanos;
      err.println("kvctl: " + plain(sample, nowNanos));
      err.flush();
    }
  }

  /** The last line, with the mean of the whole. Nothing is drawn afterwards. */
  public synchronized void end(Sample sample, long nowNanos) {
    double seconds = Math.max(1e-3, (nowNanos - beganNanos) / 1e9);
    String line = String.format(Locale.ROOT, "%s in %.1f s, %.0f written/s", counts(sample.totals()), seconds,
        sample.totals().written() / seconds);
    err.println((drawn.isEmpty() ? "" : CLEAR) + "kvctl: " + line);
    err.flush();
    drawn = "";
  }

  private void measure(Sample sample, long nowNanos) {
    long ended = sample.totals().ended();
    if (ended != endedBefore || sample.inFlight() == 0) {
      endedBefore = ended;
      movedNanos = nowNanos;
    }
    long span = nowNanos - sampledNanos;
    if (span >= RATE_NANOS) {
      perSecond = (sample.totals().written() - sampledEnded) * 1e9 / span;
      sampledEnded = sample.totals().written();
      sampledNanos = nowNanos;
    }
  }

  private String bar(Sample sample, long nowNanos) {
    StringBuilder line = new StringBuilder();
    double part = bytesTotal == 0 ? 0 : Math.min(1.0, (double) sample.bytesTaken() / bytesTotal);
    if (bytesTotal > 0) {
      int full = (int) (part * BAR_CELLS);
      line.append('[').append("#".repeat(full)).append("-".repeat(BAR_CELLS - full)).append(String.format("] %3d%% ", (int) (part * 100)));
    }
    line.append(counts(sample.totals())).append(pace(nowNanos));
    if (part > 0.01 && part < 1) {
      line.append(String.format(Locale.ROOT, ", %.0f s left", (nowNanos - beganNanos) / 1e9 * (1 - part) / part));
    }
    return line.toString();
  }

  private String plain(Sample sample, long nowNanos) {
    String percent = bytesTotal == 0 ? "" : String.format(" (%d%%)", Math.min(100, sample.bytesTaken() * 100 / bytesTotal));
    return counts(sample.totals()) + percent + pace(nowNanos);
  }

  private static String counts(Outcomes.Totals totals) {
    return totals.written() + " written, " + totals.refused() + " refused, " + totals.unknown() + " unknown";
  }

  /** The rate, or for how long the cluster has not answered. */
  private String pace(long nowNanos) {
    long still = nowNanos - movedNanos;
    return still >= STALL_NANOS ? ", no answer for " + TimeUnit.NANOSECONDS.toSeconds(still) + " s"
        : String.format(Locale.ROOT, ", %.0f/s", perSecond);
  }

  private static String cut(String line) {
    return line.length() <= COLUMNS ? line : line.substring(0, COLUMNS);
  }
}
