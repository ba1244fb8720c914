package io.cairn.benchmarks;

import io.cairn.client.KeyRange;
import io.cairn.client.KeyValue;
import io.cairn.client.KvClient;
import io.cairn.client.KvLock;
import io.cairn.client.LockOptions;
import io.cairn.client.RangeOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Many clients in some processes that queue on one lock, of which some processes are killed while one of their clients holds it. All times are of
 * {@code CLOCK_MONOTONIC}, which is one for all processes of a machine.
 */
public final class LockCrowd implements AutoCloseable {

  /**
   * What is to be done.
   *
   * @param clients in all, spread evenly over {@code processes}, of which the first {@code killed} are killed
   * @param ttl of the clients' sessions
   * @param hold how long each client holds the lock
   * @param most how long is waited for each step
   */
  public record Plan(String endpoints, String name, int clients, int processes, int killed, Duration ttl, Duration hold, Duration most) {}

  /** A client's turn: from its grant to where it begins to release the lock; -1 while, or if, it never did. */
  static final class Turn {
    private final long token;
    private final int process;
    private final long grantedAt;
    private long releasedAt = -1;

    Turn(long token, int process, long grantedAt) {
      this.token = token;
      this.process = process;
      this.grantedAt = grantedAt;
    }

    long token() {
      return token;
    }

    int process() {
      return process;
    }

    long grantedAt() {
      return grantedAt;
    }

    boolean isReleased() {
      return releasedAt >= 0;
    }

    long releasedAt() {
      return releasedAt;
    }

    Turn releasedAt(long at) {
      releasedAt = at;
      return this;
    }
  }

  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
  private static final int KILL_AFTER_TENTHS = 1;

  private final Plan plan;
  private final List<Process> processes = new ArrayList<>();
  private final Map<Long, Turn> turns = new TreeMap<>();
  private final List<String> failures = new ArrayList<>();
  private long killedAt = -1;

  public LockCrowd(Plan plan) {
    this.plan = plan;
  }

  /** Runs it to its end. Whoever calls it closes it. */
  public LockVerdict run() throws IOException, InterruptedException {
    try (KvClient client = KvClient.builder().endpoints(plan.endpoints.split(",")).deadline(Duration.ofSeconds(30)).build()) {
      KvLock gate = client.lock(plan.name, LockOptions.DEFAULT.withTtl(Duration.ofSeconds(30)));
      long first = gate.lockAndGetToken();
      KeyRange places = KeyRange.prefix("{" + plan.name + "}/lock/");
      LongSupplier taken = () -> client.range(places, RangeOptions.DEFAULT.withCountOnly()).count() - 1;
      start(0, plan.killed);
      int doomed = plan.clients - survivors(plan);
      // Or all of them might stand behind everybody else, and nobody be left to wait for the dead.
      await("half of those that are to be killed have their place", () -> taken.getAsLong() >= doomed / 2);
      start(plan.killed, plan.processes);
      await("all clients have their place", () -> taken.getAsLong() == plan.clients);
      var queue = new TreeSet<Long>();
      for (KeyValue place : client.scan(places, RangeOptions.DEFAULT.withKeysOnly())) {
        queue.add(place.createRevision());
      }
      queue.remove(first);
      long opened = System.nanoTime();
      gate.unlock();
      await("every survivor has had the lock", this::survivorsAreThrough);
      synchronized (this) {
        return LockVerdict.of(plan, List.copyOf(queue), List.copyOf(turns.values()), failures, opened, killedAt);
      }
    }
  }

  private void start(int from, int to) throws IOException {
    for (int i = from; i < to; i++) {
      startProcess(i, clients(plan, i));
    }
  }

  private void startProcess(int number, int clients) throws IOException {
    Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx128m", "-XX:MaxDirectMemorySize=64m",
        "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow",
        "-Dslf4j.internal.verbosity=ERROR", "-cp", System.getProperty("java.class.path"), LockWaiters.class.getName(), plan.endpoints, plan.name,
        Integer.toString(clients), Long.toString(plan.ttl.toMillis()), Long.toString(plan.hold.toMillis()))
        .redirectError(ProcessBuilder.Redirect.INHERIT).start();
    processes.add(process);
    Thread.ofPlatform().daemon().name("lock-crowd-" + number).start(() -> read(number, process));
  }

  private void read(int number, Process process) {
    try (BufferedReader lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        said(number, line.split(" ", 3));
      }
    } catch (IOException e) {
      // It was killed in the middle of a line, or ends.
    }
  }

  private synchronized void said(int process, String[] words) {
    if (words[0].equals("G") && words.length == 3) {
      long token = Long.parseLong(words[1]);
      turns.put(token, new Turn(token, process, Long.parseLong(words[2])));
      if (process < plan.killed && killedAt < 0 && turns.size() >= plan.clients * KILL_AFTER_TENTHS / 10) {
        processes.subList(0, plan.killed).forEach(Process::destroyForcibly);
        killedAt = System.nanoTime();
      }
    } else if (words[0].equals("R") && words.length == 3) {
      turns.get(Long.parseLong(words[1])).releasedAt(Long.parseLong(words[2]));
    } else {
      failures.add("a client of process " + process + " said: " + String.join(" ", words));
    }
  }

  private synchronized boolean survivorsAreThrough() {
    long through = turns.values().stream().filter(turn -> turn.process() >= plan.killed && turn.isReleased()).count();
    return through == survivors(plan) || !failures.isEmpty();
  }

  /** How many clients are in processes that are not killed. */
  static int survivors(Plan plan) {
    int survivors = 0;
    for (int i = plan.killed; i < plan.processes; i++) {
      survivors += clients(plan, i);
    }
    return survivors;
  }

  /** How many clients are in one process. */
  private static int clients(Plan plan, int process) {
    return plan.clients / plan.processes + (process < plan.clients % plan.processes ? 1 : 0);
  }

  /** What is not so in time is for the verdict to say. */
  private void await(String what, BooleanSupplier holds) throws InterruptedException {
    long began = System.nanoTime();
    while (!holds.getAsBoolean()) {
      if (System.nanoTime() - began > plan.most.toNanos()) {
        synchronized (this) {
          failures.add("not within " + plan.most.toSeconds() + " s: " + what);
        }
        return;
      }
      TimeUnit.NANOSECONDS.sleep(LOOK_NANOS);
    }
  }

  /** Ends what still runs, and waits until it is gone. */
  @Override
  public void close() {
    processes.forEach(Process::destroyForcibly);
    for (Process process : processes) {
      process.onExit().join();
    }
  }
}
