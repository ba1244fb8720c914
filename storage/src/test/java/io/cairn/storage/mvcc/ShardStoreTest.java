package io.cairn.storage.mvcc;

import static io.cairn.storage.mvcc.StoreScript.all;
import static io.cairn.storage.mvcc.StoreScript.bytes;
import static io.cairn.storage.mvcc.StoreScript.delete;
import static io.cairn.storage.mvcc.StoreScript.deleteRange;
import static io.cairn.storage.mvcc.StoreScript.keys;
import static io.cairn.storage.mvcc.StoreScript.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.raft.log.EntryId;
import io.cairn.storage.engine.Family;
import io.cairn.storage.engine.ScratchEngine;
import java.util.AbstractList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ShardStoreTest {
  @RegisterExtension
  static final StoreFixture FIXTURE = new StoreFixture();

  private final ScratchEngine scratch = FIXTURE.scratch();
  private StoreScript script = FIXTURE.newStore();
  private final long number = FIXTURE.number();

  @Test
  void aStoreIsBornAtRevisionOneSoThatItsFirstWriteGetsTwo() {
    assertThat(script.store.applied()).isEqualTo(new Applied(0, 0, 1));
    assertThat(script.done(put("a", "1")).revision()).isEqualTo(2);
    assertThat(script.store.applied()).isEqualTo(new Applied(1, 1, 2));
  }

  @Test
  void aPutCreatesAndALaterOneMakesTheNextVersion() {
    script.done(put("a", "1"));
    WriteResult.Done second = script.done(put("a", "2"));
    assertThat(second.previous().value()).isEqualTo(bytes("1"));
    Version version = script.store.get(bytes("a"), 0);
    assertThat(version.create()).isEqualTo(2);
    assertThat(version.mod()).isEqualTo(3);
    assertThat(version.version()).isEqualTo(2);
  }

  @Test
  void aPutAfterADeleteBeginsAgain() {
    script.done(put("a", "1"));
    script.done(delete("a"));
    assertThat(script.get("a", 0)).isNull();
    script.done(put("a", "2"));
    Version version = script.store.get(bytes("a"), 0);
    assertThat(version.create()).isEqualTo(4);
    assertThat(version.version()).isEqualTo(1);
    assertThat(script.get("a", 2)).isEqualTo("1");
    assertThat(script.get("a", 3)).isNull();
    assertThat(script.get("a", 1)).isNull();
  }

  @Test
  void whatChangesNothingTakesNoRevision() {
    List<WriteResult> results = script.apply(delete("missing"), put("a", "1"), deleteRange("x", "y"), deleteRange("z", "b"), put("b", "1"),
        delete("missing"));
    assertThat(results).extracting(result -> ((WriteResult.Done) result).revision()).containsExactly(1L, 2L, 2L, 2L, 3L, 3L);
    assertThat(results).extracting(result -> ((WriteResult.Done) result).changed()).containsExactly(0L, 1L, 0L, 0L, 1L, 0L);
    assertThat(script.store.applied().revision()).isEqualTo(3);
  }

  @Test
  void aDeletedRangeGoesUnderOneRevisionAndSeesItsOwnRound() {
    script.apply(put("a", "1"), put("b", "1"), put("d", "1"));
    script.apply(put("c", "1"), delete("a"), deleteRange("a", "d"), put("b", "2"));
    assertThat(keys(script.store.range(all(0)))).isEqualTo("b d");
    assertThat(keys(script.store.range(all(4)))).isEqualTo("a b d");
    assertThat(keys(script.store.range(all(5)))).isEqualTo("a b c d");
    assertThat(keys(script.store.range(all(6)))).isEqualTo("b c d");
    assertThat(keys(script.store.range(all(7)))).isEqualTo("d");
    assertThat(script.store.applied().revision()).isEqualTo(8);
  }

  @Test
  void aRangeWithoutAnEndGoesToTheEndOfTheStoreAndNotFurther() {
    var neighbour = new StoreScript(scratch.engine(), scratch.newStore());
    neighbour.done(put("z", "other"));
    script.done(put("a", "1"));
    script.apply(new Op.Put(new byte[] {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff}, bytes("1"), 0, false));
    assertThat(script.store.range(all(0)).versions()).hasSize(2);
    assertThat(((WriteResult.Done) script.apply(new Op.DeleteRange(new byte[0], null)).getFirst()).changed()).isEqualTo(2);
    assertThat(neighbour.get("z", 0)).isEqualTo("other");
  }

  @Test
  void largeValuesAreKeptWithTheirHistory() {
    String first = "1".repeat(1 << 20);
    script.done(put("a", first));
    script.done(put("a", "2".repeat(3 << 20)));
    assertThat(script.get("a", 2)).isEqualTo(first);
    assertThat(script.get("a", 0)).hasSize(3 << 20);
  }

  @Test
  void otherThreadsSeeARoundOnlyOnceItIsCommitted() {
    var round = new ApplyRound(scratch.engine(), new RecentVersions(1 << 14));
    script.store.apply(round, script.next(), script.batch(put("a", "1")));
    assertThat(script.get("a", 0)).isNull();
    assertThat(script.store.applied().index()).isZero();
    round.commit();
    assertThat(script.get("a", 0)).isEqualTo("1");
    assertThat(script.store.applied().index()).isEqualTo(1);
  }

  @Test
  void aViewDoesNotMove() {
    script.done(put("a", "1"));
    try (ReadView view = script.store.view()) {
      script.done(put("a", "2"));
      script.done(put("b", "1"));
      assertThat(view.applied().revision()).isEqualTo(2);
      assertThat(view.get(bytes("a"), 0).value()).isEqualTo(bytes("1"));
      assertThat(keys(view.range(all(0)))).isEqualTo("a");
    }
  }

  @Test
  void severalShardsAreWrittenInOneRound() {
    var other = new StoreScript(scratch.engine(), scratch.newStore());
    var round = new ApplyRound(scratch.engine(), new RecentVersions(1 << 14));
    script.store.apply(round, script.next(), script.batch(put("a", "1")));
    other.store.pass(round, other.next());
    other.store.apply(round, new EntryId(1, 2), other.batch(put("a", "2")));
    round.commit();
    assertThat(script.store.applied()).isEqualTo(new Applied(1, 1, 2));
    assertThat(other.store.applied()).isEqualTo(new Applied(2, 1, 2));
    assertThat(round.isEmpty()).isTrue();
  }

  @Test
  void entriesAreAppliedInOrderWithoutAGap() {
    var round = new ApplyRound(scratch.engine(), new RecentVersions(1 << 14));
    assertThatThrownBy(() -> script.store.pass(round, new EntryId(1, 2))).hasMessageContaining("entry 2 is the next one after 0");
    script.store.pass(round, new EntryId(3, 1));
    assertThatThrownBy(() -> script.store.pass(round, new EntryId(3, 1))).hasMessageContaining("entry 1 is the next one after 1");
    assertThatThrownBy(() -> script.store.pass(round, new EntryId(2, 2))).hasMessageContaining("term 2 of entry 2 is not below the last one 3");
  }

  @Test
  @DisplayName("SM-05 a batch's revisions are above every one before, also after a restart")
  void revisionsNeverGoBack() {
    script.done(put("a", "1"));
    script.done(delete("a"));
    scratch.engine().flush();
    script = new StoreScript(scratch.crash(), number);
    var stale = new Batch(3, 10, List.of(script.write(put("b", "1"))));
    assertThatThrownBy(() -> script.apply(stale)).hasMessageContaining("first revision 3 of a batch is above the last one 3");
    assertThat(script.store.applied()).isEqualTo(new Applied(2, 1, 3));
  }

  @Test
  @DisplayName("SM-04 a batch with one malformed command changes nothing")
  void aBatchIsCheckedWholeBeforeItsFirstChange() {
    Write good = script.write(put("a", "1"));
    Write bad = new Write(1, 1, 0, 0, 0, 0, put("b", "1"));
    var round = new ApplyRound(scratch.engine(), new RecentVersions(1 << 14));
    assertThatThrownBy(() -> script.store.apply(round, script.next(), new Batch(2, 10, List.of(good, bad)))).hasMessageContaining("sequence 0");
    assertThat(round.isEmpty()).isTrue();
    script.store.apply(round, script.next(), new Batch(2, 10, List.of(good)));
    round.commit();
    assertThat(script.get("a", 0)).isEqualTo("1");
  }

  @Test
  @DisplayName("SM-04 a round in which applying failed half way is never written, nor applied to")
  void aHalfAppliedRoundIsNotCommitted() {
    // Applying stops at the second command, when the first one is in the batch already.
    try (var dying = new ScratchEngine()) {
      var victim = new StoreScript(dying.engine(), 1);
      victim.done(put("z", "1"));
      var round = new ApplyRound(dying.engine(), new RecentVersions(1 << 14));
      EntryId entry = victim.next();
      Batch batch = victim.batch(put("a", "1"), deleteRange("a", "z"));
      var interrupted = new Batch(batch.firstRevision(), 10, new AbstractList<>() {
        private boolean checked;

        @Override
        public Write get(int index) {
          if (index == 1 && checked) {
            throw new IllegalStateException("interrupted");
          }
          checked |= index == 1;
          return batch.writes().get(index);
        }

        @Override
        public int size() {
          return 2;
        }
      });
      assertThatThrownBy(() -> victim.store.apply(round, entry, interrupted)).hasMessageContaining("interrupted");
      assertThatThrownBy(round::commit).hasMessageContaining("not committed");
      assertThatThrownBy(() -> victim.store.pass(round, entry)).hasMessageContaining("applying failed");
      assertThat(victim.get("a", 0)).isNull();
      assertThat(victim.store.applied().index()).isEqualTo(1);
    }
  }

  @Test
  void namedRecordsBelongToTheStoreAndTakeNoRevision() {
    var round = new ApplyRound(scratch.engine(), new RecentVersions(1 << 14));
    script.store.pass(round, script.next());
    script.store.putRecord(round, "map/2", bytes("two"));
    script.store.putRecord(round, "map/1", bytes("one"));
    script.store.putRecord(round, "window", bytes("9"));
    assertThat(script.store.record("window")).isNull();
    assertThat(script.store.record(round, "window")).isEqualTo(bytes("9"));
    round.commit();
    assertThat(script.store.record("window")).isEqualTo(bytes("9"));
    assertThat(script.store.records("map/")).containsExactly("map/1", "map/2");
    assertThat(script.store.records("")).containsExactly("map/1", "map/2", "window");
    script.store.deleteRecord(round, "map/1");
    assertThat(script.store.record(round, "map/1")).isNull();
    assertThat(script.store.record("map/1")).isEqualTo(bytes("one"));
    round.commit();
    assertThat(script.store.records("map/")).containsExactly("map/2");
    assertThat(script.store.applied().revision()).isEqualTo(1);
  }

  @Test
  void readsBelowTheCompactionRevisionAreRefusedAndAtItTheyWork() {
    script.apply(put("a", "1"), put("a", "2"), delete("b"), put("b", "1"), delete("b"), put("a", "3"));
    assertThat(script.store.applied().revision()).isEqualTo(6);
    FIXTURE.compact(4);
    assertThatThrownBy(() -> script.store.get(bytes("a"), 3)).isInstanceOfSatisfying(CompactedException.class,
        compacted -> assertThat(compacted.oldest()).isEqualTo(4));
    assertThatThrownBy(() -> script.store.range(all(3))).isInstanceOf(CompactedException.class);
    assertThat(script.get("a", 4)).isEqualTo("2");
    assertThat(keys(script.store.range(all(4)))).isEqualTo("a b");
    assertThat(keys(script.store.range(all(5)))).isEqualTo("a");
    assertThat(script.get("a", 0)).isEqualTo("3");
    assertThat(new StoreScript(scratch.engine(), number).store.compacted()).isEqualTo(4);
  }

  @Test
  void compactionDropsTheHeadOfTheEventsAndNothingElse() {
    script.apply(put("a", "1"), put("a", "2"), put("a", "3"));
    var round = new ApplyRound(scratch.engine(), new RecentVersions(1 << 14));
    script.store.compact(round, 3);
    round.commit();
    try (var view = scratch.engine().view()) {
      assertThat(view.get(Family.EVENTS, io.cairn.storage.OnDiskFormat.eventKey(number, 3, 0))).isNull();
      assertThat(view.get(Family.EVENTS, io.cairn.storage.OnDiskFormat.eventKey(number, 4, 0))).isNotNull();
    }
    script.store.compact(round, 2);
    assertThat(round.isEmpty()).isTrue();
  }

  @Test
  @DisplayName("W-04 the event just above the compaction revision is there, also when it is a delete, with what it deleted; the one at it is refused")
  void aDeleteJustAboveTheCompactionRevisionIsKept() {
    script.apply(put("a", "1"), put("b", "1"), delete("b"), put("a", "2")); // At 2, 3, 4 and 5.
    FIXTURE.compact(3);
    try (EventReader reader = script.store.events(4, 0)) {
      assertThat(reader.next()).isTrue();
      assertThat(reader.revision()).isEqualTo(4);
      assertThat(reader.event().current()).isNull();
      assertThat(reader.event().replaced().mod()).isEqualTo(3);
      assertThat(reader.next()).isTrue();
      assertThat(reader.revision()).isEqualTo(5);
      assertThat(reader.next()).isFalse();
    }
    assertThatThrownBy(() -> script.store.events(3, 0)).isInstanceOf(CompactedException.class);
    FIXTURE.compact(4);
    assertThatThrownBy(() -> script.store.events(4, 0)).isInstanceOf(CompactedException.class);
    try (EventReader reader = script.store.events(5, 0)) {
      assertThat(reader.next()).isTrue();
      assertThat(reader.revision()).isEqualTo(5);
    }
  }

  @Test
  @DisplayName("SM-05 a compaction above the last revision takes it along: nothing is written at or below it any more")
  void compactionAboveTheLastRevisionTakesItAlong() {
    script.apply(put("a", "1"), put("a", "2"));
    FIXTURE.compact(9);
    assertThat(script.store.applied().revision()).isEqualTo(9);
    assertThat(script.store.compacted()).isEqualTo(9);
    assertThat(script.store.oldestReadable(bytes("a"), null)).isEqualTo(9);
    assertThatThrownBy(() -> script.store.get(bytes("a"), 8)).isInstanceOf(CompactedException.class);
    assertThat(script.get("a", 9)).isEqualTo("2");
    var late = new ApplyRound(scratch.engine(), new RecentVersions(1 << 14));
    assertThatThrownBy(() -> script.store.apply(late, script.next(), new Batch(9, 10, script.batch(put("a", "3")).writes())))
        .hasMessageContaining("first revision 9");
  }
}
