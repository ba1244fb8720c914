package io.cairn.server.leaders;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.server.metrics.NodeMeters;
import io.cairn.server.replica.Replicas;
import io.cairn.server.testing.VirtualLoops;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** When a node takes itself for too slow to lead. An election timeout is 500 ms here. */
class NodeHealthTest {
  private static final long MILLIS = TimeUnit.MILLISECONDS.toNanos(1);

  private final NodeHealth health = new NodeHealth(500 * MILLIS, new NodeMeters(new SimpleMeterRegistry()),
      new Handovers(new Replicas(), new VirtualLoops(), 500 * MILLIS));
  private long now;

  private boolean pausedTimes(int times, long millis, long everyMillis) {
    for (int i = 0; i < times; i++) {
      now += everyMillis * MILLIS;
      health.paused(now, millis * MILLIS);
      if (health.look(now)) {
        return true;
      }
    }
    return false;
  }

  @Test
  void aProcessThatStandsStillAgainAndAgainGivesItsLeadershipAway() {
    assertThat(pausedTimes(3, 300, 1_000)).isFalse();
    assertThat(pausedTimes(1, 300, 1_000)).isTrue();
  }

  /** Seen with three nodes and fifty clients on two processors: leadership wandered once a minute, and no node was any faster. */
  @Test
  void whatEveryProcessOfAnOverloadedMachineSuffersIsNoReason() {
    assertThat(pausedTimes(100, 240, 300)).isFalse();
  }

  @Test
  void pausesThatLieFarApartAreNoReason() {
    assertThat(pausedTimes(100, 400, 6_000)).isFalse();
  }

  @Test
  void aLogThatIsSlowAgainAndAgainIsAReason() {
    for (int i = 0; i < 3; i++) {
      health.synced(now, 600 * MILLIS);
    }
    assertThat(health.look(now)).isFalse();
    health.synced(now, 600 * MILLIS);
    assertThat(health.look(now)).isTrue();
  }

  @Test
  void leadershipDoesNotWanderMoreThanOnceAMinute() {
    assertThat(pausedTimes(10, 400, 500)).isTrue();
    assertThat(pausedTimes(100, 400, 500)).isFalse();
    assertThat(pausedTimes(100, 400, 500)).isTrue();
  }
}
