package io.cairn.storage.mvcc;

import static io.cairn.storage.mvcc.StoreScript.all;
import static io.cairn.storage.mvcc.StoreScript.bytes;
import static io.cairn.storage.mvcc.StoreScript.delete;
import static io.cairn.storage.mvcc.StoreScript.keys;
import static io.cairn.storage.mvcc.StoreScript.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.storage.engine.EngineBatch;
import io.cairn.storage.engine.Family;
import io.cairn.storage.engine.ScratchEngine;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Where no history is kept: what can still be read, what is refused, and that removing it changes nothing else. */
class HistoryRulesTest {
  @RegisterExtension
  static final StoreFixture FIXTURE = new StoreFixture();

  private final ScratchEngine scratch = FIXTURE.scratch();
  private StoreScript script = FIXTURE.newStore();

  private long put3() {
    script.apply(put("a", "1"), put("off/k", "1"));
    long between = script.store.applied().revision();
    script.apply(put("a", "2"), put("off/k", "2"), put("off/l", "1"));
    return between;
  }

  private int remove() {
    var sweep = new OffSweep(script.store);
    int removed = 0;
    for (List<byte[]> page = sweep.page(script.store.applied().revision(), 2); page != null; page = sweep.page(script.store.applied().revision(), 2)) {
      EngineBatch batch = scratch.engine().newBatch();
      page.forEach(key -> batch.delete(Family.EVENTS, key));
      removed += page.size();
      scratch.engine().write(batch);
    }
    return removed;
  }

  @Test
  void thePastUnderThePrefixIsRefusedAndTheRestIsAsEver() {
    FIXTURE.keepHistory("off/", false);
    long between = put3();
    long newest = script.store.applied().revision();
    assertThat(script.get("a", between)).isEqualTo("1");
    assertThatThrownBy(() -> script.get("off/k", between)).isInstanceOfSatisfying(CompactedException.class,
        compacted -> assertThat(compacted.oldest()).isEqualTo(newest));
    assertThat(script.get("off/k", newest)).isEqualTo("2");
    assertThat(script.get("off/k", 0)).isEqualTo("2");
    assertThatThrownBy(() -> script.store.pastRange(all(between))).isInstanceOf(CompactedException.class);
    assertThat(keys(script.store.range(all(between)))).as("a range that was begun goes on").isEqualTo("a off/k");
    assertThat(script.store.oldestReadable(bytes("off/"), bytes("off0"))).isEqualTo(newest);
    assertThat(script.store.oldestReadable(bytes("b"), bytes("c"))).isZero();
    assertThat(script.store.oldestReadable(bytes(""), null)).isEqualTo(newest);
    assertThat(script.store.oldestKept(bytes("off/"), null)).as("nothing was removed yet").isZero();
  }

  @Test
  void whatIsRemovedIsMissedByNobody() {
    FIXTURE.keepHistory("off/", false);
    long between = put3();
    script.apply(delete("off/l"));
    var hash = new RevisionHash(script.store.applied().revision());
    while (!hash.advance(script.store, 1 << 20)) { }
    long content = script.store.contentHash();
    assertThat(remove()).isEqualTo(4);
    assertThat(script.store.oldestKept(bytes("off/"), null)).isEqualTo(script.store.applied().revision());
    assertThat(script.store.contentHash()).as("on one node before another").isEqualTo(content);
    var again = new RevisionHash(script.store.applied().revision());
    while (!again.advance(script.store, 1 << 20)) { }
    assertThat(again.hash()).isEqualTo(hash.hash());
    assertThat(script.get("a", between)).isEqualTo("1");
    assertThat(script.get("off/k", 0)).isEqualTo("2");
    assertThatThrownBy(() -> script.store.range(all(between))).as("too old for a range that was begun").isInstanceOf(CompactedException.class);
    script.apply(put("off/l", "2"), put("off/k", "3"));
    assertThat(script.get("off/l", 0)).isEqualTo("2");
    try (ReadView view = script.store.view()) {
      assertThat(view.history(new KeyHistoryQuery(bytes("off/k"), 0, Long.MAX_VALUE, 10, 1 << 20, 100, 0, 0)).cut()).isTrue();
      assertThat(view.history(new KeyHistoryQuery(bytes("a"), 0, Long.MAX_VALUE, 10, 1 << 20, 100, 0, 0)).events()).hasSize(2);
    }
  }

  @Test
  void turnedOnAgainItIsKeptFromThereOn() {
    FIXTURE.keepHistory("off/", false);
    long off = put3();
    FIXTURE.keepHistory("off/", true);
    long on = script.store.applied().revision();
    script.apply(put("off/k", "3"), put("off/k", "4"));
    remove();
    assertThat(script.get("off/k", on)).isEqualTo("2");
    assertThat(script.get("off/k", on + 1)).isEqualTo("3");
    assertThatThrownBy(() -> script.get("off/k", off)).isInstanceOfSatisfying(CompactedException.class,
        compacted -> assertThat(compacted.oldest()).isEqualTo(on));
    assertThat(script.store.oldestReadable(bytes("off/"), null)).isEqualTo(on);
    script = FIXTURE.reopen();
    assertThatThrownBy(() -> script.get("off/k", off)).as("after a restart, too").isInstanceOf(CompactedException.class);
    FIXTURE.compact(on);
    assertThat(script.store.historyRules().isEmpty()).as("what the compaction refuses needs no rule").isTrue();
    assertThat(script.get("off/k", on + 1)).isEqualTo("3");
  }

  @Test
  void aVersionTooLongToBeRememberedIsNotGivenASecondTime() {
    FIXTURE.keepHistory("off/", false);
    script.apply(put("off/k", "x".repeat(1_000)));
    Batch batch = script.batch(put("off/k", "2"));
    assertThat(((WriteResult.Done) script.apply(batch).getFirst()).previous().value()).hasSize(1_000);
    Write again = batch.writes().getFirst();
    var repeated = script.apply(new Batch(script.store.applied().revision() + 1, 10, List.of(again))).getFirst();
    assertThat(((WriteResult.Refused) repeated).reason()).as("whether its event is still there must not matter")
        .isEqualTo(WriteResult.Reason.HORIZON);
  }

  @Test
  void aTransactionsLongAnswerIsNotWorkedOutAgainWithoutHistory() {
    script.apply(put("a", "1"), put("off/k", "x".repeat(1_000)));
    Op read = new Op.Range(bytes("off/"), null, 0, false, false, false);
    Batch batch = script.batch(new Op.Txn(List.of(), List.of(read, put("b", "2")), List.of()));
    script.apply(batch);
    Write again = batch.writes().getFirst();
    assertThat(script.apply(new Batch(script.store.applied().revision() + 1, 10, List.of(again))).getFirst())
        .as("while there is history").isInstanceOf(WriteResult.Done.class);
    FIXTURE.keepHistory("off/", false);
    var anothers = new Write(again.clientHigh() + 1, 1, 1, 1, again.seen(), 7, put("off/k", "3"));
    script.apply(new Batch(script.store.applied().revision() + 1, 10, List.of(anothers)));
    remove();
    var repeated = script.apply(new Batch(script.store.applied().revision() + 1, 10, List.of(again))).getFirst();
    assertThat(((WriteResult.Refused) repeated).reason()).isEqualTo(WriteResult.Reason.HORIZON);
  }
}
