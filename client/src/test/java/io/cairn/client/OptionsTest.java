package io.cairn.client;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** What can be no revision is refused before anything is sent, with what would be right. */
class OptionsTest {

  @Test
  void aNegativeRevisionIsRefusedWithTheReason() {
    assertThatThrownBy(() -> GetOptions.DEFAULT.withRevision(-1)).isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a revision is not negative").hasMessageContaining("-1");
    assertThatThrownBy(() -> RangeOptions.DEFAULT.withRevision(Long.MIN_VALUE)).isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not negative");
    assertThatThrownBy(() -> Consistency.atLeast(-1)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("-1");
    assertThatThrownBy(() -> Consistency.atLeast(0)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("0");
  }

  @Test
  void aNegativeLimitIsRefusedWithTheReason() {
    assertThatThrownBy(() -> RangeOptions.DEFAULT.withLimit(-1)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("-1");
    assertThatThrownBy(() -> RangeOptions.DEFAULT.withBytesLimit(-1)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("-1");
  }
}
