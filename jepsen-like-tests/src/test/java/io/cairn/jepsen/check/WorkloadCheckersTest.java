package io.cairn.jepsen.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.jepsen.history.Op;
import io.cairn.jepsen.history.Result;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Banks, lists and counters that are not right are found. */
final class WorkloadCheckersTest {
  private final HistoryBuilder history = new HistoryBuilder();

  private Verdict bank() {
    return new BankChecker("a", "b", 100, 2).check(history.build());
  }

  private Verdict list() {
    return new ListChecker().check(history.build());
  }

  private Verdict counter() {
    return new CounterChecker().check(history.build());
  }

  private void transfer(long fromNow, long toNow) {
    history.applied("a1", fromNow + " x", "a2", Long.toString(toNow));
  }

  private void view() {
    history.call(1, new Op.Range("a", "b", 0), new Result.Shown(history.revision(), history.held("a", "b")));
  }

  @Test
  void aBankThatKeepsItsSumIsRight() {
    transfer(60, 40);
    transfer(10, 90);
    view();
    assertThat(bank().violations()).isEmpty();
    assertThat(bank().judged(BankChecker.SUM_SHOWN)).isOne();
    assertThat(bank().judged(BankChecker.SUM_WRITTEN)).isEqualTo(2);
  }

  @Test
  void aBankThatLosesMoneyIsFound() {
    transfer(60, 40);
    history.applied(Map.of("a1", "50"));
    assertThat(bank().broken()).containsExactly(BankChecker.SUM_WRITTEN);
  }

  @Test
  void aViewOfTwoMomentsIsFound() {
    transfer(60, 40);
    var before = history.held("a1").orElseThrow();
    transfer(10, 90);
    history.call(1, new Op.Range("a", "b", 0), new Result.Shown(3, List.of(before, history.held("a2").orElseThrow())));
    assertThat(bank().broken()).containsExactly(BankChecker.SUM_SHOWN);
  }

  @Test
  void anOverdrawnAccountIsFound() {
    transfer(110, -10);
    assertThat(bank().broken()).containsExactly(BankChecker.NOT_OVERDRAWN);
  }

  private long append(String element, String list) {
    long call = history.invoke(1, new Op.Append("l", element));
    long revision = history.applied(Map.of("l", list));
    history.ok(call, new Result.Written(revision, 1, Optional.empty()));
    return revision;
  }

  @Test
  void aListThatGrowsIsRight() {
    append("1", "1");
    history.unknown(2, new Op.Append("l", "2"));
    append("3", "1,2,3".replace("2,", ""));
    history.unknown(2, new Op.Append("l", "4"));
    history.applied(Map.of("l", "1,3,4"));
    history.refuse(2, new Op.Append("l", "5"), "OVERLOADED");
    assertThat(list().violations()).isEmpty();
  }

  @Test
  @DisplayName("CL-02 an append that was lost under another is found")
  void lostUpdate() {
    append("1", "1");
    append("2", "1,2");
    history.unknown(1, new Op.Append("l", "3"));
    history.applied(Map.of("l", "1,3"));
    assertThat(list().broken()).containsExactly(ListChecker.GROWS);
  }

  @Test
  @DisplayName("CL-01 CL-03 an append that came twice is found, acknowledged or not")
  void appendedTwice() {
    append("1", "1");
    history.applied(Map.of("l", "1,1"));
    assertThat(list().broken()).containsExactly(ListChecker.ACKNOWLEDGED);
    history.unknown(1, new Op.Append("l", "2"));
    history.applied(Map.of("l", "1,1,2"));
    history.applied(Map.of("l", "1,1,2,2"));
    assertThat(list().broken()).containsExactly(ListChecker.ACKNOWLEDGED, ListChecker.UNKNOWN);
  }

  @Test
  void anAppendThatIsNotThereOrShouldNotBeIsFound() {
    history.refuse(2, new Op.Append("l", "1"), "OVERLOADED");
    history.applied(Map.of("l", "1"));
    assertThat(list().broken()).containsExactly(ListChecker.REFUSED);
    history.applied(Map.of("l", "1,x"));
    assertThat(list().broken()).containsExactly(ListChecker.ASKED_FOR, ListChecker.REFUSED);
    history.call(1, new Op.Append("l", "9"), new Result.Written(9, 1, Optional.empty()));
    assertThat(list().broken()).contains(ListChecker.ACKNOWLEDGED);
  }

  private void add(long delta, long sum) {
    long call = history.invoke(1, new Op.Add("n", delta));
    history.ok(call, new Result.Added(history.applied(Map.of("n", Long.toString(sum))), sum));
  }

  @Test
  void aCounterThatCountsIsRight() {
    add(5, 5);
    history.unknown(1, new Op.Add("n", 2));
    add(1, 6);
    history.applied(Map.of("n", "8"));
    assertThat(counter().violations()).isEmpty();
  }

  @Test
  @DisplayName("CL-01 CL-03 an addition that took effect twice is found, acknowledged or not")
  void addedTwice() {
    history.unknown(1, new Op.Add("n", 2));
    history.applied(Map.of("n", "2"));
    history.applied(Map.of("n", "4"));
    assertThat(counter().broken()).containsExactly(CounterChecker.ASKED_FOR);
    add(5, 9);
    history.applied(Map.of("n", "14"));
    assertThat(counter().violations()).hasSize(2);
  }

  @Test
  void anAdditionThatIsNotThereOrAnotherIsFound() {
    add(5, 6);
    assertThat(counter().broken()).containsExactly(CounterChecker.ACKNOWLEDGED);
    history.call(1, new Op.Add("n", 1), new Result.Added(99, 7));
    assertThat(counter().violations()).hasSize(2);
  }

  @Test
  void halfOfATransferIsFound() {
    Op both = new Op.Txn(List.of(), List.of(new Op.Add("n", -5), new Op.Add("m", 5)), List.of());
    history.unknown(1, both);
    history.applied("m", "5", "n", "-5");
    assertThat(counter().violations()).isEmpty();
    history.unknown(1, both);
    history.applied(Map.of("m", "10"));
    assertThat(counter().broken()).containsExactly(CounterChecker.ASKED_FOR);
  }

  private Verdict answers() {
    return new CounterAnswersChecker().check(history.build());
  }

  @Test
  void aCounterWhoseAnswersGrowIsRight() {
    add(5, 5);
    history.unknown(1, new Op.Add("n", 2));
    history.unknown(2, new Op.Add("n", 4));
    add(1, 6);
    history.applied(Map.of("n", "10"));
    add(1, 11);
    assertThat(answers().violations()).isEmpty();
    assertThat(answers().judged().keySet()).containsExactlyInAnyOrder(CounterAnswersChecker.UNIQUE, CounterAnswersChecker.GROW, CounterAnswersChecker.SUM);
  }

  @Test
  @DisplayName("CL-01 CL-03 a sum that no choice of the unknown additions makes up for is found")
  void aSumThatIsNone() {
    history.unknown(1, new Op.Add("n", 2));
    history.unknown(2, new Op.Add("n", 4));
    add(5, 5);
    history.applied(Map.of("n", "8"));
    assertThat(answers().broken()).containsExactly(CounterAnswersChecker.SUM);
    history.applied(Map.of("n", "4"));
    assertThat(answers().broken()).as("less than what was acknowledged").containsExactly(CounterAnswersChecker.SUM);
    history.applied(Map.of("n", "12"));
    assertThat(answers().broken()).as("more than all").containsExactly(CounterAnswersChecker.SUM);
    history.applied(Map.of("n", "11"));
    assertThat(answers().violations()).isEmpty();
  }

  @Test
  @DisplayName("CL-01 an answer that was given twice, and one that goes back, are found")
  void anAnswerGivenTwice() {
    add(5, 5);
    history.call(2, new Op.Add("n", 5), new Result.Added(history.applied(Map.of("n", "10")), 5));
    assertThat(answers().broken()).containsExactly(CounterAnswersChecker.UNIQUE);
    history.call(1, new Op.Add("n", 1), new Result.Added(history.applied(Map.of("n", "11")), 3));
    assertThat(answers().broken()).containsExactly(CounterAnswersChecker.UNIQUE, CounterAnswersChecker.GROW);
  }

  @Test
  void aCounterThatIsTakenFromIsNotJudged() {
    add(5, 5);
    add(-2, 3);
    assertThat(answers().judged()).isEmpty();
  }
}
