package io.cairn.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.benchmarks.LockCrowd.Plan;
import io.cairn.benchmarks.LockCrowd.Turn;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** That the bench of locks finds what it is for. Three clients in three processes; times in milliseconds. */
class LockVerdictTest {
  private static final List<Long> QUEUE = List.of(11L, 12L, 13L);

  private static long at(long millis) {
    return Duration.ofMillis(millis).toNanos();
  }

  private static Turn turn(long token, int process, long granted, long released) {
    return new Turn(token, process, at(granted)).releasedAt(released < 0 ? -1 : at(released));
  }

  private static LockVerdict judge(int killed, long killedAt, Turn... turns) {
    var plan = new Plan("", "lock", 3, 3, killed, Duration.ofSeconds(2), Duration.ofMillis(1), Duration.ofSeconds(1));
    return LockVerdict.of(plan, QUEUE, List.of(turns), List.of(), 0, killedAt < 0 ? -1 : at(killedAt));
  }

  @Test
  void oneAfterTheOtherIsFine() {
    LockVerdict verdict = judge(0, -1, turn(11, 0, 1, 2), turn(12, 1, 4, 5), turn(13, 2, 8, 9));

    assertThat(verdict.violations()).isEmpty();
    assertThat(verdict.handOvers()).isEqualTo(2);
    assertThat(verdict.maxMicros()).isBetween(2_900L, 3_100L);
    assertThat(verdict.longestBlockedMillis()).isZero();
  }

  @Test
  @DisplayName("a survivor without the lock, a wrong order, two at once and a place that was not there are found")
  void whatMustNotBe() {
    assertThat(judge(0, -1, turn(11, 0, 1, 2), turn(12, 1, 4, 5)).violations()).containsExactly("2 of 3 survivors had the lock");
    assertThat(judge(0, -1, turn(12, 0, 1, 2), turn(11, 1, 4, 5), turn(13, 2, 8, 9)).violations()).containsExactly("token 11 was granted after 12");
    assertThat(judge(0, -1, turn(11, 0, 1, 5), turn(12, 1, 4, 6), turn(13, 2, 8, 9)).violations())
        .containsExactly("token 12 was granted while 11 had the lock");
    assertThat(judge(0, -1, turn(11, 0, 1, 2), turn(12, 1, 4, 6), turn(14, 2, 8, 9)).violations()).containsExactly("token 14 is of no place that was in the queue");
  }

  @Test
  @DisplayName("who is killed may keep the lock for its lease's time and no longer")
  void theDead() {
    LockVerdict fine = judge(1, 3, turn(11, 0, 1, -1), turn(12, 1, 2_900, 2_901), turn(13, 2, 2_902, 2_903));
    assertThat(fine.violations()).isEmpty();
    assertThat(fine.killedHolding()).isEqualTo(1);
    assertThat(fine.longestBlockedMillis()).isEqualTo(2_897);
    assertThat(fine.handOvers()).isEqualTo(1);

    assertThat(judge(1, 3, turn(11, 0, 1, -1), turn(12, 1, 6_000, 6_001), turn(13, 2, 6_002, 6_003)).violations())
        .containsExactly("dead clients kept token 12 from the lock for 5997 ms");
    assertThat(judge(1, -1, turn(11, 0, 1, 2), turn(12, 1, 4, 5), turn(13, 2, 8, 9)).violations()).singleElement().asString().startsWith("nobody was killed");
  }
}
