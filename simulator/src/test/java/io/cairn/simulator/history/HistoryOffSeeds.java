package io.cairn.simulator.history;

import io.cairn.jepsen.history.Event;
import io.cairn.simulator.swarm.Swarm;
import io.cairn.simulator.swarm.SwarmOptions;
import java.util.List;
import java.util.Set;

/** The mutant runner's view of a seed in which nothing fails, but history is turned off and on, and watches follow. */
final class HistoryOffSeeds {
  private static final String COMPACTED = "COMPACTED";

  private HistoryOffSeeds() {}

  static SwarmOptions options(long seed) {
    return SwarmOptions.draw(seed).with("transactions", 0).with("history-off-ms", 400).with("seconds", 12);
  }

  /** Null when no watch is told that what it wants is compacted, else the first that was. */
  static String failureOf(long seed) {
    var witness = new RecordingWitness();
    try {
      Swarm.run(options(seed).with(Set.of()), List.of(), witness);
    } catch (RuntimeException | AssertionError failure) {
      return "run: " + failure.getMessage();
    }
    return witness.history().all(Event.Closed.class).stream().filter(each -> each.code().equals(COMPACTED)).findFirst()
        .map(each -> "a-watch-of-now-stays: " + each).orElse(null);
  }
}
