package io.cairn.simulator.locks;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.jepsen.check.LockChecker;
import io.cairn.jepsen.check.Verdict;
import io.cairn.simulator.swarm.SwarmOptions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Locks under all that a seed brings, judged by the checker of real runs. {@code -Dsim.seed=N -Dsim.seeds=M} runs others. */
class LockSwarmTest {
  private static final long FIRST = Long.getLong("sim.seed", 1);
  private static final int SEEDS = Integer.getInteger("sim.seeds", 12);

  @Test
  @DisplayName("LL-01 LL-07 LL-08 LL-09 LL-10 locks of whole clusters under all faults are what the checker calls right")
  void simulatedLocksAreRight() {
    List<String> failures = Collections.synchronizedList(new ArrayList<>());
    Map<String, Long> met = new TreeMap<>();
    Map<String, Long> judged = new TreeMap<>();
    LongStream.range(FIRST, FIRST + SEEDS).parallel().forEach(seed -> {
      SwarmOptions options = LockSeeds.options(seed);
      var traffic = new LockTraffic(seed);
      try {
        Verdict verdict = LockSeeds.judge(traffic, options);
        verdict.violations().forEach(violation -> failures.add("seed " + seed + ": " + violation));
        synchronized (met) {
          traffic.met.forEach((what, times) -> met.merge(what, times, Long::sum));
          verdict.judged().forEach((rule, times) -> judged.merge(rule, times, Long::sum));
        }
      } catch (RuntimeException | AssertionError e) {
        failures.add("seed " + seed + ": " + e + "\n  OPTIONS=" + options);
      }
    });
    assertThat(failures).isEmpty();
    assertThat(judged).containsKeys(LockChecker.TOKENS_GROW, LockChecker.NEVER_TWO, LockChecker.NEVER_STALE, LockChecker.OUT_STAYS_OUT);
    if (SEEDS >= 12) {
      assertThat(met).containsKeys("granted", "timed-out", "given-up", "session-lost", "guarded-write", "guarded-write-refused");
    }
  }
}
