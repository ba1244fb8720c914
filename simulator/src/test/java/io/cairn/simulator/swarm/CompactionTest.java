package io.cairn.simulator.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.simulator.mark.Mark;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** History is dropped all the while, by hand and by itself, and turned off and on for prefixes, under all that a seed brings. {@code -Dsim.seed=N -Dsim.seeds=M} runs others. */
class CompactionTest {
  private static final long FIRST = Long.getLong("sim.seed", 1);
  private static final int SEEDS = Integer.getInteger("sim.seeds", 10);

  @Test
  @DisplayName("SM-05 W-04 reads of the past are right or refused as compacted, revisions never go back, and replicas agree, with compactions "
      + "and history off and on through crashes, snapshots and changes of leader")
  void historyIsDroppedWhileEverythingFails() {
    List<SwarmResult> results = LongStream.range(FIRST, FIRST + SEEDS).parallel().mapToObj(seed -> {
      SwarmOptions options = CompactionRun.options(seed);
      return Swarm.run(options, Swarm.plan(options));
    }).toList();
    assertThat(results).hasSize(SEEDS).allMatch(result -> result.acknowledged() > 0);
    long refused = refused(results);
    long byRetention = refused(results.stream().filter(result -> result.options().number("compact-ms") == 0).toList());
    long answered = count(results, Mark.READ_OF_THE_PAST);
    assertThat(refused).as("reads that were refused as compacted").isGreaterThan(SEEDS);
    assertThat(byRetention).as("of them where nobody asked for a compaction: history was only kept for a second").isGreaterThan(SEEDS / 3);
    assertThat(count(results, Mark.HISTORY_TURNED_OFF)).as("prefixes of which no history was kept any more").isGreaterThan(SEEDS);
    assertThat(count(results, Mark.HISTORY_TURNED_ON)).as("and was again").isGreaterThan(SEEDS / 2);
    assertThat(count(results, Mark.READ_REFUSED_WITHOUT_HISTORY)).as("reads that were refused for it").isGreaterThan(SEEDS);
    assertThat(answered).as("reads of the past that were answered").isGreaterThan(SEEDS);
  }

  private static long refused(List<SwarmResult> results) {
    return count(results, Mark.READ_OF_A_COMPACTED_REVISION);
  }

  private static long count(List<SwarmResult> results, Mark mark) {
    return results.stream().mapToLong(result -> result.marks().getOrDefault(mark, 0L)).sum();
  }
}
