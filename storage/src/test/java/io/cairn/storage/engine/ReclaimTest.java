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
}
