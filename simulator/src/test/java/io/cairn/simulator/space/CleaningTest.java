package io.cairn.simulator.space;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.simulator.crash.CrashPoint;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The log of a node is cleaned over the heads of replicas that apply nothing. */
class CleaningTest {
  private static final long SEEDS = Long.getLong("sim.cleanings", 60);

  @Test
  @DisplayName("A-04 A-09 LG-09 LG-10 LG-17 with slow replicas, full disks and power failures each replica has what it wrote, within the log's bound")
  void nothingIsLostAndTheDiskIsBounded() {
    Map<CrashPoint, Long> died = new EnumMap<>(CrashPoint.class);
    for (long seed = 1; seed <= SEEDS; seed++) {
      assertThat(CleaningSeeds.failureOf(seed, died)).isNull();
    }
    assertThat(died.keySet()).contains(CrashPoint.CLEAN_BEFORE_REWRITING, CrashPoint.CLEAN_REWRITTEN_BEFORE_SYNC,
        CrashPoint.CLEAN_REWRITTEN_BEFORE_FREEING, CrashPoint.SEGMENT_BEFORE_HEADER, CrashPoint.SEGMENT_BEFORE_RENAME,
        CrashPoint.LOG_FOLDER_BEFORE_SYNC);
    System.out.println("power failures by place: " + died);
  }
}
