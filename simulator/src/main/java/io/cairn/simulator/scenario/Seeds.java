package io.cairn.simulator.scenario;

/**
 * Runs a story for the seeds from the second argument to the third, both included, and prints one line for each; the first argument is
 * {@code leader-loss} or {@code turmoil}. It is what {@code bin/sim} does, and how a test compares the digests of two JVMs.
 */
public final class Seeds {

  public static void main(String[] arguments) {
    if (arguments.length < 2) {
      System.err.println("usage: leader-loss|turmoil FIRST_SEED [LAST_SEED]");
      return;
    }
    long first = Long.parseLong(arguments[1]);
    long last = arguments.length > 2 ? Long.parseLong(arguments[2]) : first;
    for (long seed = first; seed <= last; seed++) {
      System.out.println(run(arguments[0], seed));
    }
  }

  private static Result run(String story, long seed) {
    return switch (story) {
      case "leader-loss" -> LeaderLoss.run(seed);
      case "turmoil" -> Turmoil.run(seed);
      default -> throw new IllegalArgumentException("no story '" + story + "'; there are leader-loss and turmoil");
    };
  }

  private Seeds() {}
}
