package io.cairn.simulator.engine;

import io.cairn.simulator.schedule.SimRandom;
import io.cairn.storage.engine.Engine;
import io.cairn.storage.engine.EngineBatch;
import io.cairn.storage.engine.EngineCursor;
import io.cairn.storage.engine.EngineView;
import io.cairn.storage.engine.Family;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Batches drawn from a seed, and what an engine says of itself after each: the same for every engine that keeps the contract. */
final class EngineScript {
  private static final Family[] FAMILIES = Family.values();
  private static final byte[] LETTERS = {0, 1, 'a', 'b', (byte) 0x7F, (byte) 0x80, (byte) 0xFF};
  private static final byte[] FIRST = {1};
  /** A key that every batch writes in every family: which batch was the last is read from it. */
  private static final byte[] COUNTER = {(byte) 0xFE, 1};

  private final SimRandom random;
  private int batches;

  EngineScript(long seed) {
    random = new SimRandom(seed).split("engine.script");
  }

  int batches() {
    return batches;
  }

  /**
   * Short keys of few letters, so that ranges hit, keys are prefixes of each other, and unsigned order matters. None begins with 0: there
   * an engine keeps its own.
   */
  byte[] key() {
    byte[] key = new byte[1 + (int) random.nextLong(3)];
    for (int i = 0; i < key.length; i++) {
      key[i] = i == 0 ? LETTERS[1 + (int) random.nextLong(LETTERS.length - 1)] : LETTERS[(int) random.nextLong(LETTERS.length)];
    }
    return key;
  }

  void writeBatch(Engine engine) {
    EngineBatch batch = engine.newBatch();
    int count = 1 + (int) random.nextLong(6);
    for (int i = 0; i < count; i++) {
      Family family = FAMILIES[(int) random.nextLong(FAMILIES.length)];
      switch ((int) random.nextLong(6)) {
        case 0 -> batch.delete(family, key());
        case 1 -> deleteRange(batch, family);
        case 2 -> putPart(batch, family);
        default -> batch.put(family, key(), value());
      }
    }
    batches++;
    for (Family family : FAMILIES) {
      batch.put(family, COUNTER, number(batches));
    }
    engine.write(batch);
    if (batch.count() != 0 || batch.bytes() != 0) {
      throw new AssertionError("a written batch is empty; this one has " + batch.count() + " changes");
    }
  }

  private byte[] value() {
    byte[] value = new byte[(int) random.nextLong(20)];
    Arrays.fill(value, (byte) random.nextLong());
    return value;
  }

  private void putPart(EngineBatch batch, Family family) {
    byte[] key = key();
    byte[] value = value();
    batch.put(family, Arrays.copyOf(key, key.length + 5), key.length, Arrays.copyOf(value, value.length + 5), value.length);
  }

  private void deleteRange(EngineBatch batch, Family family) {
    byte[] one = key();
    byte[] other = key();
    boolean inOrder = Arrays.compareUnsigned(one, other) <= 0;
    batch.deleteRange(family, inOrder ? one : other, inOrder ? other : one);
  }

  private static byte[] number(int number) {
    return new byte[] {(byte) (number >>> 16), (byte) (number >>> 8), (byte) number};
  }

  /** The batch that an engine, opened again, ends with; fails if the families do not agree on it. */
  static int lastBatch(Engine engine) {
    int last = -1;
    for (Family family : FAMILIES) {
      byte[] value = engine.get(family, COUNTER);
      int found = value == null ? 0 : (value[0] & 0xFF) << 16 | (value[1] & 0xFF) << 8 | value[2] & 0xFF;
      if (last >= 0 && found != last) {
        throw new AssertionError("families end with batches " + last + " and " + found);
      }
      last = found;
    }
    return last;
  }

  /** Everything the script wrote, as text, family by family. */
  static String content(EngineView view) {
    StringBuilder text = new StringBuilder();
    for (Family family : FAMILIES) {
      try (EngineCursor cursor = view.cursor(family, FIRST, null)) {
        for (; cursor.valid(); cursor.next()) {
          text.append(family).append(' ').append(Arrays.toString(cursor.key())).append('=').append(Arrays.toString(cursor.value()))
              .append('\n');
        }
      }
    }
    return text.toString();
  }

  /** Looks at one view in many ways: gets, ranges forwards and backwards, seeks. */
  String look(EngineView view) {
    List<String> seen = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      Family family = FAMILIES[(int) random.nextLong(FAMILIES.length)];
      seen.add("get " + Arrays.toString(view.get(family, key())));
      byte[] start = key();
      byte[] end = random.nextLong(4) == 0 ? null : key();
      if (end != null && Arrays.compareUnsigned(start, end) > 0) {
        continue;
      }
      try (EngineCursor cursor = view.cursor(family, start, end)) {
        walk(cursor, seen);
      }
    }
    return String.join("\n", seen);
  }

  private void walk(EngineCursor cursor, List<String> seen) {
    for (int step = 0; step < 6; step++) {
      seen.add(cursor.valid() ? Arrays.toString(cursor.key()) + "=" + Arrays.toString(cursor.value()) : "end");
      int move = (int) random.nextLong(4);
      byte[] to = key();
      if (move == 0) {
        cursor.seek(to);
      } else if (move == 1) {
        cursor.seekToLast();
      } else if (cursor.valid()) {
        if (move == 2) {
          cursor.next();
        } else {
          cursor.previous();
        }
      }
    }
  }
}
