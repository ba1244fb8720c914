package io.cairn.cli.load;

import java.io.Closeable;
import java.io.Flushable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;

/**
 * What became of each line: counted, the lines that were not written kept as ranges, the first of them named at once, and every one written
 * to a report where there is one. Safe for any number of threads; each line ends here once.
 */
public final class Outcomes implements Flushable, Closeable {

  /** Lines named one by one as they fail; a file of the wrong kind would otherwise fill the terminal. */
  static final int NAMED_MAX = 20;
  /** Ranges of lines kept for the end. */
  static final int RANGES_MAX = 1_000;

  private final Consumer<String> namer;
  private final OutputStream report;
  private final LineRanges refused = new LineRanges(RANGES_MAX);
  private final LineRanges unknown = new LineRanges(RANGES_MAX);
  private long written;
  private long faults;
  private long unreachable;
  private long firstRevision;
  private long lastRevision;
  private int named;
  private IOException reportFailure;

  /**
   * @param namer is told, as text for people, of lines that were not written
   * @param report takes a line for each line, as its outcome is known: number, outcome, revision, reason, with tabs between; null for none
   */
  public Outcomes(Consumer<String> namer, OutputStream report) {
    this.namer = namer;
    this.report = report;
  }

  /** Why a line was refused, as far as the end of the whole depends on it. */
  public enum Refusal {
    /** Its own fault: as it is, no cluster of these limits takes it. */
    FAULT,
    /** No node could be reached for it. */
    UNREACHABLE,
    /** The cluster's answer. */
    CLUSTER
  }

  /**
   * Where it stands.
   *
   * @param written lines that are in the cluster
   * @param refused lines that certainly had no effect
   * @param faults those of the refused that are wrong themselves
   * @param unreachable those of the refused for which no node could be reached
   * @param unknown lines that may have had an effect
   * @param firstRevision the lowest revision of a written line; 0 when none is
   * @param lastRevision the highest
   * @param refusedLines ascending, as in {@code 3} and {@code 7-9}; the first {@value #RANGES_MAX}
   * @param refusedUnlisted how many lines are not among them
   */
  public record Totals(long written, long refused, long faults, long unreachable, long unknown, long firstRevision, long lastRevision,
      List<String> refusedLines, long refusedUnlisted, List<String> unknownLines, long unknownUnlisted) {

    public long ended() {
      return written + refused + unknown;
    }
  }

  synchronized void written(long line, long revision) {
    written++;
    firstRevision = firstRevision == 0 ? revision : Math.min(firstRevision, revision);
    lastRevision = Math.max(lastRevision, revision);
    report(line, "written", Long.toString(revision), "");
  }

  synchronized void refused(long line, Refusal kind, String why) {
    refused.add(line);
    faults += kind == Refusal.FAULT ? 1 : 0;
    unreachable += kind == Refusal.UNREACHABLE ? 1 : 0;
    name(line, "refused: ", why);
    report(line, "refused", "-", why);
  }

  synchronized void unknown(long line, String why) {
    unknown.add(line);
    name(line, "outcome unknown: ", why);
    report(line, "unknown", "-", why);
  }

  private void name(long line, String kind, String why) {
    if (named < NAMED_MAX) {
      namer.accept("line " + line + ": " + kind + why);
    } else if (named == NAMED_MAX) {
      namer.accept("more lines than " + NAMED_MAX + " were not written; from here on they are counted, and their numbers shown at the end"
          + (report == null ? "; --report FILE names them all" : ""));
    }
    named++;
  }

  private void report(long line, String outcome, String revision, String why) {
    if (report == null || reportFailure != null) {
      return;
    }
    String text = line + "\t" + outcome + "\t" + revision + "\t" + why.replaceAll("[\\t\\r\\n]+", " ") + "\n";
    try {
      report.write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      reportFailure = e;
    }
  }

  /** So that whoever reads the report meanwhile sees where it stands. */
  @Override
  public synchronized void flush() {
    if (report != null && reportFailure == null) {
      try {
        report.flush();
      } catch (IOException e) {
        reportFailure = e;
      }
    }
  }

  /** @throws IOException when the report is not whole; of the load itself that says nothing */
  @Override
  public synchronized void close() throws IOException {
    flush();
    if (report != null) {
      report.close();
    }
    if (reportFailure != null) {
      throw reportFailure;
    }
  }

  /** Without the listing of lines: cheap. */
  public synchronized Totals counts() {
    return totals(List.of(), List.of());
  }

  public synchronized Totals totals() {
    return totals(refused.texts(), unknown.texts());
  }

  private Totals totals(List<String> refusedLines, List<String> unknownLines) {
    return new Totals(written, refused.count(), faults, unreachable, unknown.count(), firstRevision, lastRevision, refusedLines,
        refused.unlisted(), unknownLines, unknown.unlisted());
  }
}
