package io.cairn.storage.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What every engine promises, whatever stands behind the seam. */
abstract class EngineContractTest {
  protected Engine engine;

  /** A new, empty engine. */
  abstract Engine create();

  /** The engine after a crash of its process: what was not flushed may be gone, and is gone when nothing else flushes. */
  abstract Engine crash();

  abstract void destroy();

  @BeforeEach
  void open() {
    engine = create();
  }

  @AfterEach
  void close() {
    destroy();
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  void put(Family family, String key, String value) {
    EngineBatch batch = engine.newBatch();
    batch.put(family, bytes(key), bytes(value));
    engine.write(batch);
  }

  static String text(byte[] bytes) {
    return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
  }

  static List<String> keys(EngineCursor cursor) {
    var keys = new ArrayList<String>();
    for (; cursor.valid(); cursor.next()) {
      keys.add(text(cursor.key()) + "=" + text(cursor.value()));
    }
    return keys;
  }

  @Test
  void familiesDoNotMix() {
    put(Family.NEWEST, "k", "1");
    put(Family.EVENTS, "k", "2");
    assertThat(text(engine.get(Family.NEWEST, bytes("k")))).isEqualTo("1");
    assertThat(text(engine.get(Family.EVENTS, bytes("k")))).isEqualTo("2");
    assertThat(engine.get(Family.DELETED, bytes("k"))).isNull();
  }

  @Test
  void laterChangesOfABatchWinAndWritingLeavesItEmpty() {
    EngineBatch batch = engine.newBatch();
    batch.put(Family.NEWEST, bytes("a"), bytes("1"));
    batch.put(Family.NEWEST, bytes("a"), bytes("2"));
    batch.put(Family.NEWEST, bytes("b"), bytes("1"));
    batch.delete(Family.NEWEST, bytes("b"));
    batch.put(Family.NEWEST, bytes("c"), bytes("1"));
    batch.deleteRange(Family.NEWEST, bytes("c"), bytes("d"));
    batch.put(Family.NEWEST, bytes("ca"), bytes("after"));
    batch.put(Family.SMALL, bytes("k__"), 1, bytes("v__"), 1);
    assertThat(batch.count()).isEqualTo(8);
    assertThat(batch.bytes()).isPositive();
    engine.write(batch);
    assertThat(batch.count()).isZero();
    assertThat(batch.bytes()).isZero();
    assertThat(text(engine.get(Family.NEWEST, bytes("a")))).isEqualTo("2");
    assertThat(engine.get(Family.NEWEST, bytes("b"))).isNull();
    assertThat(engine.get(Family.NEWEST, bytes("c"))).isNull();
    assertThat(text(engine.get(Family.NEWEST, bytes("ca")))).isEqualTo("after");
    assertThat(text(engine.get(Family.SMALL, bytes("k")))).isEqualTo("v");
  }

  @Test
  void aClearedBatchWritesNothing() {
    EngineBatch batch = engine.newBatch();
    batch.put(Family.NEWEST, bytes("a"), bytes("1"));
    batch.clear();
    engine.write(batch);
    assertThat(engine.get(Family.NEWEST, bytes("a"))).isNull();
  }

  @Test
  void aBatchOfManyMegabytesIsWrittenWhole() {
    EngineBatch batch = engine.newBatch();
    byte[] large = new byte[3 << 20];
    for (int i = 0; i < 4; i++) {
      large[7] = (byte) i;
      batch.put(Family.EVENTS, new byte[] {(byte) i}, large);
    }
    engine.write(batch);
    for (int i = 0; i < 4; i++) {
      assertThat(engine.get(Family.EVENTS, new byte[] {(byte) i})).hasSize(3 << 20).contains((byte) i, org.assertj.core.data.Index.atIndex(7));
    }
  }

  @Test
  void keysAreOrderedAsUnsignedBytes() {
    EngineBatch batch = engine.newBatch();
    batch.put(Family.NEWEST, new byte[] {(byte) 0x80}, bytes("high"));
    batch.put(Family.NEWEST, new byte[] {0x7f}, bytes("low"));
    batch.put(Family.NEWEST, new byte[] {0x7f, 0}, bytes("longer"));
    engine.write(batch);
    try (EngineView view = engine.view(); EngineCursor cursor = view.cursor(Family.NEWEST, new byte[0], null)) {
      var values = new ArrayList<String>();
      for (; cursor.valid(); cursor.next()) {
        values.add(text(cursor.value()));
      }
      assertThat(values).containsExactly("low", "longer", "high");
    }
  }

  @Test
  void aCursorStaysInItsRangeBothWays() {
    for (String key : List.of("a", "b", "c", "d", "e")) {
      put(Family.NEWEST, key, key);
    }
    try (EngineView view = engine.view(); EngineCursor cursor = view.cursor(Family.NEWEST, bytes("b"), bytes("e"))) {
      assertThat(keys(cursor)).containsExactly("b=b", "c=c", "d=d");
      cursor.seek(bytes("c"));
      assertThat(text(cursor.key())).isEqualTo("c");
      cursor.seek(bytes("cc"));
      assertThat(text(cursor.key())).isEqualTo("d");
      cursor.seekToLast();
      assertThat(text(cursor.key())).isEqualTo("d");
      cursor.previous();
      cursor.previous();
      assertThat(text(cursor.key())).isEqualTo("b");
      cursor.previous();
      assertThat(cursor.valid()).isFalse();
    }
  }

  @Test
  void aViewDoesNotMove() {
    put(Family.NEWEST, "a", "old");
    try (EngineView view = engine.view()) {
      put(Family.NEWEST, "a", "new");
      put(Family.NEWEST, "b", "new");
      assertThat(text(view.get(Family.NEWEST, bytes("a")))).isEqualTo("old");
      try (EngineCursor cursor = view.cursor(Family.NEWEST, bytes("a"), null)) {
        assertThat(keys(cursor)).containsExactly("a=old");
      }
    }
    assertThat(text(engine.get(Family.NEWEST, bytes("a")))).isEqualTo("new");
  }

  @Test
  @DisplayName("A-02 durable() shows what a flush covered and nothing newer; that is what a crash leaves")
  void durableShowsWhatACrashLeaves() {
    put(Family.SMALL, "k", "flushed");
    engine.flush();
    put(Family.SMALL, "k", "written");
    put(Family.SMALL, "other", "written");
    assertThat(text(engine.get(Family.SMALL, bytes("k")))).isEqualTo("written");
    assertThat(text(engine.durable(Family.SMALL, bytes("k")))).isEqualTo("flushed");
    assertThat(engine.durable(Family.SMALL, bytes("other"))).isNull();
    engine = crash();
    assertThat(text(engine.get(Family.SMALL, bytes("k")))).isEqualTo("flushed");
    assertThat(engine.get(Family.SMALL, bytes("other"))).isNull();
  }

  @Test
  @DisplayName("A-02 a delete that is not flushed does not hide what is durable")
  void aDeleteIsDurableOnceFlushed() {
    put(Family.SMALL, "k", "1");
    engine.flush();
    EngineBatch batch = engine.newBatch();
    batch.delete(Family.SMALL, bytes("k"));
    engine.write(batch);
    assertThat(text(engine.durable(Family.SMALL, bytes("k")))).isEqualTo("1");
    engine.flush();
    assertThat(engine.durable(Family.SMALL, bytes("k"))).isNull();
  }

  @Test
  void unflushedBytesGrowWithWritesAndFallWithAFlush() {
    put(Family.NEWEST, "k", "x".repeat(1000));
    assertThat(engine.unflushedBytes()).isGreaterThan(1000);
    engine.flush();
    assertThat(engine.unflushedBytes()).isZero();
  }
}
