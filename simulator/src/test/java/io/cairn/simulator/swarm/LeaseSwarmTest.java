package io.cairn.simulator.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.simulator.mark.Mark;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Leases under all that a seed brings, judged by what is applied. {@code -Dsim.seed=N -Dsim.seeds=M} runs others. */
class LeaseSwarmTest {
  private static final long FIRST = Long.getLong("sim.seed", 1);
  private static final int SEEDS = Integer.getInteger("sim.seeds", 12);
  /** What even these few seeds must have met. */
  private static final EnumSet<Mark> MET = EnumSet.of(Mark.LEASE_GRANTED, Mark.LEASE_RENEWED, Mark.LEASE_RENEWED_TOO_LATE,
      Mark.LEASE_REGISTERED_TOO_LATE, Mark.LEASE_EXPIRED, Mark.LEASE_END_CAME_TO_NOTHING, Mark.LEASE_REVOKED, Mark.LEASE_ENDED_IN_SEVERAL_SHARDS,
      Mark.PUT_WITH_A_TTL, Mark.TTL_OF_A_PUT_ENDED, Mark.WRITE_REFUSED_FOR_ITS_LEASE);

  @Test
  @DisplayName("LL-02 LL-03 LL-07 LL-11 LL-12 LL-13 LL-14 SM-07 leases end as they should through crashes, cuts, pauses and changes of leader")
  void leasesEndAsTheyShould() {
    List<String> failures = Collections.synchronizedList(new ArrayList<>());
    EnumSet<Mark> met = EnumSet.noneOf(Mark.class);
    LongStream.range(FIRST, FIRST + SEEDS).parallel().forEach(seed -> {
      SwarmOptions options = LeaseRun.options(seed);
      try {
        SwarmResult result = Swarm.run(options, Swarm.plan(options));
        synchronized (met) {
          met.addAll(result.marks().keySet());
        }
      } catch (RuntimeException | AssertionError e) {
        failures.add("seed " + seed + ": " + e + "\n  OPTIONS=" + options);
      }
    });
    assertThat(failures).isEmpty();
    if (SEEDS >= 24) {
      assertThat(met).containsAll(MET);
    }
  }
}
