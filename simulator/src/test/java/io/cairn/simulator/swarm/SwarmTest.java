package io.cairn.simulator.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.simulator.mark.Mark;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The seeds of each build. {@code -Dsim.seed=N -Dsim.seeds=M} runs others. */
class SwarmTest {
  private static final long FIRST = Long.getLong("sim.seed", 1);
  private static final int SEEDS = Integer.getInteger("sim.seeds", 200);
  /** What even these few seeds must have met. */
  private static final int MARKS_MIN = 60;

  private record Failure(long seed, SwarmOptions options, Throwable cause) {
    @Override
    public String toString() {
      return cause + "\n  OPTIONS=" + options + "\n  replay: bin/sim --seed " + seed + " --trace trace.txt";
    }
  }

  @Test
  @DisplayName("A-01 A-02 A-04 A-05 A-07 A-11 MB-02 MB-03 MB-05 RC-01 RC-03 RC-10 RC-13 RD-01 RD-02 RD-07 SN-08 ST-01 JV-03 whole clusters keep "
      + "every promise, whatever a seed brings upon them")
  void wholeClustersKeepEveryPromise() {
    List<Failure> failures = Collections.synchronizedList(new ArrayList<>());
    List<SwarmResult> results = LongStream.range(FIRST, FIRST + SEEDS).parallel().mapToObj(seed -> run(seed, failures))
        .filter(result -> result != null).toList();

    assertThat(failures).isEmpty();
    assertThat(results).hasSize(SEEDS).allMatch(result -> result.acknowledged() > 0 && result.reads() > 0)
        .allMatch(result -> result.virtualNanos() >= 30 * 1_000_000_000L);
    if (SEEDS >= 200) {
      theyMetEnough(results);
    }
  }

  private static void theyMetEnough(List<SwarmResult> results) {
    Map<FaultClass, Integer> classes = new EnumMap<>(FaultClass.class);
    EnumSet<Mark> reached = EnumSet.noneOf(Mark.class);
    for (SwarmResult result : results) {
      result.options().classes().forEach(each -> classes.merge(each, 1, Integer::sum));
      reached.addAll(result.marks().keySet());
    }
    assertThat(classes).hasSize(FaultClass.values().length).allSatisfy((kind, seeds) ->
        assertThat(seeds).as("seeds with %s", kind).isGreaterThanOrEqualTo(results.size() / 3));
    assertThat(results).extracting(result -> result.options().nodes()).contains(3, 5);
    assertThat(results).extracting(result -> result.options().number("shards")).contains(1L, 2L, 3L, 4L);
    assertThat(reached).hasSizeGreaterThanOrEqualTo(MARKS_MIN);
  }

  private static SwarmResult run(long seed, List<Failure> failures) {
    SwarmOptions options = SwarmOptions.draw(seed);
    try {
      return Swarm.run(options, Swarm.plan(options));
    } catch (RuntimeException | AssertionError e) {
      failures.add(new Failure(seed, options, e));
      return null;
    }
  }

  @Test
  @DisplayName("JV-02 a seed is the same run alone and after others")
  void aSeedIsTheSameRunAloneAndAfterOthers() {
    SwarmOptions short7 = SwarmOptions.draw(7).with("seconds", 3);
    SwarmResult first = Swarm.run(short7, Swarm.plan(short7));
    SwarmOptions short8 = SwarmOptions.draw(8).with("seconds", 3);
    SwarmResult other = Swarm.run(short8, Swarm.plan(short8));

    assertThat(Swarm.run(short7, Swarm.plan(short7)).toString()).isEqualTo(first.toString());
    assertThat(other.digest()).isNotEqualTo(first.digest());
  }

  @Test
  void optionsAndFaultsSurviveTheirText() {
    for (long seed = 1; seed <= 50; seed++) {
      SwarmOptions options = SwarmOptions.draw(seed);
      List<Fault> plan = Swarm.plan(options);
      Scenario again = Scenario.parse(new Scenario("nothing", options, plan).toString());

      assertThat(again.options().toString()).isEqualTo(options.toString());
      assertThat(again.options().classes()).isEqualTo(options.classes());
      assertThat(again.plan()).isEqualTo(plan);
    }
  }
}
