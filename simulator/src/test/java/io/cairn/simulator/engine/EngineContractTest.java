package io.cairn.simulator.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.storage.engine.Engine;
import io.cairn.storage.engine.EngineBatch;
import io.cairn.storage.engine.EngineCursor;
import io.cairn.storage.engine.EngineView;
import io.cairn.storage.engine.Engines;
import io.cairn.storage.engine.Family;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What the state machine relies on, of RocksDB and of the engine in memory alike. */
abstract class EngineContractTest {
  private Engine engine;

  abstract Engines engines();

  /** Where an engine may lie; empty at first. */
  abstract String directory();

  @BeforeEach
  void open() {
    engine = engines().open(directory());
  }

  @AfterEach
  void close() {
    engine.close();
  }

  private void reopen() {
    engine.close();
    engine = engines().open(directory());
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  private void put(Family family, byte[] key, byte[] value) {
    EngineBatch batch = engine.newBatch();
    batch.put(family, key, value);
    engine.write(batch);
  }

  private static List<byte[]> keys(EngineCursor cursor) {
    List<byte[]> keys = new ArrayList<>();
    for (; cursor.valid(); cursor.next()) {
      keys.add(cursor.key());
    }
    return keys;
  }

  @Test
  void laterChangesOfABatchWin_andFamiliesAreApart() {
    EngineBatch batch = engine.newBatch();
    batch.put(Family.NEWEST, bytes(1), bytes(10));
    batch.put(Family.NEWEST, bytes(1), bytes(11));
    batch.put(Family.NEWEST, bytes(2), bytes(20));
    batch.deleteRange(Family.NEWEST, bytes(2), bytes(3));
    batch.put(Family.NEWEST, bytes(3), bytes());
    batch.delete(Family.NEWEST, bytes(4));
    batch.put(Family.EVENTS, bytes(1), bytes(99));
    assertThat(batch.count()).isEqualTo(7);
    assertThat(batch.bytes()).isPositive();

    engine.write(batch);

    assertThat(batch.count()).isZero();
    assertThat(engine.get(Family.NEWEST, bytes(1))).isEqualTo(bytes(11));
    assertThat(engine.get(Family.NEWEST, bytes(2))).isNull();
    assertThat(engine.get(Family.NEWEST, bytes(3))).isEmpty();
    assertThat(engine.get(Family.EVENTS, bytes(1))).isEqualTo(bytes(99));
    assertThat(engine.get(Family.DELETED, bytes(1))).isNull();
  }

  @Test
  void batchCopiesWhatItIsGiven_andSoDoesAGet() {
    byte[] key = bytes(1);
    byte[] value = bytes(10);
    EngineBatch batch = engine.newBatch();
    batch.put(Family.NEWEST, key, value);
    key[0] = 2;
    value[0] = 20;
    engine.write(batch);
    engine.get(Family.NEWEST, bytes(1))[0] = 30;

    assertThat(engine.get(Family.NEWEST, bytes(1))).isEqualTo(bytes(10));
    assertThat(engine.get(Family.NEWEST, bytes(2))).isNull();
  }

  @Test
  void keysAreOrderedAsUnsignedBytes_shorterFirst() {
    for (byte[] key : List.of(bytes(0x80), bytes(0x7F), bytes(0x7F, 0), bytes(0xFF), bytes(1))) {
      put(Family.NEWEST, key, bytes(1));
    }
    try (EngineView view = engine.view(); EngineCursor cursor = view.cursor(Family.NEWEST, null, null)) {
      assertThat(keys(cursor)).containsExactly(bytes(1), bytes(0x7F), bytes(0x7F, 0), bytes(0x80), bytes(0xFF));
    }
  }

  @Test
  void cursorStaysWithinItsRange_inEveryDirection() {
    for (int i = 1; i <= 9; i++) {
      put(Family.NEWEST, bytes(i), bytes(i));
    }
    try (EngineView view = engine.view(); EngineCursor cursor = view.cursor(Family.NEWEST, bytes(3), bytes(7))) {
      assertThat(cursor.key()).isEqualTo(bytes(3));
      cursor.seek(bytes(1));
      assertThat(cursor.key()).as("a seek before the range goes to its start").isEqualTo(bytes(3));
      cursor.previous();
      assertThat(cursor.valid()).isFalse();
      cursor.seekToLast();
      assertThat(cursor.key()).isEqualTo(bytes(6));
      assertThat(cursor.value()).isEqualTo(bytes(6));
      cursor.next();
      assertThat(cursor.valid()).isFalse();
      cursor.seek(bytes(5, 5));
      assertThat(cursor.key()).isEqualTo(bytes(6));
      cursor.seek(bytes(8));
      assertThat(cursor.valid()).isFalse();
    }
  }

  @Test
  void viewDoesNotChange_andAllItsFamiliesAreOfOneMoment() {
    put(Family.NEWEST, bytes(1), bytes(1));
    try (EngineView view = engine.view()) {
      put(Family.NEWEST, bytes(1), bytes(2));
      put(Family.EVENTS, bytes(1), bytes(2));
      engine.flush();

      assertThat(view.get(Family.NEWEST, bytes(1))).isEqualTo(bytes(1));
      assertThat(view.get(Family.EVENTS, bytes(1))).isNull();
      try (EngineCursor cursor = view.cursor(Family.EVENTS, null, null)) {
        assertThat(cursor.valid()).isFalse();
      }
    }
    assertThat(engine.get(Family.NEWEST, bytes(1))).isEqualTo(bytes(2));
  }

  @Test
  void closedViewAndClosedEngineAreNotUsed() {
    EngineView view = engine.view();
    view.close();
    view.close();
    assertThatThrownBy(() -> view.get(Family.NEWEST, bytes(1))).isInstanceOf(IllegalStateException.class);
    engine.close();
    engine.close();
    assertThatThrownBy(() -> engine.get(Family.NEWEST, bytes(1))).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> engine.flush()).isInstanceOf(IllegalStateException.class);
  }

  @Test
  @DisplayName("A-02 the durable value is what a flush covered, never what was only written")
  void durableIsWhatAFlushCovered() {
    put(Family.SMALL, bytes(0x20), bytes(1));
    engine.flush();
    assertThat(engine.durable(Family.SMALL, bytes(0x20))).isEqualTo(bytes(1));
    put(Family.SMALL, bytes(0x20), bytes(2));

    assertThat(engine.get(Family.SMALL, bytes(0x20))).isEqualTo(bytes(2));
    assertThat(engine.durable(Family.SMALL, bytes(0x20))).isEqualTo(bytes(1));
    engine.flush();
    assertThat(engine.durable(Family.SMALL, bytes(0x20))).isEqualTo(bytes(2));
  }

  @Test
  void unflushedBytesGrowWithWritesAndEndWithTheFlush() {
    long before = engine.unflushedBytes();
    put(Family.NEWEST, bytes(1), new byte[10_000]);
    assertThat(engine.unflushedBytes() - before).isGreaterThanOrEqualTo(10_000);

    engine.flush();

    assertThat(engine.unflushedBytes()).isZero();
    assertThat(engine.diskBytes()).isPositive();
  }

  @Test
  void flushedContentOutlivesTheEngine() {
    put(Family.NEWEST, bytes(1), bytes(1));
    put(Family.DELETED, bytes(2), bytes(2));
    engine.flush();
    reopen();

    assertThat(engine.get(Family.NEWEST, bytes(1))).isEqualTo(bytes(1));
    assertThat(engine.durable(Family.DELETED, bytes(2))).isEqualTo(bytes(2));
  }

  @Test
  @DisplayName("A-03 an engine closed without a flush comes back as a whole prefix of its batches, over all families")
  void closeWithoutFlushKeepsAPrefix() {
    EngineScript script = new EngineScript(1);
    for (int i = 0; i < 20; i++) {
      script.writeBatch(engine);
    }
    engine.flush();
    for (int i = 0; i < 20; i++) {
      script.writeBatch(engine);
    }
    reopen();

    int last = EngineScript.lastBatch(engine);
    assertThat(last).isBetween(20, 40);
    try (EngineView view = engine.view()) {
      assertThat(EngineScript.content(view)).isEqualTo(EngineReference.contentAfter(1, last));
    }
  }
}
