package io.cairn.simulator.main;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.cairn.simulator.swarm.Fault;
import io.cairn.simulator.swarm.Swarm;
import io.cairn.simulator.swarm.SwarmOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Locale;
import org.slf4j.LoggerFactory;

/**
 * What happened in a run, for people: faults, and what each node logged, in a column of its own, with the run's own time; then the events
 * before the end.
 */
final class TraceFile extends AppenderBase<ILoggingEvent> {
  private static final int LAST_EVENTS = 2_000;
  private static final int COLUMN = 40;

  private final PrintWriter out;
  private final ArrayDeque<String> last = new ArrayDeque<>();
  private long nowNanos;
  private String process = "world";

  private TraceFile(PrintWriter out) {
    this.out = out;
  }

  static SeedRun run(Path file, SwarmOptions options, List<Fault> plan) throws IOException {
    try (PrintWriter out = new PrintWriter(Files.newBufferedWriter(file))) {
      TraceFile trace = new TraceFile(out);
      Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
      trace.setContext(root.getLoggerContext());
      trace.start();
      root.detachAndStopAllAppenders();
      root.addAppender(trace);
      root.setLevel(Level.INFO);
      out.println("options " + options);
      SeedRun run = SeedRun.of(() -> Swarm.run(options, plan, trace::event, trace::fault), options, plan);
      root.setLevel(Level.OFF);
      root.detachAppender(trace);
      trace.end(run);
      return run;
    }
  }

  private void event(long sequence, long worldNanos, String life, String loop, String kind, long digest) {
    nowNanos = worldNanos;
    process = life;
    if (last.size() == LAST_EVENTS) {
      last.removeFirst();
    }
    last.addLast(String.format(Locale.ROOT, "%12.6f  #%-9d %-10s %-12s %-12s %016x", worldNanos / 1e9, sequence, life, loop, kind, digest));
  }

  private void fault(String what) {
    out.printf(Locale.ROOT, "%12.6f  == %s%n", nowNanos / 1e9, what);
  }

  @Override
  protected void append(ILoggingEvent event) {
    int column = process.startsWith("n") ? Character.getNumericValue(process.charAt(1)) - 1 : 0;
    String name = event.getLoggerName();
    out.printf(Locale.ROOT, "%12.6f  %s%s %s: %s%n", nowNanos / 1e9, " ".repeat(column * COLUMN / 4), process,
        name.substring(name.lastIndexOf('.') + 1), event.getFormattedMessage());
  }

  private void end(SeedRun run) {
    if (run.failure == null) {
      out.println("kept every promise: " + run.result);
      return;
    }
    out.println("FAILED: " + run.failure.getMessage());
    run.failure.printStackTrace(out);
    out.println("the last events:");
    last.forEach(out::println);
  }
}
