package io.cairn.storage.mvcc;

import static io.cairn.storage.mvcc.StoreScript.bytes;
import static io.cairn.storage.mvcc.StoreScript.delete;
import static io.cairn.storage.mvcc.StoreScript.deleteRange;
import static io.cairn.storage.mvcc.StoreScript.put;
import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.storage.OnDiskFormat;
import io.cairn.storage.engine.EngineCursor;
import io.cairn.storage.engine.EngineView;
import io.cairn.storage.engine.Family;
import io.cairn.storage.engine.ScratchEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Retention by count: events are counted, not revisions, and found again by marks. */
class EventCountTest {
  @RegisterExtension
  static final StoreFixture FIXTURE = new StoreFixture();

  private final ScratchEngine scratch = FIXTURE.scratch();
  private StoreScript script = FIXTURE.newStore();
  private final long number = FIXTURE.number();

  private void puts(int count, int keys) {
    for (int i = 0; i < count; i++) {
      script.apply(put("k" + i % keys, "v" + i));
    }
  }

  private long eventsAbove(long revision) {
    long count = 0;
    try (EngineView view = scratch.engine().view(); EngineCursor cursor = view.cursor(Family.EVENTS,
        OnDiskFormat.eventKey(number, revision + 1, 0), OnDiskFormat.storeEnd(number))) {
      for (; cursor.valid(); cursor.next()) {
        count++;
      }
    }
    return count;
  }

  @Test
  void atLeastSoManyEventsStayAndLittleMore() {
    puts(5_000, 10);
    for (long keep : new long[] {1, 999, 1_000, 1_001, 2_500, 3_999}) {
      long revision = script.store.revisionWithout(keep);
      assertThat(eventsAbove(revision)).as("keeping %d", keep).isBetween(keep, keep + EventCount.EVERY);
    }
    assertThat(script.store.revisionWithout(5_000)).isZero();
  }

  @Test
  void aRevisionOfManyEventsIsNeverSplit() {
    puts(3_500, 3_500);
    script.apply(deleteRange("k", "l"));
    puts(1_500, 10);
    long revision = script.store.revisionWithout(1_400);
    assertThat(revision).as("the delete of 3,500 keys is one revision, kept or dropped whole").isGreaterThanOrEqualTo(3_502);
    assertThat(eventsAbove(revision)).isBetween(1_400L, 1_400L + EventCount.EVERY);
    assertThat(script.store.revisionWithout(1_600)).isLessThan(3_502);
    assertThat(eventsAbove(script.store.revisionWithout(1_600))).isGreaterThanOrEqualTo(1_600);
  }

  @Test
  void countAndMarksOutliveARestartAndGoWithACompaction() {
    puts(2_500, 10);
    long before = script.store.revisionWithout(1_000);
    script = FIXTURE.reopen();
    assertThat(script.store.revisionWithout(1_000)).isEqualTo(before);
    puts(2_500, 10);
    FIXTURE.compact(before);
    long after = script.store.revisionWithout(1_000);
    assertThat(after).isGreaterThan(before);
    assertThat(eventsAbove(after)).isBetween(1_000L, 1_000L + EventCount.EVERY);
    FIXTURE.compact(script.store.applied().revision());
    assertThat(script.store.revisionWithout(1)).isZero();
    try (EngineView view = scratch.engine().view(); EngineCursor marks = view.cursor(Family.SMALL,
        OnDiskFormat.markKey(number, 0), OnDiskFormat.markKey(number, Long.MAX_VALUE))) {
      assertThat(marks.valid()).isFalse();
    }
  }

  @Test
  void deletedKeysAreSweptUpToTheCompactionAndNoFurther() {
    script.apply(put("a", "1"), put("b", "1"), put("c", "1"), delete("a"), delete("b"));
    long between = script.store.applied().revision();
    script.apply(delete("c"));
    assertThat(script.store.deletedKeys()).isEqualTo(3);
    long hash = script.store.contentHash();
    FIXTURE.compact(between);
    var walk = new DeletedSweep(script.store);
    int found = 0;
    long compactedHash = script.store.contentHash();
    while (!walk.done()) {
      var page = walk.page(1);
      found += page.size();
      // Written anew between the walk and the step: that one stays.
      script.apply(put("b", "2"), delete("b"));
      var round = new ApplyRound(scratch.engine(), new RecentVersions(1 << 14));
      script.store.sweepDeleted(round, page);
      round.commit();
    }
    assertThat(found).isEqualTo(1);
    assertThat(script.store.deletedKeys()).isEqualTo(2);
    assertThat(scratch.engine().get(Family.DELETED, OnDiskFormat.storeKey(number, bytes("a")))).isNull();
    assertThat(scratch.engine().get(Family.DELETED, OnDiskFormat.storeKey(number, bytes("b")))).isNotNull();
    assertThat(script.get("c", between)).isEqualTo("1");
    assertThat(hash).isNotEqualTo(compactedHash);
  }

  @Test
  void aSweepChangesNothingThatIsHashed() {
    script.apply(put("a", "1"), delete("a"), put("b", "1"));
    FIXTURE.compact(script.store.applied().revision());
    long hash = script.store.contentHash();
    var round = new ApplyRound(scratch.engine(), new RecentVersions(1 << 14));
    script.store.sweepDeleted(round, new DeletedSweep(script.store).page(10));
    round.commit();
    assertThat(script.store.deletedKeys()).isZero();
    assertThat(script.store.contentHash()).isEqualTo(hash);
    assertThat(script.done(put("a", "2")).revision()).isEqualTo(script.store.applied().revision());
  }
}
