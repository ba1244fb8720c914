package io.cairn.server.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.platform.JdkRandomSource;
import io.cairn.server.config.ConfigException;
import io.cairn.server.config.HistoryConfig;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

/** What goes by itself, and when it is looked at. */
class RetentionTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long AGE = 3_600 * SECOND;

  @Test
  void aRevisionIsOldWhenItWasHandedOutThatLongAgo() {
    var samples = new AgeSamples(AGE);
    long at = 0;
    for (; at <= 2 * AGE; at += SECOND) {
      samples.note(at, 1 + at / SECOND);
    }
    at -= SECOND;
    long old = samples.oldAt(at);
    assertThat(old).as("never younger than the age").isLessThanOrEqualTo(1 + (at - AGE) / SECOND);
    assertThat(old).as("and little older").isGreaterThanOrEqualTo(1 + (at - AGE) / SECOND - AGE / SECOND / 60);
  }

  @Test
  void whoHasJustStartedCallsNothingOldAndDropsItAtMostOneAgeLater() {
    var samples = new AgeSamples(AGE);
    long started = 5 * AGE;
    for (long at = started; at < started + AGE; at += SECOND) {
      samples.note(at, 1_000);
      assertThat(samples.oldAt(at)).isZero();
    }
    assertThat(samples.oldAt(started + AGE)).isEqualTo(1_000);
  }

  @Test
  void atAgeZeroNothingIsEverOld() {
    var samples = new AgeSamples(0);
    samples.note(1, 1_000);
    assertThat(samples.oldAt(Long.MAX_VALUE)).isZero();
  }

  @Test
  void aShardIsLookedAtATenthOfTheAgeApartWithAChanceOfHalfOfThatMore() {
    var retention = new Retention(new HistoryConfig(60 * SECOND, 0), new JdkRandomSource(7));
    var looks = new ArrayList<Long>();
    assertThat(retention.isDue(1, 0)).as("shards come up together: the first look is put off").isFalse();
    for (long at = 0; looks.size() < 50; at += SECOND / 10) {
      if (retention.isDue(1, at)) {
        looks.add(at);
      }
    }
    for (int i = 1; i < looks.size(); i++) {
      assertThat(looks.get(i) - looks.get(i - 1)).isBetween(6 * SECOND, 9 * SECOND + SECOND / 10);
    }
    assertThat(looks.getLast()).as("not all the same").isNotEqualTo(49 * looks.getFirst());
  }

  @Test
  void withBothBoundsOffNothingIsLookedAt() {
    var retention = new Retention(new HistoryConfig(0, 0), new JdkRandomSource(7));
    assertThat(retention.isDue(1, 0)).isFalse();
    assertThat(retention.isDue(1, AGE)).isFalse();
  }

  @Test
  void boundsOutOfBoundsAreRefused() {
    assertThatThrownBy(() -> new HistoryConfig(SECOND - 1, 0)).isInstanceOf(ConfigException.class).hasMessageContaining("history.keep-age");
    assertThatThrownBy(() -> new HistoryConfig(-1, 0)).isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> new HistoryConfig(0, 999)).isInstanceOf(ConfigException.class).hasMessageContaining("history.keep-events");
  }
}
