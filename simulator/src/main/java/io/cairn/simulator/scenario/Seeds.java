package io.cairn.simulator.scenario;

import java.util.Locale;

/**
 * Runs {@link LeaderLoss} for the seeds from the first argument to the second, both included, and prints one line for each: what
 * {@code bin/sim} does, and how a test compares the digests of two JVMs.
 */
public final class Seeds {

  public static void main(String[] arguments) {
    long first = Long.parseLong(arguments[0]);
    long last = arguments.length > 1 ? Long.parseLong(arguments[1]) : first;
    for (long seed = first; seed <= last; seed++) {
      System.out.println(line(LeaderLoss.run(seed)));
    }
  }

  static String line(LeaderLoss.Result result) {
    return String.format(Locale.ROOT, "seed=%d digest=%016x events=%d virtual_ms=%d acknowledged=%d unknown=%d refused=%d", result.seed(),
        result.digest(), result.events(), result.virtualNanos() / 1_000_000, result.acknowledged(), result.unknown(), result.refused());
  }

  private Seeds() {}
}
