package io.cairn.storage.engine;

import java.util.ArrayList;
import java.util.List;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.Snapshot;

/** A RocksDB snapshot with the cursors made on it. */
final class RocksView implements EngineView {
  private final RocksEngine engine;
  private final long number;
  private Snapshot snapshot;
  private ReadOptions read;
  private final List<RocksCursor> cursors = new ArrayList<>(2);
  private boolean closed;

  RocksView(RocksEngine engine, long number) {
    this.engine = engine;
    this.number = number;
  }

  void show(Snapshot taken) {
    snapshot = taken;
    read = new ReadOptions().setSnapshot(taken);
  }

  long number() {
    return number;
  }

  @Override
  public byte[] get(Family family, byte[] key) {
    long stamp = engine.enter();
    try {
      checkOpen();
      return engine.get(family, read, key);
    } finally {
      engine.leave(stamp);
    }
  }

  @Override
  public EngineCursor cursor(Family family, byte[] start, byte[] end) {
    long stamp = engine.enter();
    try {
      checkOpen();
      var bounds = new ArrayList<Slice>(2);
      ReadOptions options = new ReadOptions().setSnapshot(snapshot);
      if (start != null) {
        bounds.add(new Slice(start));
        options.setIterateLowerBound(bounds.getLast());
      }
      if (end != null) {
        bounds.add(new Slice(end));
        options.setIterateUpperBound(bounds.getLast());
      }
      RocksIterator iterator = engine.iterator(family, options);
      var cursor = new RocksCursor(engine, this, iterator, options, bounds);
      cursors.add(cursor);
      iterator.seekToFirst();
      return cursor;
    } finally {
      engine.leave(stamp);
    }
  }

  void forget(RocksCursor cursor) {
    cursors.remove(cursor);
  }

  @Override
  public void close() {
    long stamp = engine.enterToClose();
    try {
      release();
      engine.forget(this);
    } finally {
      engine.leave(stamp);
    }
  }

  /** Frees what is native; also when the engine closes under a view that is still open. */
  void release() {
    if (closed) {
      return;
    }
    closed = true;
    for (RocksCursor cursor : List.copyOf(cursors)) {
      cursor.release();
    }
    read.close();
    engine.release(snapshot);
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the view is closed");
    }
  }
}
