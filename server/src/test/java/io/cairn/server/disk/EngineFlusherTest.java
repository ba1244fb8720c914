package io.cairn.server.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.server.testing.MemoryEngine;
import io.cairn.server.testing.VirtualLoops;
import io.cairn.storage.StorageFailure;
import io.cairn.storage.engine.Family;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class EngineFlusherTest {
  private long free = Long.MAX_VALUE;
  private final VirtualLoops loops = new VirtualLoops();
  private final VirtualLoops.VirtualLoop flush = loops.loop("flush");
  private final MemoryEngine engine = new MemoryEngine();
  private Runnable before = () -> { };
  private final List<String> broken = new ArrayList<>();
  private final List<Boolean> floorsComputed = new ArrayList<>();
  private final EngineFlusher flusher = new EngineFlusher(engine, flush, (what, cause) -> broken.add(what), 100, () -> free, () -> before.run(),
      () -> floorsComputed.add(engine.durable(Family.SMALL, new byte[] {1}) != null));

  private void write(int bytes) {
    var batch = engine.newBatch();
    batch.put(Family.SMALL, new byte[] {1}, new byte[bytes]);
    engine.write(batch);
    flusher.applied();
  }

  @Test
  void nothingIsFlushedBelowTheThreshold() {
    write(50);
    loops.run();

    assertThat(engine.flushes()).isZero();
  }

  @Test
  @DisplayName("A-02 the log's floors are computed only behind what was flushed")
  void floorsComeAfterTheFlush() {
    write(200);
    assertThat(floorsComputed).isEmpty();
    loops.run();

    assertThat(engine.flushes()).isEqualTo(1);
    assertThat(floorsComputed).containsExactly(true);
  }

  @Test
  @DisplayName("what is to be noted before a flush is written by whoever asks for it, and durable with the rest")
  void whatIsNotedBeforeIsInTheFlush() {
    before = () -> {
      var note = engine.newBatch();
      note.put(Family.SMALL, new byte[] {2}, new byte[] {(byte) engine.flushes()});
      engine.write(note);
    };
    write(50);
    assertThat(engine.get(Family.SMALL, new byte[] {2})).isNull();
    write(50);
    assertThat(engine.get(Family.SMALL, new byte[] {2})).containsExactly(0);
    loops.run();

    assertThat(engine.durable(Family.SMALL, new byte[] {2})).containsExactly(0);
  }

  @Test
  void manyRoundsAskForOneFlush() {
    for (int i = 0; i < 10; i++) {
      write(200);
    }
    loops.run();
    assertThat(engine.flushes()).isEqualTo(1);

    write(200);
    loops.run();

    assertThat(engine.flushes()).isEqualTo(2);
  }

  @Test
  void whatIsAppliedWhileAFlushRunsAsksForNoSecond() {
    engine.duringFlush(() -> write(10));
    write(200);
    loops.run();

    assertThat(engine.flushes()).isEqualTo(1);
    assertThat(engine.unflushedBytes()).isPositive();

    engine.duringFlush(() -> { });
    write(90);
    loops.run();

    assertThat(engine.flushes()).isEqualTo(2);
  }

  @Test
  @DisplayName("A-09 a flush that the disk has no room for is held back, and goes on when there is room: the node does not die of it")
  void aFlushWaitsForRoom() {
    free = 0;
    write(50);
    flusher.flushSoon();
    loops.run();
    assertThat(engine.flushes()).isZero();
    assertThat(flusher.isFull()).isFalse();

    write(100);
    loops.run();
    flusher.roomSeen();
    loops.run();
    assertThat(engine.flushes()).isZero();
    assertThat(flusher.isFull()).isTrue();

    free = 8 << 20;
    assertThat(flusher.hasRoom()).isTrue();
    flusher.roomSeen();
    loops.run();
    assertThat(engine.flushes()).isEqualTo(1);
    assertThat(flusher.isFull()).isFalse();
    assertThat(broken).isEmpty();
  }

  @Test
  void aFailedFlushStopsTheNodeAndNothingIsCut() {
    write(200);
    engine.failWith(new StorageFailure(StorageFailure.Kind.DISK, "full"));
    loops.run();
    flusher.flushSoon();
    loops.run();

    assertThat(broken).containsExactly("flushing the engine");
    assertThat(floorsComputed).isEmpty();
  }
}
