package io.cairn.simulator.schedule;

import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;

/**
 * The one thread of a simulation: takes the next event, moves time to it, runs it. Everything random is drawn from the seed, in an
 * order that only the events decide, so that one seed is one run. Not thread-safe, by design.
 */
public final class SimScheduler {
  /** What a task costs its loop at least, so that two loops that only post to each other still let time go on. */
  private static final long TASK_NANOS_MIN = 500;
  private static final long TASK_NANOS_MORE = 1_500;
  /** How long an idle loop may take to wake. */
  private static final long WAKE_NANOS_MAX = 5_000;

  /** How a run came to its end. */
  public enum End {
    /** What was waited for has happened. */
    REACHED,
    /** No event is left: whatever is still waited for can never happen. */
    QUIET,
    /** The virtual time allowed is over. */
    TIME_OUT,
    /** The number of events allowed is spent: a loop that turns without progress, or a budget too small. */
    EVENTS_SPENT
  }

  private final long seed;
  private final SimRandom random;
  private final SimRandom costs;
  private final SimDigest digest = new SimDigest();
  private final PriorityQueue<SimEvent> queue = new PriorityQueue<>(1024);
  private final long tieSalt;
  private long now;
  private long sequence;
  private long eventsRun;
  private int loops;
  private int processes;
  private SimLoop currentLoop;
  private long elapsed;
  private boolean stepping;
  private SimTrace trace;
  private SimHandOvers handOvers;
  private RuntimeException failure;

  public SimScheduler(long seed) {
    this.seed = seed;
    this.random = new SimRandom(seed);
    this.costs = random.split("scheduler.costs");
    this.tieSalt = random.split("scheduler.ties").nextLong();
  }

  public long seed() {
    return seed;
  }

  /** A stream of random numbers for {@code purpose}, always the same one for this seed. */
  public SimRandom random(String purpose) {
    return random.split(purpose);
  }

  public SimDigest digest() {
    return digest;
  }

  /** Events run so far. */
  public long events() {
    return eventsRun;
  }

  public void trace(SimTrace listener) {
    trace = listener;
  }

  public void handOvers(SimHandOvers listener) {
    handOvers = listener;
  }

  /** A task comes to {@code to}: from another loop, or from its own, or from nobody's (the network, a timer, a test). */
  void given(SimLoop to) {
    if (handOvers != null && currentLoop != null && currentLoop != to) {
      handOvers.handedOver(currentLoop.describe(), to.describe());
    }
  }

  /** The world's nanoseconds since the run began; within a task, its own time, ahead by what it has waited for. */
  public long now() {
    return now + elapsed;
  }

  /** The time of the event that runs, without what its task has waited: what has really happened by now. */
  public long eventTime() {
    return now;
  }

  /** Begins a life of the node {@code name}. */
  public SimProcess process(String name, int life) {
    return new SimProcess(this, name, life, processes++);
  }

  /**
   * The running task waits for a device for so long: its own time moves on. Outside of a task, in a test's own code, waiting costs
   * nothing.
   */
  public void elapse(long nanos) {
    if (currentLoop != null) {
      elapsed += nanos;
    }
  }

  /** Refuses to wait long on a loop that others wait for. */
  public void elapseBlocking(long nanos, String what) {
    if (currentLoop != null && !currentLoop.mayBlock()) {
      throw new SimFailure(describe(what + " on loop " + currentLoop.describe() + ", which must never block"));
    }
    elapse(nanos);
  }

  /** Runs {@code action} at the given time of the world (now, if that is past), as nobody's: the fault script, the network. */
  public void at(long worldNanos, String kind, Runnable action) {
    at(worldNanos, kind, 0, action);
  }

  public void after(long nanos, String kind, Runnable action) {
    at(now() + nanos, kind, 0, action);
  }

  /** As {@link #at(long, String, Runnable)}; events of one {@code lane} at one time keep their order, those of two may come in any. */
  public void at(long worldNanos, String kind, long lane, Runnable action) {
    add(worldNanos, lane, null, null, kind, action);
  }

  /** Runs for {@code nanos} of virtual time. */
  public End runFor(long nanos) {
    long end = now + nanos;
    End how = runUntil(() -> false, nanos, Long.MAX_VALUE);
    now = Math.max(now, end);
    return how;
  }

  /** Runs until {@code reached} holds, asked after each event, or a bound is met. A failure in a task is thrown, with the seed. */
  public End runUntil(BooleanSupplier reached, long nanosMax, long eventsMax) {
    if (stepping) {
      throw new IllegalStateException("the scheduler runs already: a task cannot run it again");
    }
    long deadline = now + nanosMax;
    if (deadline < now) {
      deadline = Long.MAX_VALUE;
    }
    long eventsEnd = eventsRun + eventsMax < eventsRun ? Long.MAX_VALUE : eventsRun + eventsMax;
    if (reached.getAsBoolean()) {
      return End.REACHED;
    }
    while (true) {
      SimEvent next = queue.peek();
      if (next == null) {
        return End.QUIET;
      }
      if (next.atNanos > deadline) {
        now = deadline;
        return End.TIME_OUT;
      }
      if (eventsRun >= eventsEnd) {
        return End.EVENTS_SPENT;
      }
      queue.poll();
      boolean ran = step(next);
      if (failure != null) {
        throw failure;
      }
      if (ran && reached.getAsBoolean()) {
        return End.REACHED;
      }
    }
  }

  /** Events that wait, including those of timers cancelled and processes killed. */
  public int pending() {
    return queue.size();
  }

  /**
   * The run has failed, and ends with this after the running event. For callbacks whose exceptions somebody may swallow, such as those of
   * a CompletableFuture; the first one counts.
   */
  public void fail(RuntimeException cause) {
    if (failure == null) {
      failure = cause;
    }
  }

  /** {@code text} with the time and the seed: how every failure reads. */
  public String describe(String text) {
    return text + " [t=" + now() / 1_000 + " µs, event " + eventsRun + ", SEED=" + seed + "L]";
  }

  int nextLoopId() {
    return ++loops;
  }

  SimLoop currentLoop() {
    return currentLoop;
  }

  long taskNanos() {
    return TASK_NANOS_MIN + costs.nextLong(TASK_NANOS_MORE);
  }

  long wakeNanos() {
    return costs.nextLong(WAKE_NANOS_MAX);
  }

  void add(long worldNanos, long lane, SimProcess process, SimLoop loop, String kind, Runnable action) {
    long at = Math.max(worldNanos, now);
    queue.add(new SimEvent(at, SimRandom.mix(tieSalt ^ lane * 0x9E3779B97F4A7C15L ^ at), sequence++, process, loop, kind, action));
  }

  /** Whether the event ran: those of a dead process do not, those of a paused one come back when it wakes. */
  private boolean step(SimEvent event) {
    SimProcess process = event.process;
    if (process != null) {
      if (!process.alive()) {
        return false;
      }
      if (process.pausedUntilNanos() > event.atNanos) {
        // Queued anew, so that what waits for the end of the pause keeps the order it had.
        add(process.pausedUntilNanos(), event.loop.id(), process, event.loop, event.kind, event.action);
        return false;
      }
    }
    now = event.atNanos;
    note(event);
    eventsRun++;
    currentLoop = event.loop;
    elapsed = 0;
    stepping = true;
    try {
      event.action.run();
    } catch (SimProcessKilled killed) {
      if (process == null || process.alive()) {
        throw new SimFailure(describe("a task of a living process was unwound as killed"), killed);
      }
    } finally {
      currentLoop = null;
      elapsed = 0;
      stepping = false;
    }
    return true;
  }

  private void note(SimEvent event) {
    digest.add(event.sequence);
    digest.add(event.atNanos);
    digest.add(event.process == null ? 0 : event.process.id() + 1);
    digest.add(event.loop == null ? 0 : event.loop.id());
    digest.add(event.kind.hashCode());
    if (trace != null) {
      trace.event(eventsRun, event.atNanos, event.process == null ? "world" : event.process.describe(),
          event.loop == null ? "-" : event.loop.name(), event.kind, digest.value());
    }
  }
}
