package io.cairn.storage.mvcc;

import static io.cairn.storage.mvcc.StoreScript.bytes;
import static io.cairn.storage.mvcc.StoreScript.delete;
import static io.cairn.storage.mvcc.StoreScript.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.storage.engine.ScratchEngine;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Transactions of a store, one thing at a time. */
class TxnTest {
  private static ScratchEngine scratch;
  private StoreScript script;

  @BeforeAll
  static void open() {
    scratch = new ScratchEngine();
  }

  @AfterAll
  static void close() {
    scratch.close();
  }

  @BeforeEach
  void newStore() {
    script = new StoreScript(scratch.engine(), scratch.newStore());
  }

  private static Op.Txn all(Op... ops) {
    return new Op.Txn(List.of(), List.of(ops), List.of());
  }

  private static Op add(String key, long delta) {
    return new Op.Add(bytes(key), delta);
  }

  @Test
  @DisplayName("SM-04 a transaction that fails in its last operation has changed nothing, and its neighbours in the batch are done")
  void whatFailsLateHasChangedNothing() {
    script.apply(put("text", "no number"), put("gone", "x"));
    List<WriteResult> results = script.apply(put("a", "1"), all(put("b", "1"), delete("gone"), add("text", 1)), put("c", "1"));
    assertThat(results.get(1)).isInstanceOfSatisfying(WriteResult.Refused.class,
        refused -> assertThat(refused.reason()).isEqualTo(WriteResult.Reason.NOT_A_NUMBER));
    assertThat(((WriteResult.Done) results.get(2)).revision()).as("it took no revision").isEqualTo(((WriteResult.Done) results.get(0)).revision() + 1);
    assertThat(script.get("b", 0)).isNull();
    assertThat(script.get("gone", 0)).isEqualTo("x");
    assertThat(script.get("c", 0)).isEqualTo("1");
  }

  @Test
  void aSumBeginsAtNothingGoesBelowAndDoesNotRunOver() {
    assertThat(sum(add("n", 5))).isEqualTo(5);
    assertThat(sum(add("n", -7))).isEqualTo(-2);
    assertThat(script.get("n", 0)).isEqualTo("-2");
    script.apply(put("n", Long.toString(Long.MAX_VALUE)));
    assertThat(reason(add("n", 1))).isEqualTo(WriteResult.Reason.NOT_A_NUMBER);
    assertThat(script.get("n", 0)).isEqualTo(Long.toString(Long.MAX_VALUE));
    assertThat(sum(add("n", Long.MIN_VALUE))).isEqualTo(-1);
    for (String no : List.of("", " 1", "1 ", "1.0", "0x1", "9223372036854775808", "\u0661")) {
      script.apply(put("n", no));
      assertThat(reason(add("n", 1))).as("'%s'", no).isEqualTo(WriteResult.Reason.NOT_A_NUMBER);
    }
  }

  private long sum(Op op) {
    return ((OpAnswer.Sum) script.done(op).answer()).value();
  }

  private WriteResult.Reason reason(Op op) {
    return ((WriteResult.Refused) script.apply(op).getFirst()).reason();
  }

  @Test
  void theBoundsThatAreLoggedDecide() {
    script.apply(put("a", "x".repeat(100)), put("b", "x".repeat(100)), put("c", "x".repeat(100)));
    Op read = all(new Op.Range(new byte[0], null, 0, false, false, false));
    assertThat(bounded(read, new TxnBounds(1_000, 3))).isInstanceOf(WriteResult.Done.class);
    assertThat(bounded(read, new TxnBounds(400, 3))).isInstanceOfSatisfying(WriteResult.Refused.class, refused -> {
      assertThat(refused.reason()).isEqualTo(WriteResult.Reason.TXN_TOO_LARGE);
      assertThat(refused.message()).contains("400");
    });
    Op clear = all(put("d", "1"), new Op.DeleteRange(bytes("a"), bytes("d"), false));
    assertThat(bounded(clear, new TxnBounds(1_000, 2))).isInstanceOfSatisfying(WriteResult.Refused.class,
        refused -> assertThat(refused.message()).contains("limits.txn-keys"));
    assertThat(script.get("d", 0)).isNull();
    assertThat(script.get("a", 0)).isNotNull();
  }

  private WriteResult bounded(Op op, TxnBounds bounds) {
    return script.apply(new Batch(script.store.applied().revision() + 1, 10, bounds, List.of(script.write(op)))).getFirst();
  }

  @Test
  void aTransactionThatChangesNothingTakesNoRevisionAndIsRemembered() {
    script.apply(put("a", "1"));
    long revision = script.store.applied().revision();
    WriteResult.Done read = script.done(all(new Op.Range(bytes("a"), bytes("b"), 0, false, false, false), delete("none")));
    assertThat(read.changed()).isZero();
    assertThat(read.revision()).isEqualTo(revision);
    assertThat(script.store.applied().revision()).isEqualTo(revision);
  }

  @Test
  void aKeyThatIsWrittenTwiceStopsTheReplicaForItWasNeverProposed() {
    assertThatThrownBy(() -> script.apply(all(put("a", "1"), put("a", "2")))).hasMessageContaining("writes a key once");
  }

  @Test
  void aCommandsLevelIsKeptWithTheStore() {
    assertThat(script.store.featureLevel()).isZero();
    var round = new ApplyRound(scratch.engine(), new RecentVersions(0));
    script.store.needsLevel(round, 1);
    script.store.needsLevel(round, 3);
    script.store.pass(round, script.next());
    round.commit();
    assertThat(script.store.featureLevel()).isEqualTo(3);
    ShardStore again = new StoreScript(scratch.engine(), script.store.store()).store;
    assertThat(again.featureLevel()).isEqualTo(3);
    again.needsLevel(round, 3);
    assertThat(round.isEmpty()).as("what is written down already is not written again, also after a start").isTrue();
  }
}
