package io.cairn.server.lease;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many ends begin in portions with pauses between them, whatever the clock shows and however late its loop comes. */
class EndPaceTest {
  private static final long MILLI = 1_000_000;

  @ParameterizedTest
  @ValueSource(longs = {0, -3_000_000_000_000_000_000L, Long.MAX_VALUE - 20 * MILLI})
  void afterAFullPortionThereIsAPause(long start) {
    var pace = new EndPace(start);
    assertThat(pace.room(start)).isEqualTo(EndPace.PORTION);

    pace.began(EndPace.PORTION, start);

    assertThat(pace.room(start + 49 * MILLI)).isZero();
    assertThat(pace.room(start + 50 * MILLI)).isEqualTo(EndPace.PORTION);
  }

  @Test
  void theEndOfOneLeaseHoldsUpNoOther() {
    var pace = new EndPace(0);
    pace.began(1, 0);
    assertThat(pace.room(MILLI)).isEqualTo(EndPace.PORTION);
  }

  @Test
  @DisplayName("whether the loop comes each 5, 25 or 40 ms, 100,000 begin within 4.4 seconds and not within 4")
  void theRateDoesNotDependOnTheTicks() {
    for (long tick : new long[] {5, 25, 40}) {
      assertThat(millisFor(100_000, tick)).as("a tick of %d ms", tick).isBetween(4_000L, 4_400L);
    }
  }

  @Test
  @DisplayName("a loop that stood still for ten seconds makes up for 100 ms of them")
  void aStandstillIsNoReasonToBeginAllAtOnce() {
    var pace = new EndPace(0);
    pace.began(EndPace.PORTION, 0);
    long late = 10_000 * MILLI;
    int begun = 0;
    while (pace.room(late) > 0) {
      pace.began(EndPace.PORTION, late);
      begun += EndPace.PORTION;
      assertThat(begun).isLessThanOrEqualTo(3 * EndPace.PORTION);
    }
    assertThat(begun).isEqualTo(3 * EndPace.PORTION);
  }

  private static long millisFor(int ends, long tick) {
    var pace = new EndPace(0);
    long at = 0;
    for (int left = ends; left > 0; at += tick) {
      int begun = Math.min(left, pace.room(at * MILLI));
      if (begun > 0) {
        pace.began(begun, at * MILLI);
        left -= begun;
      }
    }
    return at - tick;
  }
}
