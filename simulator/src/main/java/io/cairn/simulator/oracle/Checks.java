package io.cairn.simulator.oracle;

import io.cairn.simulator.schedule.SimScheduler;
import java.util.Locale;

/** Ends the run with its time and its seed when a claim does not hold. */
public final class Checks {
  private final SimScheduler scheduler;

  public Checks(SimScheduler scheduler) {
    this.scheduler = scheduler;
  }

  /** The running event is the last one; a callback that swallows exceptions does not keep the run alive. */
  public void check(boolean holds, String invariant, String claim, Object... values) {
    if (!holds) {
      BrokenPromise broken = new BrokenPromise(invariant, scheduler.describe(String.format(Locale.ROOT, claim, values)));
      scheduler.fail(broken);
      throw broken;
    }
  }
}
