package io.cairn.raft;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Runs a range of seeds on several threads and adds up what happened. Also a command line:
 *
 * <pre>
 *   RaftSeeds --seeds 1..10000 [--threads 2] [--deliveries 5000] [--results FILE] [--quiet]
 *   RaftSeeds --trace SEED
 *   RaftSeeds --sum FILE
 * </pre>
 *
 * It prints a line with {@code digest=HEX} for each seed, ends with {@code N passed, N failed}, and its status is 0 when none failed.
 * {@code --results} appends one line a call, which {@code --sum} adds up.
 */
final class RaftSeeds {

  /** What each seed must deliver at least to count. */
  static final long DELIVERIES = 5_000;

  record Failure(long seed, String message) {}

  private final long deliveries;
  private final PrintStream out;
  private final SimTally tally = new SimTally();
  private final List<Failure> failures = new ArrayList<>();
  private long passed;
  private long digests;
  private long nanos;

  /** @param out a line for each seed goes here; null for none */
  RaftSeeds(long deliveries, PrintStream out) {
    this.deliveries = deliveries;
    this.out = out;
  }

  SimTally tally() {
    return tally;
  }

  List<Failure> failures() {
    return failures;
  }

  long passed() {
    return passed;
  }

  /** Over all seeds, whatever their order was. */
  long digests() {
    return digests;
  }

  /** Both ends included. A seed's run is one thread's alone, so its digest does not depend on how many there are. */
  RaftSeeds run(long from, long to, int threads) {
    var next = new AtomicLong(from);
    var workers = new ArrayList<Thread>();
    long begun = System.nanoTime();
    for (int i = 0; i < threads; i++) {
      workers.add(Thread.ofPlatform().name("seeds-" + i).start(() -> {
        for (long seed = next.getAndIncrement(); seed <= to; seed = next.getAndIncrement()) {
          run(seed);
        }
      }));
    }
    for (Thread worker : workers) {
      join(worker);
    }
    nanos = System.nanoTime() - begun;
    return this;
  }

  private static void join(Thread worker) {
    try {
      worker.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException("the seeds were interrupted", e);
    }
  }

  private void run(long seed) {
    var cluster = new SimCluster(seed);
    String failure = null;
    try {
      cluster.run(deliveries);
    } catch (AssertionError | RuntimeException e) {
      failure = describe(seed, cluster, e);
    }
    synchronized (this) {
      digests += cluster.digest();
      tally.add(cluster.tally());
      if (failure == null) {
        passed++;
      } else {
        failures.add(new Failure(seed, failure));
      }
      if (out != null) {
        out.println("seed=" + seed + " replicas=" + cluster.options().replicas() + " delivered=" + cluster.tally().delivered + " digest="
            + Long.toHexString(cluster.digest()) + (failure == null ? "" : " FAILED " + failure));
      }
    }
  }

  /** How a seed failed, in one line, after the word {@code raft-sim:}; null when it passed. For whoever plants bugs. */
  static String failureOf(long seed) {
    try {
      new SimCluster(seed).run(DELIVERIES);
      return null;
    } catch (AssertionError | RuntimeException e) {
      return "raft-sim: " + String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }
  }

  static String describe(long seed, SimCluster cluster, Throwable thrown) {
    return "seed " + seed + " at " + cluster.now() / 1000 + " us: " + thrown.getMessage() + "\n" + cluster.options()
        + cluster.describe() + "\nreplay: bin/raft-sim --trace " + seed;
  }

  String summary() {
    double seconds = nanos / 1e9;
    return "%s%ndigests=%s seconds=%.1f events-a-second=%.0f deliveries-a-second=%.0f".formatted(tally, Long.toHexString(digests), seconds,
        tally.events / seconds, tally.delivered / seconds);
  }

  // ---- command line

  public static void main(String[] args) throws IOException {
    long[] seeds = null;
    int threads = 2;
    long deliveries = DELIVERIES;
    Path results = null;
    boolean quiet = false;
    for (int i = 0; i < args.length; i++) {
      switch (args[i]) {
        case "--seeds" -> seeds = range(value(args, ++i));
        case "--threads" -> threads = Integer.parseInt(value(args, ++i));
        case "--deliveries" -> deliveries = Long.parseLong(value(args, ++i));
        case "--results" -> results = Path.of(value(args, ++i));
        case "--quiet" -> quiet = true;
        case "--trace" -> {
          System.exit(trace(Long.parseLong(value(args, ++i)), deliveries) ? 0 : 1);
        }
        case "--sum" -> {
          System.exit(sum(Path.of(value(args, ++i))) ? 0 : 1);
        }
        default -> fail("what is " + args[i] + "?");
      }
    }
    if (seeds == null) {
      fail("--seeds A..B is missing");
      return;
    }
    RaftSeeds run = new RaftSeeds(deliveries, quiet ? null : System.out).run(seeds[0], seeds[1], threads);
    run.failures.forEach(failure -> System.out.println("FAILED " + failure.message()));
    System.out.println(run.summary());
    if (results != null) {
      String line = "seeds=" + seeds[0] + ".." + seeds[1] + " passed=" + run.passed + " failed=" + run.failures.size() + " events="
          + run.tally.events + " delivered=" + run.tally.delivered + " virtual-s=" + run.tally.virtualNanos / 1_000_000_000 + " ms="
          + run.nanos / 1_000_000 + " digests=" + Long.toHexString(run.digests) + "\n";
      Files.writeString(results, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
    System.out.println(run.passed + " passed, " + run.failures.size() + " failed");
    System.exit(run.failures.isEmpty() ? 0 : 1);
  }

  /** One seed again, with everything that comes and changes. */
  private static boolean trace(long seed, long deliveries) {
    var cluster = new SimCluster(seed);
    cluster.traceTo(System.out);
    try {
      cluster.run(deliveries);
      return true;
    } catch (AssertionError | RuntimeException e) {
      System.out.println("FAILED " + describe(seed, cluster, e));
      return false;
    }
  }

  private static String value(String[] args, int at) {
    if (at >= args.length) {
      fail(args[at - 1] + " wants a value");
    }
    return args[at];
  }

  private static long[] range(String text) {
    String[] ends = text.split("\\.\\.");
    if (ends.length != 2) {
      fail("--seeds wants A..B, both included, not " + text);
    }
    return new long[] {Long.parseLong(ends[0]), Long.parseLong(ends[1])};
  }

  private static void fail(String why) {
    System.err.println(why + "\nusage: raft-sim --seeds A..B [--threads N] [--deliveries N] [--results FILE] [--quiet] | --trace SEED | --sum FILE");
    System.exit(64);
  }

  /** Adds up what {@code --results} has written; overlapping ranges are counted twice, and said so. */
  private static boolean sum(Path results) throws IOException {
    long[] sums = new long[6];
    String[] names = {"passed", "failed", "events", "delivered", "virtual-s", "ms"};
    for (String line : Files.readAllLines(results)) {
      for (String word : line.split(" ")) {
        for (int i = 0; i < names.length; i++) {
          if (word.startsWith(names[i] + "=")) {
            sums[i] += Long.parseLong(word.substring(names[i].length() + 1));
          }
        }
      }
    }
    System.out.println("events=" + sums[2] + " delivered=" + sums[3] + " virtual-s=" + sums[4] + " seconds=" + sums[5] / 1000);
    System.out.println(sums[0] + " passed, " + sums[1] + " failed");
    return sums[1] == 0;
  }
}
