package io.cairn.jepsen.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.jepsen.history.Change;
import io.cairn.jepsen.history.Compare;
import io.cairn.jepsen.history.Event;
import io.cairn.jepsen.history.Op;
import io.cairn.jepsen.history.Result;
import io.cairn.jepsen.history.Version;
import io.cairn.jepsen.history.WatchSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Each rule of answers finds what breaks it, and no other rule does. */
final class ReplayCheckerTest {
  private final HistoryBuilder history = new HistoryBuilder();

  private Verdict verdict() {
    return new ReplayChecker().check(history.build());
  }

  private void brokenIsOnly(String rule) {
    Verdict verdict = verdict();
    assertThat(verdict.broken()).as("%s", verdict.violations()).containsExactly(rule);
  }

  private static Result written(long revision, long changed) {
    return new Result.Written(revision, changed, Optional.empty());
  }

  /** What a transaction that reads, puts and reads again is answered when all is right. */
  private long transact(Compare condition, boolean succeeds, String value) {
    Op txn = new Op.Txn(List.of(condition), List.of(new Op.Put("a", value, 0), new Op.Get("a", 0, false), new Op.Delete("aa")),
        List.of(new Op.Range("a", "b", 0)));
    long call = history.invoke(1, txn);
    if (!succeeds) {
      history.ok(call, new Result.TxnDone(history.revision(), false, List.of(new Result.Shown(0, history.held("a", "b")))));
      return history.revision();
    }
    boolean had = history.held("aa").isPresent();
    Map<String, String> values = new TreeMap<>();
    values.put("a", value);
    values.put("aa", null);
    long revision = history.applied(values);
    history.ok(call, new Result.TxnDone(revision, true,
        List.of(written(0, 1), new Result.Found(0, history.held("a")), written(0, had ? 1 : 0))));
    return revision;
  }

  @Test
  void whatIsRightIsFoundRight() {
    history.put(1, "a", "1");
    history.put(1, "aa", "1");
    transact(Compare.mod("a", 2), true, "2");
    transact(Compare.mod("a", 2), false, "3");
    transact(Compare.value("a", "2"), true, "4");
    history.delete(1, "a");
    history.get(2, "a");
    history.call(2, new Op.Get("a", 2, false), new Result.Found(history.revision(), history.build().truth().held("a", 2)));
    long add = history.invoke(1, new Op.Add("n", 5));
    long revision = history.applied(Map.of("n", "5"));
    history.ok(add, new Result.Added(revision, 5));
    long append = history.invoke(1, new Op.Append("n2", "x"));
    history.ok(append, written(history.applied(Map.of("n2", "x")), 1));
    Verdict verdict = verdict();
    assertThat(verdict.violations()).isEmpty();
    assertThat(verdict.judged().keySet()).containsExactlyInAnyOrder(ReplayChecker.RECORD, ReplayChecker.ANSWER, ReplayChecker.EFFECT,
        ReplayChecker.SHOWN, ReplayChecker.FRESH, ReplayChecker.REAL_TIME);
  }

  @Test
  @DisplayName("SM-04 a transaction that did a part of what it should is found")
  void partOfATransaction() {
    Op txn = new Op.Txn(List.of(), List.of(new Op.Put("a", "1", 0), new Op.Put("aa", "1", 0)), List.of());
    long call = history.invoke(1, txn);
    long revision = history.applied(Map.of("a", "1"));
    history.ok(call, new Result.TxnDone(revision, true, List.of(written(0, 1), written(0, 1))));
    brokenIsOnly(ReplayChecker.EFFECT);
  }

  @Test
  @DisplayName("SM-03 a transaction that answers otherwise than one that is done alone is found")
  void wrongAnswer() {
    history.put(1, "a", "1");
    Op txn = new Op.Txn(List.of(), List.of(new Op.Get("a", 0, false), new Op.Put("a", "2", 0)), List.of());
    long call = history.invoke(1, txn);
    long revision = history.applied(Map.of("a", "2"));
    history.ok(call, new Result.TxnDone(revision, true, List.of(new Result.Found(0, history.held("a")), written(0, 1))));
    brokenIsOnly(ReplayChecker.ANSWER);
  }

  @Test
  @DisplayName("CL-02 a condition that was said to hold and did not is found: a lost update")
  void wrongCondition() {
    history.put(1, "a", "1");
    history.put(1, "a", "2");
    transact(Compare.mod("a", 2), true, "3");
    brokenIsOnly(ReplayChecker.ANSWER);
  }

  @Test
  void aConditionThatWasSaidNotToHoldAndDidIsFound() {
    history.put(1, "a", "1");
    transact(Compare.mod("a", 2), false, "3");
    assertThat(verdict().broken()).contains(ReplayChecker.SHOWN).doesNotContain(ReplayChecker.ANSWER, ReplayChecker.EFFECT);
  }

  @Test
  void aReadOfWhatWasNotThereAtItsRevisionIsFound() {
    history.put(1, "a", "1");
    Optional<Version> old = history.held("a");
    history.put(2, "a", "2");
    history.get(3, "a", 3, old);
    brokenIsOnly(ReplayChecker.SHOWN);
  }

  @Test
  @DisplayName("SM-18 a stale read is found")
  void staleRead() {
    history.put(1, "a", "1");
    Optional<Version> old = history.held("a");
    history.put(2, "a", "2");
    history.get(3, "a", 2, old);
    brokenIsOnly(ReplayChecker.FRESH);
  }

  @Test
  @DisplayName("SM-18 a read that misses what a watch has shown is found")
  void readBehindAWatch() {
    history.put(1, "a", "1");
    Optional<Version> old = history.held("a");
    history.unknown(1, new Op.Put("a", "2", 0));
    long revision = history.applied(Map.of("a", "2"));
    long watch = history.open(WatchSpec.from("a", "b", 2));
    history.deliver(watch, history.change("a", 2), history.change("a", revision));
    history.get(3, "a", 2, old);
    brokenIsOnly(ReplayChecker.FRESH);
  }

  @Test
  void aReadOfOneReplicaAsItIsMayBeStaleButNotWrong() {
    history.put(1, "a", "1");
    Optional<Version> old = history.held("a");
    history.put(2, "a", "2");
    history.call(3, new Op.Get("a", 0, true), new Result.Found(2, old));
    assertThat(verdict().violations()).isEmpty();
    history.call(3, new Op.Get("a", 0, true), new Result.Found(3, old));
    brokenIsOnly(ReplayChecker.SHOWN);
  }

  @Test
  void aWriteBelowWhatWasToldBeforeIsFound() {
    long call = history.invoke(1, new Op.Put("c", "1", 0));
    long revision = history.applied(Map.of("c", "1"));
    history.put(2, "a", "1");
    history.ok(call, written(revision, 1));
    assertThat(verdict().violations()).isEmpty();
    history.get(2, "a");
    long late = history.invoke(1, new Op.Put("cc", "1", 0));
    history.add(at -> new Event.Applied(at, 2, 3_000, 0, List.of()));
    history.ok(late, written(2, 1));
    assertThat(verdict().broken()).contains(ReplayChecker.REAL_TIME);
  }

  @Test
  void aRevisionThatIsWrittenDownTwiceIsFound() {
    history.put(1, "a", "1");
    history.add(at -> new Event.Applied(at, 2, 2, 0, List.of()));
    brokenIsOnly(ReplayChecker.RECORD);
  }

  @Test
  @DisplayName("SM-16 a record whose previous value is not what came before is found")
  void brokenChain() {
    history.put(1, "a", "1");
    history.add(at -> new Event.Applied(at, 1, 3, 0, List.of(Change.put(new Version("a", "2", 2, 3, 2, 0), Optional.empty()))));
    brokenIsOnly(ReplayChecker.RECORD);
  }

  @Test
  void sumsAndListsAreDoneAgain() {
    long add = history.invoke(1, new Op.Add("n", 5));
    history.ok(add, new Result.Added(history.applied(Map.of("n", "5")), 6));
    brokenIsOnly(ReplayChecker.ANSWER);
    long append = history.invoke(1, new Op.Append("l", "y"));
    history.ok(append, written(history.applied(Map.of("l", "x,y")), 1));
    assertThat(verdict().broken()).containsExactly(ReplayChecker.ANSWER, ReplayChecker.EFFECT);
  }
}
