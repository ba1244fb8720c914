package io.cairn.storage.engine;

import java.util.List;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;

/** A RocksDB iterator between bounds. An iterator that ends because a read failed says so instead of looking finished. */
final class RocksCursor implements EngineCursor {
  private final RocksEngine engine;
  private final RocksView view;
  private final RocksIterator iterator;
  private final ReadOptions options;
  private final List<Slice> bounds;
  private boolean closed;

  RocksCursor(RocksEngine engine, RocksView view, RocksIterator iterator, ReadOptions options, List<Slice> bounds) {
    this.engine = engine;
    this.view = view;
    this.iterator = iterator;
    this.options = options;
    this.bounds = bounds;
  }

  @Override
  public boolean valid() {
    long stamp = enter();
    try {
      if (iterator.isValid()) {
        return true;
      }
      iterator.status();
      return false;
    } catch (RocksDBException e) {
      throw engine.failed("reading a range", e);
    } finally {
      engine.leave(stamp);
    }
  }

  @Override
  public byte[] key() {
    long stamp = enter();
    try {
      return iterator.key();
    } finally {
      engine.leave(stamp);
    }
  }

  @Override
  public byte[] value() {
    long stamp = enter();
    try {
      return iterator.value();
    } finally {
      engine.leave(stamp);
    }
  }

  @Override
  public void next() {
    long stamp = enter();
    try {
      iterator.next();
    } finally {
      engine.leave(stamp);
    }
  }

  @Override
  public void previous() {
    long stamp = enter();
    try {
      iterator.prev();
    } finally {
      engine.leave(stamp);
    }
  }

  @Override
  public void seek(byte[] key) {
    long stamp = enter();
    try {
      iterator.seek(key);
    } finally {
      engine.leave(stamp);
    }
  }

  @Override
  public void seekToLast() {
    long stamp = enter();
    try {
      iterator.seekToLast();
    } finally {
      engine.leave(stamp);
    }
  }

  @Override
  public void close() {
    long stamp = engine.enterToClose();
    try {
      release();
    } finally {
      engine.leave(stamp);
    }
  }

  void release() {
    if (closed) {
      return;
    }
    closed = true;
    iterator.close();
    options.close();
    bounds.forEach(Slice::close);
    view.forget(this);
  }

  private long enter() {
    long stamp = engine.enter();
    if (closed) {
      engine.leave(stamp);
      throw new IllegalStateException("the cursor is closed");
    }
    return stamp;
  }
}
