package io.cairn.simulator.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.jepsen.check.Checker;
import io.cairn.jepsen.check.LeaseBounds;
import io.cairn.jepsen.check.LeaseChecker;
import io.cairn.jepsen.check.ReplayChecker;
import io.cairn.jepsen.check.SessionChecker;
import io.cairn.jepsen.check.Verdict;
import io.cairn.jepsen.check.WatchChecker;
import io.cairn.jepsen.history.Event;
import io.cairn.jepsen.history.History;
import io.cairn.simulator.oracle.LeaseTimes;
import io.cairn.simulator.swarm.Fault;
import io.cairn.simulator.swarm.FaultClass;
import io.cairn.simulator.swarm.LeaseRun;
import io.cairn.simulator.swarm.Swarm;
import io.cairn.simulator.swarm.SwarmOptions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What the checkers of real runs say of simulated leases: docs/leases.md, by its numbers. {@code -Dsim.seed=N -Dsim.seeds=M} judges others. */
final class LeaseHistoryTest {
  private static final long FIRST = Long.getLong("sim.seed", 1);
  private static final int SEEDS = Integer.getInteger("sim.seeds", 4);
  private static final long MILLI = 1_000_000L;
  private static final long SECOND = 1_000 * MILLI;
  private static final long DAY = 86_400 * SECOND;
  /** What a call may end late by, in virtual time: the turns of its client's loop. */
  private static final long GRACE_NANOS = 5 * MILLI;

  private final List<String> violations = Collections.synchronizedList(new ArrayList<>());
  private final Map<String, Long> judged = Collections.synchronizedMap(new TreeMap<>());

  /** The numbers of docs/leases.md; an election takes at most a timeout and its jitter. */
  private static LeaseBounds bounds(SwarmOptions options) {
    long election = 16 * options.number("heartbeat-ms") * MILLI;
    return new LeaseBounds(SECOND, 365 * DAY, LeaseTimes.CLOCK_RATE, Math.max(SECOND, election), election, 1);
  }

  private History judge(SwarmOptions options, List<Fault> plan, Set<FaultClass> borne) {
    RecordingWitness witness = new RecordingWitness(borne);
    Swarm.run(options, plan, witness);
    History history = witness.history();
    List<Checker> checkers = List.of(new LeaseChecker(bounds(options)), new SessionChecker(GRACE_NANOS), new ReplayChecker(), new WatchChecker());
    for (Checker checker : checkers) {
      Verdict verdict = checker.check(history);
      verdict.violations().forEach(violation -> violations.add("seed " + options.seed() + ": " + violation));
      verdict.judged().forEach((rule, times) -> judged.merge(rule, times, Long::sum));
    }
    return history;
  }

  /** Ids are the server's, and each is given once; the checkers' model has no counts. */
  private static SwarmOptions options(long seed) {
    return LeaseRun.options(seed).with("lease-ids", 0).with("transactions", 0);
  }

  private void allWasJudged() {
    assertThat(violations).isEmpty();
    assertThat(judged.keySet()).contains(LeaseChecker.NEVER_EARLY, LeaseChecker.GONE_IN_TIME, LeaseChecker.OK_MEANS_ALIVE,
        LeaseChecker.NOTHING_AFTER, LeaseChecker.AT_ONCE, LeaseChecker.TTL_IN_RANGE, LeaseChecker.NEW_ID, ReplayChecker.EFFECT,
        SessionChecker.ACKNOWLEDGED, WatchChecker.UNIQUE, WatchChecker.TRUE, WatchChecker.DRAINED);
  }

  @Test
  @DisplayName("LL-02 LL-03 LL-05 LL-06 LL-07 LL-12 LL-13 LL-14 W-01 W-02 leases of whole clusters under all faults are what the checkers call right")
  void simulatedLeasesAreRight() {
    LongStream.range(FIRST, FIRST + SEEDS).parallel().forEach(seed -> {
      SwarmOptions options = options(seed);
      judge(options, Swarm.plan(options), EnumSet.of(FaultClass.CLOCK, FaultClass.LEADERSHIP));
    });
    allWasJudged();
  }

  @Test
  @DisplayName("LL-05 through kills and moves of leaders, with clocks at different rates, leases end neither early nor late: the remaining time is kept")
  void theRemainingTimeIsKept() {
    List<Long> leaders = Collections.synchronizedList(new ArrayList<>());
    LongStream.range(FIRST, FIRST + SEEDS).parallel().forEach(seed -> {
      SwarmOptions options = LeaseRun.calm(seed).with("lease-ids", 0).with("transactions", 0);
      History history = judge(options, LeaseRun.calmPlan(options), EnumSet.of(FaultClass.CLOCK, FaultClass.LEADERSHIP, FaultClass.PROCESS));
      leaders.add(history.all(Event.Leader.class).stream().filter(leader -> leader.shard() == 0).count());
    });
    allWasJudged();
    assertThat(leaders.stream().mapToLong(Long::longValue).sum()).as("leaders of shard 0: %s", leaders).isGreaterThan(2L * SEEDS);
  }
}
