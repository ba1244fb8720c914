package io.cairn.simulator.main;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.cairn.simulator.swarm.Fault;
import io.cairn.simulator.swarm.Scenario;
import io.cairn.simulator.swarm.Shrinker;
import io.cairn.simulator.swarm.Swarm;
import io.cairn.simulator.swarm.SwarmOptions;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.slf4j.LoggerFactory;

/** Runs seeds of simulated clusters. {@link SimArguments#USAGE} says what it takes. */
public final class Sim {
  private static final long SHRINK_NANOS_MAX = 600_000_000_000L;

  private final SimArguments arguments;
  private final PrintStream out;
  private final Totals totals = new Totals();

  private Sim(SimArguments arguments, PrintStream out) {
    this.arguments = arguments;
    this.out = out;
  }

  public static void main(String[] words) throws Exception {
    System.exit(run(words, System.out, System.err));
  }

  /** The exit status. */
  static int run(String[] words, PrintStream out, PrintStream err) throws Exception {
    quiet();
    SimArguments arguments;
    try {
      arguments = SimArguments.parse(words);
    } catch (SimArguments.Wrong wrong) {
      err.println("sim: " + wrong.getMessage());
      err.print(SimArguments.USAGE);
      return 2;
    }
    return new Sim(arguments, out).run();
  }

  /** What nodes log is of interest in a trace alone. */
  static void quiet() {
    ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).setLevel(Level.OFF);
  }

  static Path root() {
    return Path.of(System.getProperty("cairn.root", "."));
  }

  private int run() throws Exception {
    if (arguments.mutants != null) {
      long last = arguments.lastSeed == 0 ? 2_000 : arguments.lastSeed;
      int survived = new MutantRuns(root(), System.getProperty("java.class.path"), out).runAll(arguments.mutants, arguments.firstSeed, last);
      out.println(survived + " survived");
      return survived == 0 ? 0 : 1;
    }
    if (arguments.mutant != null) {
      runMutant();
    } else if (arguments.scenario != null) {
      Scenario scenario = Scenario.parse(Files.readString(arguments.scenario));
      take(SeedRun.of(scenario.options(), scenario.plan()));
    } else {
      runSeeds();
    }
    Totals sum = arguments.results == null ? totals : totals.addTo(arguments.results);
    out.println(sum.report());
    out.println(sum.of("passed") + " passed, " + sum.of("failed") + " failed");
    return totals.of("failed") == 0 ? 0 : 1;
  }

  private SwarmOptions options(long seed) {
    SwarmOptions options = SwarmOptions.draw(seed);
    options = arguments.nodes == 0 ? options : options.with("nodes", arguments.nodes);
    return arguments.seconds == 0 ? options : options.with("seconds", arguments.seconds);
  }

  /** In the order of the seeds, some at a time: worlds share nothing. */
  private void runSeeds() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(arguments.threads)) {
      ArrayDeque<Future<SeedRun>> running = new ArrayDeque<>();
      for (long seed = arguments.firstSeed; seed <= arguments.lastSeed; seed++) {
        SwarmOptions options = options(seed);
        running.add(threads.submit(() -> timed(options)));
        if (running.size() > arguments.threads) {
          take(next(running));
        }
      }
      while (!running.isEmpty()) {
        take(next(running));
      }
    }
  }

  private SeedRun timed(SwarmOptions options) throws IOException {
    long began = System.nanoTime();
    List<Fault> plan = Swarm.plan(options);
    SeedRun run = arguments.trace == null ? SeedRun.of(options, plan) : TraceFile.run(arguments.trace, options, plan);
    synchronized (totals) {
      totals.add("wall-ms", (System.nanoTime() - began) / 1_000_000);
    }
    return run;
  }

  private static SeedRun next(ArrayDeque<Future<SeedRun>> running) throws InterruptedException, ExecutionException {
    return running.removeFirst().get();
  }

  private void take(SeedRun run) throws IOException {
    synchronized (totals) {
      if (run.failure == null) {
        totals.passed(run.result);
        out.println(run.result);
        return;
      }
      totals.failed(run.options.seed(), SeedRun.invariant(run.failure));
    }
    report(run);
    if (arguments.shrink != null && !Files.exists(arguments.shrink)) {
      shrink(run);
    }
  }

  /** One block of lines: seed, options, invariant, what happened, and the command that shows it again. */
  private void report(SeedRun run) {
    out.println("FAILED SEED=" + run.options.seed() + "L INVARIANT=" + SeedRun.invariant(run.failure));
    out.println("  OPTIONS=" + run.options);
    out.println("  " + run.failure.getMessage());
    if (!(run.failure instanceof io.cairn.simulator.schedule.SimFailure)) {
      run.failure.printStackTrace(out);
    }
    String fixed = (arguments.nodes == 0 ? "" : " --nodes " + arguments.nodes)
        + (arguments.seconds == 0 ? "" : String.format(Locale.ROOT, " --minutes %.4f", arguments.seconds / 60.0));
    out.println("  replay: bin/sim --seed " + run.options.seed() + fixed + " --trace trace.txt");
    out.println("  make it smaller: bin/sim --seed " + run.options.seed() + fixed + " --shrink scenario.txt");
  }

  private void shrink(SeedRun run) throws IOException {
    String invariant = SeedRun.invariant(run.failure);
    long end = System.nanoTime() + SHRINK_NANOS_MAX;
    Shrinker shrinker = new Shrinker((options, plan) -> {
      SeedRun smaller = SeedRun.of(options, plan);
      return smaller.failure != null && SeedRun.invariant(smaller.failure).equals(invariant);
    }, () -> System.nanoTime() < end);
    Scenario small = shrinker.shrink(new Scenario(invariant, run.options, run.plan));
    Files.writeString(arguments.shrink, small.toString());
    out.println("  " + run.plan.size() + " faults became " + small.plan().size() + ", after " + shrinker.tries() + " tries, in "
        + arguments.shrink + "; replay: bin/sim --scenario " + arguments.shrink);
  }

  private void runMutant() throws IOException {
    Mutant mutant = Mutant.read(root(), arguments.mutant);
    out.println("planted: " + mutant.id + ", " + mutant.sentence);
    new MutantRuns(root(), System.getProperty("java.class.path"), out).withPlanted(mutant, (_, run) -> {
      for (long seed = arguments.firstSeed; seed <= arguments.lastSeed; seed++) {
        String failure = MutantRuns.failureOf(run, seed);
        totals.add(failure == null ? "passed" : "failed", 1);
        out.println(failure == null ? "seed=" + seed + " passed" : "FAILED SEED=" + seed + "L " + failure);
      }
    });
  }
}
