package io.cairn.simulator.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.jepsen.check.Checker;
import io.cairn.jepsen.check.ReplayChecker;
import io.cairn.jepsen.check.SessionChecker;
import io.cairn.jepsen.check.Verdict;
import io.cairn.jepsen.check.WatchChecker;
import io.cairn.jepsen.history.History;
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

/** What the checkers of real runs say of simulated ones, with all their faults. {@code -Dsim.seed=N -Dsim.seeds=M} judges others. */
final class HistoryTest {
  private static final long FIRST = Long.getLong("sim.seed", 1);
  private static final int SEEDS = Integer.getInteger("sim.seeds", 5);
  /** What a call may end late by, in virtual time: the turns of its client's loop. */
  private static final long GRACE_NANOS = 5_000_000L;
  private static final List<Checker> CHECKERS = List.of(new SessionChecker(GRACE_NANOS), new ReplayChecker(), new WatchChecker());

  @Test
  @DisplayName("CL-01 CL-07 CL-08 SM-18 W-01 W-02 W-03 W-06 W-07 histories of whole clusters under all faults are what the checkers of real runs call right")
  void simulatedHistoriesAreRight() {
    List<String> violations = Collections.synchronizedList(new ArrayList<>());
    Map<String, Long> judged = Collections.synchronizedMap(new TreeMap<>());
    LongStream.range(FIRST, FIRST + SEEDS).parallel().forEach(seed -> judge(seed, violations, judged));
    assertThat(violations).isEmpty();
    assertThat(judged.keySet()).contains(SessionChecker.ENDS_ONCE, SessionChecker.IN_TIME, SessionChecker.ACKNOWLEDGED, SessionChecker.UNKNOWN,
        SessionChecker.ASKED_FOR, SessionChecker.ONE_CALL, SessionChecker.FORWARD, SessionChecker.OWN_WRITES, ReplayChecker.RECORD,
        ReplayChecker.ANSWER, ReplayChecker.EFFECT, ReplayChecker.SHOWN, ReplayChecker.FRESH, ReplayChecker.REAL_TIME,
        WatchChecker.RANGE, WatchChecker.FILTER, WatchChecker.FROM, WatchChecker.ORDERED, WatchChecker.UNIQUE, WatchChecker.ATOMIC,
        WatchChecker.RELIABLE, WatchChecker.BOOKMARKABLE, WatchChecker.CHAINED, WatchChecker.TRUE, WatchChecker.PREVIOUS,
        WatchChecker.INITIAL, WatchChecker.DRAINED);
  }

  private static void judge(long seed, List<String> violations, Map<String, Long> judged) {
    RecordingWitness witness = new RecordingWitness();
    // Their model has no counts and no conditions on ranges; the oracle of the runs judges transactions.
    SwarmOptions options = SwarmOptions.draw(seed).with("transactions", 0);
    Swarm.run(options, Swarm.plan(options), witness);
    History history = witness.history();
    for (Checker checker : CHECKERS) {
      Verdict verdict = checker.check(history);
      verdict.violations().forEach(violation -> violations.add("seed " + seed + ": " + violation));
      verdict.judged().forEach((rule, times) -> judged.merge(rule, times, Long::sum));
    }
  }
}
