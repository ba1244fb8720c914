package io.cairn.simulator.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.jepsen.check.Verdict;
import io.cairn.jepsen.check.WatchChecker;
import io.cairn.simulator.swarm.Swarm;
import io.cairn.simulator.swarm.SwarmOptions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Watches where history is turned off and on for prefixes. {@code -Dsim.seed=N -Dsim.seeds=M} judges other seeds. */
final class HistoryOffTest {
  private static final long FIRST = Long.getLong("sim.seed", 1);
  /** One of these meets what the planted bug watch-of-now-asks-for-the-past breaks. */
  private static final long FIRST_CALM = Long.getLong("sim.seed", 13);
  private static final int SEEDS = Integer.getInteger("sim.seeds", 2);

  @Test
  @DisplayName("W-04 with history off and on under all faults a watch shows every event that is due, or ends with COMPACTED, which names a later revision")
  void noEventIsPassedOver() {
    List<String> violations = Collections.synchronizedList(new ArrayList<>());
    Map<String, Long> judged = Collections.synchronizedMap(new TreeMap<>());
    LongStream.range(FIRST, FIRST + SEEDS).parallel().forEach(seed -> {
      var witness = new RecordingWitness();
      SwarmOptions options = HistoryOffSeeds.options(seed);
      Swarm.run(options, Swarm.plan(options), witness);
      Verdict verdict = new WatchChecker().check(witness.history());
      verdict.violations().forEach(violation -> violations.add("seed " + seed + ": " + violation));
      verdict.judged().forEach((rule, times) -> judged.merge(rule, times, Long::sum));
    });
    assertThat(violations).isEmpty();
    assertThat(judged.keySet()).contains(WatchChecker.RELIABLE, WatchChecker.RESUMABLE, WatchChecker.COMPACTED, WatchChecker.RESYNC,
        WatchChecker.DRAINED);
  }

  @Test
  @DisplayName("W-04 while nothing fails a watch that began now is never told that what it wants is compacted, though no history is kept of it")
  void aWatchOfNowStays() {
    List<String> ended = Collections.synchronizedList(new ArrayList<>());
    LongStream.range(FIRST_CALM, FIRST_CALM + SEEDS).parallel().forEach(seed -> {
      String failure = HistoryOffSeeds.failureOf(seed);
      if (failure != null) {
        ended.add("seed " + seed + ": " + failure);
      }
    });
    assertThat(ended).isEmpty();
  }
}
