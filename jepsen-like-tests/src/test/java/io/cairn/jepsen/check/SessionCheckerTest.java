package io.cairn.jepsen.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.jepsen.history.Change;
import io.cairn.jepsen.history.Compare;
import io.cairn.jepsen.history.Event;
import io.cairn.jepsen.history.Op;
import io.cairn.jepsen.history.Result;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Each rule of calls finds what breaks it, and no other rule does. */
final class SessionCheckerTest {
  private static final long GRACE = HistoryBuilder.MILLI;

  private final HistoryBuilder history = new HistoryBuilder();

  private Verdict verdict() {
    return new SessionChecker(GRACE).check(history.build());
  }

  private void brokenIsOnly(String rule) {
    Verdict verdict = verdict();
    assertThat(verdict.broken()).as("%s", verdict.violations()).containsExactly(rule);
  }

  private static Result written(long revision) {
    return new Result.Written(revision, 1, Optional.empty());
  }

  @Test
  void whatIsRightIsFoundRight() {
    history.put(1, "a", "1");
    history.get(1, "a");
    history.delete(1, "a");
    history.get(1, "a");
    history.unknown(2, new Op.Put("a", "2", 0));
    history.applied(Map.of("a", "2"));
    history.unknown(2, new Op.Put("a", "3", 0));
    history.refuse(2, new Op.Put("a", "4", 0), "OVERLOADED");
    Verdict verdict = verdict();
    assertThat(verdict.violations()).isEmpty();
    assertThat(verdict.judged(SessionChecker.OWN_WRITES)).isEqualTo(2);
  }

  @Test
  @DisplayName("CL-08 a call that never ends, ends twice, or ends unasked is found")
  void endsOnce() {
    long never = history.invoke(1, new Op.Get("a", 0, false));
    brokenIsOnly(SessionChecker.ENDS_ONCE);
    history.ok(never, new Result.Found(1, Optional.empty()));
    assertThat(verdict().violations()).isEmpty();
    history.ok(never, new Result.Found(1, Optional.empty()));
    brokenIsOnly(SessionChecker.ENDS_ONCE);
    history.ok(99, new Result.Found(1, Optional.empty()));
    assertThat(verdict().violations()).hasSize(2);
  }

  @Test
  @DisplayName("CL-07 a call that ends after its deadline is found")
  void inTime() {
    long call = history.invoke(1, new Op.Get("a", 0, false));
    history.advance(1_001).ok(call, new Result.Found(1, Optional.empty()));
    brokenIsOnly(SessionChecker.IN_TIME);
  }

  @Test
  void anAcknowledgedPutThatIsNotThereIsFound() {
    history.call(1, new Op.Put("a", "1", 0), written(2));
    brokenIsOnly(SessionChecker.ACKNOWLEDGED);
  }

  @Test
  @DisplayName("CL-01 an acknowledged put that took effect twice is found")
  void acknowledgedTwice() {
    history.put(1, "a", "1");
    history.applied(Map.of("a", "1"));
    brokenIsOnly(SessionChecker.ACKNOWLEDGED);
  }

  @Test
  @DisplayName("CL-01 a refused put that took effect is found")
  void refusedThere() {
    history.refuse(1, new Op.Put("a", "1", 0), "UNAVAILABLE");
    history.applied(Map.of("a", "1"));
    brokenIsOnly(SessionChecker.REFUSED);
  }

  @Test
  @DisplayName("CL-01 CL-03 a put of unknown outcome that took effect twice is found")
  void unknownTwice() {
    history.unknown(1, new Op.Put("a", "1", 0));
    history.applied(Map.of("a", "1"));
    assertThat(verdict().violations()).isEmpty();
    history.applied(Map.of("a", "1"));
    brokenIsOnly(SessionChecker.UNKNOWN);
  }

  @Test
  @DisplayName("CL-02 the side of a transaction that was not taken and took effect is found")
  void otherSide() {
    Op txn = new Op.Txn(List.of(Compare.mod("a", 0)), List.of(new Op.Put("a", "1", 0)), List.of(new Op.Put("a", "2", 0)));
    long call = history.invoke(1, txn);
    long revision = history.applied(Map.of("a", "1"));
    history.ok(call, new Result.TxnDone(revision, true, List.of(written(revision))));
    assertThat(verdict().violations()).isEmpty();
    history.applied(Map.of("a", "2"));
    brokenIsOnly(SessionChecker.ACKNOWLEDGED);
  }

  @Test
  void whatNobodyAskedForIsFound() {
    history.applied(Map.of("a", "1"));
    brokenIsOnly(SessionChecker.ASKED_FOR);
  }

  @Test
  void aDeleteThatNobodyAskedForIsFound() {
    history.put(1, "a", "1");
    history.add(at -> new Event.Applied(at, 1, 3, 0, List.of(Change.delete(3, history.held("a").orElseThrow()))));
    brokenIsOnly(SessionChecker.ASKED_FOR);
  }

  @Test
  void aRevisionThatTwoWereToldIsFound() {
    long revision = history.put(1, "a", "1");
    history.call(2, new Op.Delete("a"), written(revision));
    brokenIsOnly(SessionChecker.ONE_CALL);
  }

  @Test
  void aSessionThatGoesBackIsFound() {
    history.put(1, "a", "1");
    history.put(2, "c", "1");
    history.get(1, "c");
    history.get(1, "b", 2, Optional.empty());
    brokenIsOnly(SessionChecker.FORWARD);
  }

  @Test
  void anotherSessionMayBeBehind() {
    history.put(1, "c", "1");
    history.get(2, "b", 1, Optional.empty());
    assertThat(verdict().violations()).isEmpty();
  }

  @Test
  void ownWritesThatAreNotReadAreFound() {
    history.put(1, "a", "1");
    var old = history.held("a");
    history.put(1, "a", "2");
    history.get(1, "a", history.revision(), old);
    brokenIsOnly(SessionChecker.OWN_WRITES);
    history.get(1, "a", history.revision(), Optional.empty());
    assertThat(verdict().violations()).hasSize(2);
  }
}
