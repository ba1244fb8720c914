package io.cairn.simulator.oracle;

import io.cairn.simulator.schedule.SimScheduler;
import java.util.Locale;

/** Ends the run with its time and its seed when a claim does not hold. */
public final class Checks {
  private static final long NOW = -1;

  private final SimScheduler scheduler;
  private long of = NOW;

  public Checks(SimScheduler scheduler) {
    this.scheduler = scheduler;
  }

  long now() {
    return scheduler.now();
  }

  /** What is judged is of an earlier time, which a failure names. */
  void ofEarlier(long nanos, Runnable judging) {
    of = nanos;
    judging.run();
    of = NOW;
  }

  /** The running event is the last one; a callback that swallows exceptions does not keep the run alive. */
  public void check(boolean holds, String invariant, String claim, Object... values) {
    if (!holds) {
      String when = of == NOW ? "" : " (of t=" + of / 1_000 + " µs)";
      BrokenPromise broken = new BrokenPromise(invariant, scheduler.describe(String.format(Locale.ROOT, claim, values) + when));
      scheduler.fail(broken);
      throw broken;
    }
  }
}
