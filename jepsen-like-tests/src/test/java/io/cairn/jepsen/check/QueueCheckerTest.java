package io.cairn.jepsen.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.jepsen.check.QueueStory.Acknowledged;
import io.cairn.jepsen.check.QueueStory.Claim;
import io.cairn.jepsen.check.QueueStory.Message;
import io.cairn.jepsen.check.QueueStory.Outcome;
import io.cairn.jepsen.check.QueueStory.Sent;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Every rule finds nothing in a story that is right, and what is wrong in one where one thing is. */
final class QueueCheckerTest {
  private static final long THERE = Long.MAX_VALUE;

  private final List<Sent> sent = new ArrayList<>(List.of(new Sent("q", "one", Outcome.DONE), new Sent("q", "two", Outcome.DONE),
      new Sent("q", "three", Outcome.UNKNOWN), new Sent("q", "never", Outcome.REFUSED), new Sent("q", "last", Outcome.DONE)));
  private final List<Message> messages = new ArrayList<>(List.of(new Message("q", "one", 2, 10), new Message("q", "two", 3, 20),
      new Message("q", "three", 4, 12), new Message("q", "last", 5, THERE)));
  private final List<Claim> claims = new ArrayList<>(List.of(claim("one", 6, 100, 10, false), claim("two", 7, 110, 15, false), claim("three", 8, 120, 12, false),
      claim("two", 16, 1_110, 20, false), claim("last", 21, 1_200, 22, true), claim("last", 23, 1_210, THERE, false)));
  private final List<Acknowledged> acknowledged = new ArrayList<>(List.of(new Acknowledged("q", "one", 6, Outcome.DONE, 10),
      new Acknowledged("q", "three", 8, Outcome.UNKNOWN, 0), new Acknowledged("q", "two", 7, Outcome.REFUSED, 0),
      new Acknowledged("q", "two", 16, Outcome.DONE, 20)));

  private static Claim claim(String message, long token, long at, long goneAt, boolean givenBack) {
    return new Claim("q", message, token, at, at + 1_000, goneAt, givenBack);
  }

  private static Verdict judged(Consumer<QueueCheckerTest> wrong) {
    var story = new QueueCheckerTest();
    wrong.accept(story);
    return QueueChecker.check(new QueueStory(story.sent, story.messages, story.claims, story.acknowledged));
  }

  @Test
  void whatIsRightIsFoundRightAndEachRuleWasMet() {
    Verdict verdict = judged(story -> { });
    assertThat(verdict.violations()).isEmpty();
    assertThat(verdict.judged().keySet()).containsExactlyInAnyOrder(QueueChecker.NOTHING_LOST, QueueChecker.NOTHING_UNASKED, QueueChecker.ONCE,
        QueueChecker.BY_ITS_HOLDER, QueueChecker.FIFO, QueueChecker.ONE_CLAIM, QueueChecker.NOT_TOO_EARLY);
  }

  @Test
  @DisplayName("a message that is lost, that goes by itself, or that nobody sent is seen")
  void whatMustNotBeOfMessages() {
    assertThat(judged(story -> story.messages.remove(3)).broken()).containsExactly(QueueChecker.NOTHING_LOST);
    assertThat(judged(story -> story.messages.set(3, new Message("q", "last", 5, 24))).broken()).containsExactly(QueueChecker.NOTHING_LOST);
    assertThat(judged(story -> story.messages.add(new Message("q", "never", 6, THERE))).broken()).containsExactly(QueueChecker.NOTHING_UNASKED);
  }

  @Test
  @DisplayName("a message that is acknowledged twice, or by one whose claim has gone, is seen")
  void whatMustNotBeAcknowledged() {
    assertThat(judged(story -> story.acknowledged.add(new Acknowledged("q", "two", 16, Outcome.DONE, 20))).broken()).containsExactly(QueueChecker.ONCE);
    assertThat(judged(story -> story.acknowledged.set(3, new Acknowledged("q", "two", 7, Outcome.DONE, 20))).broken())
        .containsExactly(QueueChecker.BY_ITS_HOLDER);
    assertThat(judged(story -> story.claims.set(0, claim("one", 6, 100, 9, false))).broken()).containsExactly(QueueChecker.BY_ITS_HOLDER);
  }

  @Test
  @DisplayName("a message that is taken out of turn, while another has it, or before its claim was over, is seen")
  void whatMustNotBeTaken() {
    assertThat(judged(story -> {
      story.claims.set(0, claim("one", 9, 100, 10, false));
      story.acknowledged.set(0, new Acknowledged("q", "one", 9, Outcome.DONE, 10));
    }).broken()).containsExactly(QueueChecker.FIFO);
    assertThat(judged(story -> story.claims.set(1, claim("two", 7, 110, 17, false))).broken()).containsExactly(QueueChecker.ONE_CLAIM);
    assertThat(judged(story -> story.claims.set(1, claim("two", 7, 111, 15, false))).broken()).containsExactly(QueueChecker.NOT_TOO_EARLY);
    assertThat(judged(story -> story.claims.set(4, claim("last", 21, 1_200, 22, false))).broken()).containsExactly(QueueChecker.NOT_TOO_EARLY);
  }
}
