package io.cairn.cli;

import io.cairn.cli.load.LineReader;
import io.cairn.cli.load.Load;
import io.cairn.cli.load.Outcomes;
import io.cairn.cli.load.Outcomes.Totals;
import io.cairn.cli.load.Progress;
import io.cairn.client.KvClient;
import io.cairn.client.PutOptions;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import tools.jackson.core.JsonGenerator;

@Command(name = "load", description = {
    "Puts every line KEY<tab>VALUE of a file, and shows which lines were not written.",
    "The key ends at the first tab; every other byte of the line belongs to the value as it stands, also a carriage return.",
    "Each record waits for a cluster that is away for up to --timeout, here 60s by default. A line that is no record is named",
    "and passed over. Of several lines with one key the last one wins.",
    "",
    "Every line ends as one of three: written; refused, with certainly no effect; unknown, when it may have had one.",
    "Loading the same file again is safe: a put of the same value changes nothing but the revision.",
    "",
    "Exit status: 0 every line was written; 3 some are unknown, or a signal or the input ended the load early; else 5 nothing",
    "was written for no node could be reached; else 2 the cluster refused some or was away for too long; else 4 some lines are",
    "no records, or too large."},
    footer = {"", "Examples:", "  kvctl load records.tsv", "  bin/package-index | kvctl load - --escapes --rate 1500",
        "  kvctl load records.tsv --report outcomes.tsv; grep -v written outcomes.tsv"})
final class LoadVerb implements Callable<Integer> {

  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final long RATE_MAX = 10_000_000;
  private static final long TICK_MILLIS = 200;
  /** What a person who has pressed Ctrl-C still waits for. */
  private static final long LAST_ANSWERS_MILLIS = 2_000;
  private static final long SIGNAL_SECONDS = 10;
  /** Ranges of lines shown at the end; JSON and the report have more. */
  private static final int RANGES_SHOWN = 20;

  @ParentCommand private Kvctl root;

  @Parameters(index = "0", paramLabel = "FILE|-", description = "The file; - is stdin.")
  private String file;

  @Option(names = "--rate", paramLabel = "N", description = "Sends at most N records a second. Default: as fast as the cluster takes them.")
  private Long rate;

  @Option(names = "--escapes", description = "Decodes \\n, \\t and \\\\ in values; a line with any other escape is no record.")
  private boolean escapes;

  @Option(names = "--report", paramLabel = "FILE", description = {
      "Writes a line for each line of the input, in the order in which they end: LINE, written, refused or unknown, REVISION or -, and",
      "why; with tabs between."})
  private Path reportFile;

  private Progress progress;
  private Outcomes outcomes;
  private LineReader lines;
  private Load load;
  private volatile boolean signalled;
  private boolean concluded;

  @Override
  public Integer call() throws IOException {
    root.refuseNode();
    if (rate != null && (rate < 1 || rate > RATE_MAX)) {
      throw new BadInput("--rate: records a second lie between 1 and " + RATE_MAX + ", was " + rate);
    }
    try (InputStream in = input()) {
      progress = new Progress(root.err(), root.isTerminal(), size(), System.nanoTime());
      outcomes = new Outcomes(progress::say, report());
      lines = new LineReader(in, escapes);
      return load();
    }
  }

  private InputStream input() {
    if (file.equals("-")) {
      return root.in();
    }
    if (Files.isDirectory(Path.of(file))) {
      throw new BadInput(file + " is a folder; name a file, or - for stdin");
    }
    try {
      return Files.newInputStream(Path.of(file));
    } catch (IOException e) {
      throw new BadInput(file + " cannot be read: " + e.getClass().getSimpleName().replace("Exception", ""));
    }
  }

  private long size() throws IOException {
    return !file.equals("-") && Files.isRegularFile(Path.of(file)) ? Files.size(Path.of(file)) : 0;
  }

  private OutputStream report() {
    try {
      return reportFile == null ? null : new BufferedOutputStream(Files.newOutputStream(reportFile));
    } catch (IOException e) {
      throw new BadInput("--report: " + reportFile + " cannot be written: " + e.getClass().getSimpleName().replace("Exception", ""));
    }
  }

  private int load() throws IOException {
    ScheduledExecutorService ticks = Executors.newSingleThreadScheduledExecutor(
        Thread.ofPlatform().daemon().name("kvctl-progress").factory());
    try (KvClient client = root.connect(TIMEOUT)) {
      load = new Load(lines, (key, value) -> client.async().put(key, value, PutOptions.DEFAULT), rate == null ? 0 : rate,
          outcomes);
      Thread onSignal = new Thread(() -> signalled(client), "kvctl-signal");
      Runtime.getRuntime().addShutdownHook(onSignal);
      try {
        ticks.scheduleAtFixedRate(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
        return run();
      } finally {
        removeHook(onSignal);
      }
    } finally {
      ticks.shutdownNow();
    }
  }

  private int run() throws IOException {
    String early = null;
    try {
      load.run();
      early = signalled ? "ended by a signal" : null;
    } catch (IOException e) {
      early = "the input cannot be read any further: " + e.getMessage();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      early = "interrupted";
    }
    return conclude(early);
  }

  private void tick() {
    progress.tick(sample(), System.nanoTime());
    outcomes.flush();
  }

  private Progress.Sample sample() {
    return new Progress.Sample(outcomes.counts(), lines.bytesTaken(), load.inFlight());
  }

  /** A signal ends the process. What is in flight ends soon, in one of the three ways, and the summary is still shown. */
  private void signalled(KvClient client) {
    signalled = true;
    int status = ExitStatus.UNKNOWN;
    try {
      load.stop(LAST_ANSWERS_MILLIS);
      client.close();
      conclude("ended by a signal");
    } catch (IOException | InterruptedException e) {
      status = ExitStatus.REFUSED;
    }
    Runtime.getRuntime().halt(status);
  }

  private static void removeHook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException ending) {
      awaitEnd(); // The hook runs, and ends the process: what comes behind this would only disturb its summary.
    }
  }

  private static void awaitEnd() {
    try {
      TimeUnit.SECONDS.sleep(SIGNAL_SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Shows the end, once. @param early why not the whole input was read; null when it was */
  private synchronized int conclude(String early) throws IOException {
    if (concluded) {
      return ExitStatus.UNKNOWN;
    }
    concluded = true;
    Totals totals = outcomes.totals();
    progress.end(sample(), System.nanoTime());
    if (early != null) {
      progress.say(early + "; lines that are in no count were not sent");
    }
    show(totals, early == null);
    root.output().flush();
    int status = early == null ? status(totals) : ExitStatus.UNKNOWN;
    try {
      outcomes.close();
    } catch (IOException e) {
      progress.say("the report is not whole: " + e.getMessage());
      return status == ExitStatus.DONE ? ExitStatus.REFUSED : status;
    }
    return status;
  }

  private static int status(Totals totals) {
    if (totals.unknown() > 0) {
      return ExitStatus.UNKNOWN;
    }
    if (totals.refused() == 0) {
      return ExitStatus.DONE;
    }
    if (totals.unreachable() > 0 && totals.written() == 0) {
      return ExitStatus.CANNOT_CONNECT;
    }
    return totals.faults() < totals.refused() ? ExitStatus.REFUSED : ExitStatus.BAD_INPUT;
  }

  private void show(Totals totals, boolean whole) throws IOException {
    Output output = root.output();
    switch (root.format()) {
      case json -> output.json(json -> json(json, totals, whole));
      case table -> output.table(List.of("OUTCOME", "LINES", "WHICH"), List.of(
          List.of("written", Long.toString(totals.written()), "-"),
          List.of("refused", Long.toString(totals.refused()), which(totals.refusedLines(), totals.refused(), totals.refusedUnlisted())),
          List.of("unknown", Long.toString(totals.unknown()), which(totals.unknownLines(), totals.unknown(), totals.unknownUnlisted()))));
      case simple -> {
        output.line("written " + totals.written());
        output.line("refused " + totals.refused() + colon(totals.refusedLines(), totals.refused(), totals.refusedUnlisted()));
        output.line("unknown " + totals.unknown() + colon(totals.unknownLines(), totals.unknown(), totals.unknownUnlisted()));
      }
      case raw -> { }
    }
  }

  private static String colon(List<String> ranges, long count, long unlisted) {
    return ranges.isEmpty() ? "" : ": " + (count == 1 ? "line " : "lines ") + which(ranges, count, unlisted);
  }

  private static String which(List<String> ranges, long count, long unlisted) {
    if (ranges.isEmpty()) {
      return "-";
    }
    String shown = String.join(", ", ranges.subList(0, Math.min(RANGES_SHOWN, ranges.size())));
    return ranges.size() > RANGES_SHOWN || unlisted > 0 ? shown + ", ..." : shown;
  }

  private static void json(JsonGenerator json, Totals totals, boolean whole) {
    json.writeNumberProperty("written", totals.written());
    json.writeNumberProperty("refused", totals.refused());
    json.writeNumberProperty("unknown", totals.unknown());
    json.writeBooleanProperty("whole", whole);
    json.writeNumberProperty("firstRevision", totals.firstRevision());
    json.writeNumberProperty("lastRevision", totals.lastRevision());
    lines(json, "refused", totals.refusedLines(), totals.refusedUnlisted());
    lines(json, "unknown", totals.unknownLines(), totals.unknownUnlisted());
  }

  private static void lines(JsonGenerator json, String outcome, List<String> ranges, long unlisted) {
    json.writeArrayPropertyStart(outcome + "Lines");
    ranges.forEach(json::writeString);
    json.writeEndArray();
    json.writeNumberProperty(outcome + "LinesUnlisted", unlisted);
  }
}
