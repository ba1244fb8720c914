package io.cairn.cli.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PaceTest {

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  /** A thread that sleeps as long as it is told. */
  private static long send(Pace pace, long now, int records) {
    for (int i = 0; i < records; i++) {
      now += pace.waitNanos(now);
    }
    return now;
  }

  @Test
  void soManyRecordsTakeASecond() {
    long start = -5 * SECOND;
    assertThat(send(new Pace(1_500), start, 1_501) - start).isBetween(SECOND - 1_000, SECOND + 1_000);
    assertThat(send(new Pace(7), start, 8) - start).isBetween(SECOND - 1_000, SECOND + 1_000);
  }

  @Test
  void roundingDoesNotAddUp() {
    assertThat(send(new Pace(3_000_000), 0, 3_000_000)).isBetween(SECOND - 1_000, SECOND + 1_000);
  }

  @Test
  void aPauseIsNotMadeUpFor() {
    Pace pace = new Pace(1_000);
    long away = send(pace, 0, 500) + 60 * SECOND;
    long burst = 0;
    while (pace.waitNanos(away) == 0) {
      burst++;
    }
    assertThat(burst).as("what 100 ms allow, and the one that is due").isBetween(100L, 102L);
  }

  @Test
  void withoutARateNothingWaits() {
    assertThat(send(new Pace(0), 7, 1_000_000)).isEqualTo(7);
  }
}
