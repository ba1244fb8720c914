package io.cairn.jepsen.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.jepsen.check.ElectionStory.Office;
import io.cairn.jepsen.check.ElectionStory.Outcome;
import io.cairn.jepsen.check.ElectionStory.Proclaimed;
import io.cairn.jepsen.check.ElectionStory.Seen;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Every rule finds nothing in a story that is right, and what is wrong in one where one thing is. */
final class ElectionCheckerTest {
  private final List<Office> offices = new ArrayList<>(List.of(new Office("e", 5, "one", 10, 20), new Office("e", 7, "two", 21, 30)));
  private final List<Proclaimed> proclaimed = new ArrayList<>(List.of(new Proclaimed("e", 5, "one, at work", 12, Outcome.DONE, 8),
      new Proclaimed("e", 5, "one, busy", 13, Outcome.UNKNOWN, 0), new Proclaimed("e", 7, "two, at work", 22, Outcome.DONE, 12),
      new Proclaimed("e", 5, "one, late", 23, Outcome.REFUSED, 0)));
  private final List<Seen> seen = new ArrayList<>(List.of(new Seen("e", 1, 11, 5, "one"), new Seen("e", 1, 14, 5, "one, at work"),
      new Seen("e", 1, 15, 5, "one, busy"), new Seen("e", 1, 20, 0, ""), new Seen("e", 1, 25, 7, "two, at work")));

  private static Verdict judged(Consumer<ElectionCheckerTest> wrong) {
    var story = new ElectionCheckerTest();
    wrong.accept(story);
    return ElectionChecker.check(new ElectionStory(List.of("one", "two"), story.offices, story.proclaimed, story.seen));
  }

  @Test
  void whatIsRightIsFoundRightAndEachRuleWasMet() {
    Verdict verdict = judged(story -> { });
    assertThat(verdict.violations()).isEmpty();
    assertThat(verdict.judged().keySet()).containsExactlyInAnyOrder(ElectionChecker.TERMS_GROW, ElectionChecker.ONE_LEADER, ElectionChecker.IN_ORDER,
        ElectionChecker.FORMER_REFUSED, ElectionChecker.NEVER_BACK, ElectionChecker.WAS_SAID);
  }

  @Test
  @DisplayName("two leaders at a time, and a term that goes back, are seen")
  void whatMustNotBeOfLeaders() {
    assertThat(judged(story -> story.offices.set(0, new Office("e", 5, "one", 10, 22))).broken()).containsExactly(ElectionChecker.ONE_LEADER);
    assertThat(judged(story -> story.offices.add(new Office("e", 6, "two", 40, 41))).broken()).containsExactly(ElectionChecker.TERMS_GROW);
  }

  @Test
  @DisplayName("what a former leader says, taken after its successor was elected or after its successor's word, is seen")
  void whatMustNotBeProclaimed() {
    assertThat(judged(story -> story.proclaimed.set(3, new Proclaimed("e", 5, "one, late", 23, Outcome.DONE, 11))).broken())
        .containsExactly(ElectionChecker.FORMER_REFUSED);
    assertThat(judged(story -> story.proclaimed.set(0, new Proclaimed("e", 5, "one, at work", 12, Outcome.DONE, 13))).broken())
        .containsExactly(ElectionChecker.IN_ORDER);
  }

  @Test
  @DisplayName("an observer that is shown an earlier leader, an earlier word, or one that nobody said or that was refused, is seen")
  void whatMustNotBeShown() {
    assertThat(judged(story -> story.seen.add(new Seen("e", 1, 26, 5, "one, busy"))).broken()).containsExactly(ElectionChecker.NEVER_BACK);
    assertThat(judged(story -> story.seen.add(2, new Seen("e", 1, 14, 5, "one"))).broken()).containsExactly(ElectionChecker.NEVER_BACK);
    assertThat(judged(story -> story.seen.add(new Seen("e", 2, 26, 7, "nobody"))).broken()).containsExactly(ElectionChecker.WAS_SAID);
    assertThat(judged(story -> story.seen.add(new Seen("e", 2, 26, 7, "one, busy"))).broken()).containsExactly(ElectionChecker.WAS_SAID);
    assertThat(judged(story -> story.seen.add(3, new Seen("e", 1, 16, 5, "one, late"))).broken()).containsExactly(ElectionChecker.WAS_SAID);
    assertThat(judged(story -> story.seen.add(new Seen("e", 2, 26, 5, "one"))).broken()).as("another observer may be behind").isEmpty();
  }
}
