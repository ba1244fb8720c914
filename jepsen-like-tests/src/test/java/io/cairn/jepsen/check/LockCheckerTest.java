package io.cairn.jepsen.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.jepsen.check.LockStory.End;
import io.cairn.jepsen.check.LockStory.Freed;
import io.cairn.jepsen.check.LockStory.Place;
import io.cairn.jepsen.check.LockStory.Turn;
import io.cairn.jepsen.check.LockStory.Write;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Every rule finds nothing in a story that is right, and what is wrong in one where one thing is. */
final class LockCheckerTest {
  private final List<Turn> turns = new ArrayList<>(List.of(granted("one", 10, 5, 20), granted("two", 21, 7, 30),
      new Turn("x", "out", End.TIMED_OUT, 25, 0, 0), granted("three", 40, 9, 41)));
  private final List<Place> places = new ArrayList<>(List.of(new Place("one", 5, 20), new Place("two", 6, 35), new Place("out", 7, 24),
      new Place("three", 8, Long.MAX_VALUE)));
  private final List<Write> writes = new ArrayList<>(List.of(new Write("r", 5, 6), new Write("r", 5, 8), new Write("r", 7, 12), new Write("s", 5, 13)));
  private final List<Freed> freed = new ArrayList<>(List.of(new Freed("x", 30, 40, 10)));

  private static Turn granted(String place, long at, long token, long heldUntil) {
    return new Turn("x", place, End.GRANTED, at, token, heldUntil);
  }

  private Verdict judged(Consumer<LockCheckerTest> wrong) {
    wrong.accept(this);
    return LockChecker.check(new LockStory(turns, places, writes, freed));
  }

  @Test
  void whatIsRightIsFoundRightAndEachRuleWasMet() {
    Verdict verdict = judged(story -> { });
    assertThat(verdict.violations()).isEmpty();
    assertThat(verdict.judged().keySet()).containsExactlyInAnyOrder(LockChecker.TOKENS_GROW, LockChecker.NEVER_TWO, LockChecker.NEVER_STALE,
        LockChecker.OUT_STAYS_OUT, LockChecker.FREE_IN_TIME);
  }

  @Test
  @DisplayName("LL-08 two holders at a time, a token that goes back, and a stale write are seen")
  void whatMustNotBeOfHolders() {
    assertThat(judged(story -> story.turns.set(1, granted("two", 21, 4, 30))).broken()).containsExactly(LockChecker.TOKENS_GROW);
    assertThat(new LockCheckerTest().judged(story -> story.turns.set(1, granted("two", 19, 7, 30))).broken()).containsExactly(LockChecker.NEVER_TWO);
    assertThat(new LockCheckerTest().judged(story -> story.turns.set(0, granted("one", 10, 5, 45))).judged(LockChecker.NEVER_TWO)).isEqualTo(2);
    assertThat(new LockCheckerTest().judged(story -> story.writes.add(new Write("r", 5, 14))).broken()).containsExactly(LockChecker.NEVER_STALE);
  }

  @Test
  @DisplayName("LL-10 a place that outlives its time, comes back, or is never free again is seen")
  void whatMustNotBeOfPlaces() {
    assertThat(judged(story -> story.places.set(2, new Place("out", 7, 26))).broken()).containsExactly(LockChecker.OUT_STAYS_OUT);
    assertThat(new LockCheckerTest().judged(story -> story.places.add(new Place("out", 50, 51))).broken()).containsExactly(LockChecker.OUT_STAYS_OUT);
    assertThat(new LockCheckerTest().judged(story -> story.freed.set(0, new Freed("x", 30, 41, 10))).broken()).containsExactly(LockChecker.FREE_IN_TIME);
  }
}
