package io.cairn.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Settings that cannot work are refused where they are made, in words that name them. */
class RaftSettingsTest {

  private static final long[] GOOD = {30, 1, 10, 1, 1, 1, 1, 1};

  private static RaftSettings settings(long... values) {
    return new RaftSettings(values[0], values[1], values[2], values[3], values[4], (int) values[5], values[6], values[7]);
  }

  private static void refusedWith(int place, long value, String reason) {
    long[] values = Arrays.copyOf(GOOD, GOOD.length);
    values[place] = value;
    assertThatThrownBy(() -> settings(values)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(reason);
  }

  @Test
  void theSmallestThatWork() {
    assertThat(settings(GOOD).leaseNanos()).isEqualTo(15);
  }

  @Test
  void timesThatCannotWorkAreRefused() {
    refusedWith(0, 29, "at least 3 heartbeats (30 ns), was 29 ns");
    refusedWith(1, 0, "the election jitter must be longer than 0, was 0 ns");
    refusedWith(2, 0, "the heartbeat must be longer than 0, was 0 ns");
  }

  @Test
  void everyBoundMustBeAboveZero() {
    for (int bound = 3; bound < GOOD.length; bound++) {
      refusedWith(bound, 0, "every bound must be above 0");
    }
  }
}
