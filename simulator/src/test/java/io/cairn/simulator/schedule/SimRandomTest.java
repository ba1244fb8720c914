package io.cairn.simulator.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SimRandomTest {

  @Test
  void streamsDependOnSeedAndPurpose_notOnDrawsBefore() {
    SimRandom parent = new SimRandom(3);
    long first = parent.split("disk").nextLong();
    parent.nextLong();

    assertThat(parent.split("disk").nextLong()).isEqualTo(first);
    assertThat(parent.split("net").nextLong()).isNotEqualTo(first);
    assertThat(new SimRandom(4).split("disk").nextLong()).isNotEqualTo(first);
  }

  @Test
  void drawsLieWithinTheirBoundsAndReachThem() {
    SimRandom random = new SimRandom(5);
    boolean[] met = new boolean[10];
    double sum = 0;
    for (int i = 0; i < 10_000; i++) {
      met[(int) random.nextLong(10)] = true;
      assertThat(random.between(-3, 3)).isBetween(-3L, 3L);
      assertThat(random.nextDouble()).isBetween(0.0, 1.0);
      sum += random.exponential(1_000);
    }
    assertThat(met).doesNotContain(false);
    assertThat(sum / 10_000).as("the mean of the exponential").isBetween(900.0, 1_100.0);
    assertThatThrownBy(() -> random.nextLong(0)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("positive");
  }

  @Test
  void aSeedMeansTheSameInEveryVersion() {
    assertThat(new SimRandom(1).nextLong()).isEqualTo(0x910A2DEC89025CC1L);
  }
}
