package io.cairn.raft.progress;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class InflightsTest {

  @Test
  void theWindowEndsAtTheNumberOfMessages() {
    var window = new Inflights(3, 1000);
    for (int i = 1; i <= 3; i++) {
      assertThat(window.hasRoom()).isTrue();
      window.add(i, 1);
    }
    assertThat(window.hasRoom()).isFalse();
    window.acknowledged(1);
    assertThat(window.hasRoom()).isTrue();
  }

  @Test
  void theWindowEndsAtTheNumberOfBytesButLetsOneLargeMessageThrough() {
    var window = new Inflights(100, 10);
    assertThat(window.hasRoom()).isTrue();
    window.add(1, 500);
    assertThat(window.hasRoom()).isFalse();
    window.acknowledged(1);
    assertThat(window.hasRoom()).isTrue();
    assertThat(window.bytes()).isZero();
  }

  @Test
  @DisplayName("RC-13 RC-18 after a hundred thousand messages round the ring no byte is left counted")
  void nothingIsLeftBehind() {
    var window = new Inflights(17, 1_000_000);
    long sent = Long.MAX_VALUE - 200_000;
    long acknowledged = sent;
    for (int i = 0; i < 100_000; i++) {
      while (window.hasRoom()) {
        window.add(++sent, 1 + sent % 7);
      }
      acknowledged += 1 + i % 17;
      acknowledged = Math.min(acknowledged, sent);
      window.acknowledged(acknowledged);
      if (sent > Long.MAX_VALUE - 1000) {
        break;
      }
    }
    window.acknowledged(sent);
    assertThat(window.isEmpty()).isTrue();
    assertThat(window.bytes()).isZero();
  }
}
