package io.cairn.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class WatchOptionsTest {

  @Test
  @DisplayName("W-09 no revision means now: 0 and below are refused, and the message says what means now")
  void noRevisionMeansNow() {
    for (long revision : new long[] {0, -1, Long.MIN_VALUE}) {
      assertThatThrownBy(() -> WatchOptions.from(revision)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("fromNow()");
    }
    assertThat(WatchOptions.from(1).revision()).contains(1L);
    assertThat(WatchOptions.fromNow().revision()).isEmpty();
  }

  @Test
  void aDifferenceNeedsToKnowWhatWasShown() {
    assertThatThrownBy(() -> WatchOptions.from(7).onCompaction(WatchOptions.OnCompaction.RESYNC)).hasMessageContaining("initial state");
    assertThatThrownBy(() -> WatchOptions.fromNow().onLag(WatchOptions.OnLag.RESYNC)).hasMessageContaining("initial state");
    assertThatThrownBy(() -> WatchOptions.withInitialState().onLag(WatchOptions.OnLag.RESYNC).showing(WatchOptions.Show.PUTS))
        .hasMessageContaining("only some events");
    assertThat(WatchOptions.withInitialState().onLag(WatchOptions.OnLag.RESYNC).onLag()).isEqualTo(WatchOptions.OnLag.RESYNC);
  }

  @Test
  void boundsAreNamed() {
    assertThatThrownBy(() -> WatchOptions.fromNow().withProgress(Duration.ofMillis(99))).hasMessageContaining("100 ms");
    assertThatThrownBy(() -> WatchOptions.fromNow().withProgress(Duration.ofHours(2))).hasMessageContaining("hour");
    assertThatThrownBy(() -> WatchOptions.fromNow().withCredit(0)).hasMessageContaining("creditBytes was 0");
  }
}
