package io.cairn.platform;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class JdkClockTest {

  @Test
  void monotonicTimeNeverGoesBack() {
    var clock = new JdkClock();
    long before = clock.nanoTime();
    for (int i = 0; i < 1000; i++) {
      long now = clock.nanoTime();
      assertThat(now - before).isNotNegative();
      before = now;
    }
  }

  @Test
  void wallTimeIsMillisecondsSince1970() {
    assertThat(new JdkClock().wallMillis()).isBetween(1_700_000_000_000L, 4_000_000_000_000L);
  }
}
