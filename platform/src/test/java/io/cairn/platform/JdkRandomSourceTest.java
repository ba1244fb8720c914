package io.cairn.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** A seed means the same for ever. */
class JdkRandomSourceTest {

  /** Seeds in bug reports stay good only as long as these numbers come out. */
  @Test
  void theStreamOfASeedIsFixed() {
    var random = new JdkRandomSource(42);
    assertThat(random.nextLong()).isEqualTo(-4767286540954276203L);
    assertThat(random.nextLong(1000)).isBetween(0L, 999L);
    assertThat(new JdkRandomSource(42).split("network").nextLong()).isEqualTo(new JdkRandomSource(42).split("network").nextLong());
  }

  @Test
  void aSplitDependsOnItsPurposeAndNotOnDrawsBefore() {
    var one = new JdkRandomSource(7);
    var other = new JdkRandomSource(7);
    one.nextLong();
    assertThat(one.split("disk").nextLong()).isEqualTo(other.split("disk").nextLong());
    assertThat(one.split("disk").nextLong()).isNotEqualTo(one.split("clock").nextLong());
    assertThat(one.split("disk").nextLong()).isNotEqualTo(new JdkRandomSource(8).split("disk").nextLong());
  }

  @Test
  void boundsHoldAndEveryValueComes() {
    var random = new JdkRandomSource(1);
    int[] counts = new int[7];
    for (int i = 0; i < 7000; i++) {
      counts[(int) random.nextLong(7)]++;
      assertThat(random.nextDouble()).isBetween(0.0, 0.9999999999999999);
      assertThat(random.nextLong((1L << 62) + 1)).isBetween(0L, 1L << 62);
    }
    for (int count : counts) {
      assertThat(count).isBetween(850, 1150);
    }
    assertThatThrownBy(() -> random.nextLong(0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void twoOfTheOperatingSystemDiffer() {
    assertThat(new JdkRandomSource().nextLong()).isNotEqualTo(new JdkRandomSource().nextLong());
  }
}
