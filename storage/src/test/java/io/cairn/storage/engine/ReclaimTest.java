package io.cairn.storage.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.storage.OnDiskFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** History that was dropped leaves the disk without anybody asking the engine to tidy up. */
class ReclaimTest {
  private static final int VALUE_BYTES = 4 << 10;

  private static void put(Engine engine, int from, int to) {
    var random = new Random(from);
    EngineBatch batch = engine.newBatch();
    for (int i = from; i < to; i++) {
      byte[] value = new byte[VALUE_BYTES];
      random.nextBytes(value);
      batch.put(Family.EVENTS, OnDiskFormat.eventKey(1, i, 0), value);
      if (batch.bytes() > 1 << 20) {
        engine.write(batch);
      }
    }
    engine.write(batch);
  }

  @Test
  @DisplayName("50 MB of history, compacted to its last tenth: the disk holds about that tenth, and a view from before is waited for")
  void droppedHistoryLeavesTheDisk() {
    try (var scratch = new ScratchEngine(new EngineSettings(8 << 20, 4 << 20, 2))) {
      Engine engine = scratch.engine();
      int count = (50 << 20) / VALUE_BYTES;
      int kept = count / 10;
      put(engine, 0, count);
      engine.flush();
      long full = engine.diskBytes();
      assertThat(full).isGreaterThan(45L << 20);

      EngineView before = engine.view();
      EngineBatch batch = engine.newBatch();
      var gone = new Engine.Range(OnDiskFormat.storePrefix(1), OnDiskFormat.eventKey(1, count - kept, 0));
      batch.deleteRange(Family.EVENTS, gone.start(), gone.end());
      engine.write(batch);
      long mark = engine.viewMark();
      engine.flush();
      assertThat(engine.isViewedBefore(mark)).isTrue();
      assertThat(before.get(Family.EVENTS, OnDiskFormat.eventKey(1, 0, 0))).isNotNull();
      before.close();
      try (EngineView after = engine.view()) {
        assertThat(engine.isViewedBefore(mark)).as("a view from after the delete does not need what it deleted").isFalse();
        assertThat(after.get(Family.EVENTS, OnDiskFormat.eventKey(1, 0, 0))).isNull();
      }
      assertThat(engine.isWorthReclaiming(Family.EVENTS, gone)).isTrue();
      engine.reclaim(Family.EVENTS, List.of(gone));

      assertThat(engine.diskBytes()).isLessThan(full / 5);
      assertThat(engine.isWorthReclaiming(Family.EVENTS, gone)).isFalse();
      assertThat(engine.get(Family.EVENTS, OnDiskFormat.eventKey(1, count - kept, 0))).isNotNull();
      Engine again = scratch.crash();
      assertThat(again.get(Family.EVENTS, OnDiskFormat.eventKey(1, count - kept - 1, 0))).isNull();
      assertThat(again.get(Family.EVENTS, OnDiskFormat.eventKey(1, count - 1, 0))).isNotNull();
    }
  }

  @Test
  void littleIsLeftToTheMergesThatComeByAnyway() {
    try (var scratch = new ScratchEngine()) {
      Engine engine = scratch.engine();
      put(engine, 0, 20);
      engine.flush();
      var gone = new Engine.Range(OnDiskFormat.storePrefix(1), OnDiskFormat.eventKey(1, 10, 0));
      assertThat(engine.isWorthReclaiming(Family.EVENTS, gone)).isFalse();
      engine.reclaim(Family.EVENTS, List.of(gone));
      engine.reclaim(Family.EVENTS, List.of());
      assertThat(engine.get(Family.EVENTS, OnDiskFormat.eventKey(1, 15, 0))).isNotNull();
    }
  }

  private static void putKeys(Engine engine, int from, int to) {
    var random = new Random(from);
    EngineBatch batch = engine.newBatch();
    for (int i = from; i < to; i++) {
      byte[] value = new byte[VALUE_BYTES];
      random.nextBytes(value);
      batch.put(Family.NEWEST, OnDiskFormat.storeKey(1, new byte[] {(byte) (i >> 8), (byte) i}), value);
    }
    engine.write(batch);
    engine.flush();
  }

  @Test
  @DisplayName("what was deleted leaves the disk when it is asked for, and where there is the room to rewrite what is left")
  void deletesAreGivenBack() {
    try (var scratch = new ScratchEngine()) {
      Engine engine = scratch.engine();
      putKeys(engine, 0, 500);
      long full = engine.diskBytes();
      engine.roomOnDisk(1L << 40);
      assertThat(engine.reclaimDeletes(Family.NEWEST)).as("nothing was deleted").isFalse();

      EngineBatch batch = engine.newBatch();
      for (int i = 10; i < 500; i++) {
        batch.delete(Family.NEWEST, OnDiskFormat.storeKey(1, new byte[] {(byte) (i >> 8), (byte) i}));
      }
      engine.write(batch);
      engine.flush();
      engine.roomOnDisk(full / 2);
      assertThat(engine.reclaimDeletes(Family.NEWEST)).as("there is no room for it").isFalse();
      engine.roomOnDisk(2 * full);
      assertThat(engine.reclaimDeletes(Family.NEWEST)).isTrue();

      assertThat(engine.diskBytes()).isLessThan(full / 10);
      assertThat(engine.get(Family.NEWEST, OnDiskFormat.storeKey(1, new byte[] {0, 9}))).isNotNull();
      assertThat(engine.reclaimDeletes(Family.NEWEST)).as("again").isFalse();
      assertThat(engine.merges().bytesPerSecond()).as("nobody waits any more").isEqualTo(MergePace.UNHURRIED);
    }
  }

  @Test
  @DisplayName("A-09 a merge for which the disk has no room does not begin: files pile up instead, and go on being merged when there is")
  void mergesWaitForRoom() {
    try (var scratch = new ScratchEngine()) {
      Engine engine = scratch.engine();
      putKeys(engine, 0, 10);
      engine.roomOnDisk(0);
      int files = RocksOptions.filesToMerge(Family.NEWEST) + 4;
      for (int i = 0; i < files; i++) {
        putKeys(engine, i, i + 20);
      }
      assertThat(engine.merges().late()).as("files that no merge has taken").isGreaterThanOrEqualTo(4);
      assertThat(engine.get(Family.NEWEST, OnDiskFormat.storeKey(1, new byte[] {0, 5}))).isNotNull();

      engine.roomOnDisk(1L << 40);
      for (int i = 0; i < 200 && engine.merges().late() > 0; i++) {
        putKeys(engine, i, i + 20); // The pace is looked at after each flush.
      }
      assertThat(engine.merges().late()).as("files that wait once there is room").isLessThanOrEqualTo(0);
      assertThat(scratch.failures).isEmpty();
    }
  }
}
