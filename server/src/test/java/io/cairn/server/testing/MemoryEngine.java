package io.cairn.server.testing;

import io.cairn.storage.engine.Engine;
import io.cairn.storage.engine.EngineBatch;
import io.cairn.storage.engine.EngineCursor;
import io.cairn.storage.engine.EngineView;
import io.cairn.storage.engine.Family;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** An engine of sorted maps. Views are copies; what was not flushed is told apart from what was. */
public final class MemoryEngine implements Engine {
  private Map<Family, TreeMap<byte[], byte[]>> applied = empty();
  private Map<Family, TreeMap<byte[], byte[]>> durable = empty();
  private long unflushed;
  private int flushes;
  private Runnable meanwhile = () -> { };
  private int writes;
  private RuntimeException failure;
  private Consumer<EngineBatch> onWrite = batch -> { };

  private static Map<Family, TreeMap<byte[], byte[]>> empty() {
    var families = new EnumMap<Family, TreeMap<byte[], byte[]>>(Family.class);
    for (Family family : Family.values()) {
      families.put(family, new TreeMap<>(Arrays::compareUnsigned));
    }
    return families;
  }

  private static Map<Family, TreeMap<byte[], byte[]>> copy(Map<Family, TreeMap<byte[], byte[]>> of) {
    var copy = empty();
    of.forEach((family, map) -> copy.get(family).putAll(map));
    return copy;
  }

  /** What a start after a loss of power finds. */
  public MemoryEngine afterCrash() {
    var left = new MemoryEngine();
    left.applied = copy(durable);
    left.durable = copy(durable);
    return left;
  }

  /** What happens, on another thread, while a flush runs. */
  public void duringFlush(Runnable meanwhile) {
    this.meanwhile = meanwhile;
  }

  /** From now on every write and flush fails with this. */
  public void failWith(RuntimeException cause) {
    failure = cause;
  }

  /** Looks at each batch before it is written. */
  public void onWrite(Consumer<EngineBatch> look) {
    onWrite = look;
  }

  public int flushes() {
    return flushes;
  }

  public int writes() {
    return writes;
  }

  @Override
  public byte[] get(Family family, byte[] key) {
    return applied.get(family).get(key);
  }

  @Override
  public byte[] durable(Family family, byte[] key) {
    return durable.get(family).get(key);
  }

  @Override
  public EngineView view() {
    var seen = copy(applied);
    return new EngineView() {
      @Override
      public byte[] get(Family family, byte[] key) {
        return seen.get(family).get(key);
      }

      @Override
      public EngineCursor cursor(Family family, byte[] start, byte[] end) {
        var range = end == null ? seen.get(family).tailMap(start, true) : seen.get(family).subMap(start, true, end, false);
        return new Cursor(List.copyOf(range.entrySet()));
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public long viewMark() {
    return 0;
  }

  @Override
  public boolean isViewedBefore(long mark) {
    return false;
  }

  @Override
  public void reclaim(Family family, List<Range> gone) {
    gone.forEach(range -> durable.get(family).subMap(range.start(), true, range.end(), false).clear());
  }

  @Override
  public boolean isWorthReclaiming(Family family, Range range) {
    return !durable.get(family).subMap(range.start(), true, range.end(), false).isEmpty();
  }

  @Override
  public long approximateBytes(Family family, Range range) {
    long bytes = 0;
    try (EngineView view = view(); EngineCursor cursor = view.cursor(family, range.start(), range.end())) {
      for (; cursor.valid(); cursor.next()) {
        bytes += cursor.key().length + cursor.value().length;
      }
    }
    return bytes;
  }

  private static final class Cursor implements EngineCursor {
    private final List<Map.Entry<byte[], byte[]>> entries;
    private int at;

    Cursor(List<Map.Entry<byte[], byte[]>> entries) {
      this.entries = entries;
    }

    @Override
    public boolean valid() {
      return at >= 0 && at < entries.size();
    }

    @Override
    public byte[] key() {
      return entries.get(at).getKey();
    }

    @Override
    public byte[] value() {
      return entries.get(at).getValue();
    }

    @Override
    public void next() {
      at++;
    }

    @Override
    public void previous() {
      at--;
    }

    @Override
    public void seek(byte[] key) {
      at = 0;
      while (valid() && Arrays.compareUnsigned(key(), key) < 0) {
        at++;
      }
    }

    @Override
    public void seekToLast() {
      at = entries.size() - 1;
    }

    @Override
    public void close() {}
  }

  @Override
  public void write(EngineBatch batch) {
    fail();
    writes++;
    var changes = (Batch) batch;
    onWrite.accept(batch);
    unflushed += changes.bytes();
    changes.changes.forEach(change -> change.accept(applied));
    batch.clear();
  }

  private void fail() {
    if (failure != null) {
      throw failure;
    }
  }

  @Override
  public EngineBatch newBatch() {
    return new Batch();
  }

  private static final class Batch implements EngineBatch {
    private final List<Consumer<Map<Family, TreeMap<byte[], byte[]>>>> changes = new ArrayList<>();
    private long bytes;

    @Override
    public void put(Family family, byte[] key, byte[] value) {
      bytes += key.length + value.length;
      changes.add(families -> families.get(family).put(key, value));
    }

    @Override
    public void delete(Family family, byte[] key) {
      bytes += key.length;
      changes.add(families -> families.get(family).remove(key));
    }

    @Override
    public void deleteRange(Family family, byte[] start, byte[] end) {
      bytes += start.length + end.length;
      changes.add(families -> families.get(family).subMap(start, true, end, false).clear());
    }

    @Override
    public int count() {
      return changes.size();
    }

    @Override
    public long bytes() {
      return bytes;
    }

    @Override
    public void clear() {
      changes.clear();
      bytes = 0;
    }
  }

  @Override
  public void flush() {
    fail();
    flushes++;
    long covered = unflushed;
    durable = copy(applied);
    meanwhile.run();
    unflushed -= covered;
  }

  @Override
  public long unflushedBytes() {
    return unflushed;
  }

  @Override
  public long diskBytes() {
    return 0;
  }

  /** Nothing is ever merged here. */
  @Override
  public Merges merges() {
    return new Merges(0, 0);
  }

  @Override
  public void close() {}
}
