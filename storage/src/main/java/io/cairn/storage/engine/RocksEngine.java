package io.cairn.storage.engine;

import io.cairn.storage.StorageFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.StampedLock;
import java.util.function.Consumer;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.PerfLevel;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.SizeApproximationFlag;
import org.rocksdb.Snapshot;
import org.rocksdb.WriteBatch;

/**
 * {@link Engine} on RocksDB, its write-ahead log off.
 *
 * <p>This class is the only caller of RocksDB's flush, and it always names every family: a flush without the list is not atomic
 * even with atomic_flush set (SM-09, SM-11). Every call passes a gate (a shared lock), so that closing waits for calls under way
 * and a late one gets an exception instead of freed memory.
 */
final class RocksEngine implements Engine {
  private final StampedLock gate = new StampedLock();
  private final Set<RocksView> views = ConcurrentHashMap.newKeySet();
  private final AtomicLong unflushed = new AtomicLong();
  private final AtomicLong viewsTaken = new AtomicLong();
  final MergePace pace = new MergePace();
  private final RocksOptions options;
  private final RocksFailures failures;
  private final RocksDB db;
  /** RocksDB's default family first, then ours by ordinal. */
  private final List<ColumnFamilyHandle> handles = new ArrayList<>();
  private final ColumnFamilyHandle[] families = new ColumnFamilyHandle[Family.values().length];
  private final int[] familyIds = new int[families.length];
  private boolean closed;
  private final RocksSpace space = new RocksSpace();
  private final MergeRoom mergeRoom = new MergeRoom();

  RocksEngine(String directory, EngineSettings settings, Consumer<StorageFailure> onFailure) {
    options = new RocksOptions(settings, pace);
    failures = new RocksFailures(directory, onFailure);
    var descriptors = new ArrayList<ColumnFamilyDescriptor>();
    descriptors.add(new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, options.family(null)));
    for (Family family : Family.values()) {
      descriptors.add(new ColumnFamilyDescriptor(RocksEngines.diskName(family), options.family(family)));
    }
    try {
      db = RocksDB.open(options.database, directory, descriptors, handles);
    } catch (RocksDBException e) {
      options.close();
      pace.close();
      throw RocksEngines.openFailed(directory, e);
    }
    for (Family family : Family.values()) {
      ColumnFamilyHandle handle = handles.get(1 + family.ordinal());
      families[family.ordinal()] = handle;
      familyIds[family.ordinal()] = handle.getID();
    }
    try {
      pace.follow(db, families); // What a crash has left may be late already.
    } catch (RocksDBException e) {
      close(); // Nobody has it who could.
      throw failed("looking at the files that wait to be merged", e);
    }
  }

  @Override
  public byte[] get(Family family, byte[] key) {
    long stamp = enter();
    try {
      return get(family, options.read, key);
    } finally {
      leave(stamp);
    }
  }

  @Override
  public byte[] durable(Family family, byte[] key) {
    long stamp = enter();
    try {
      return get(family, options.readDurable, key);
    } finally {
      leave(stamp);
    }
  }

  @Override
  public EngineView view() {
    long stamp = enter();
    try {
      // Listed before it shows anything: whoever does not find it here knows that it will show what was written by now.
      var view = new RocksView(this, viewsTaken.incrementAndGet());
      views.add(view);
      view.show(db.getSnapshot());
      return view;
    } finally {
      leave(stamp);
    }
  }

  @Override
  public long viewMark() {
    return viewsTaken.get();
  }

  @Override
  public boolean isViewedBefore(long mark) {
    for (RocksView view : views) {
      if (view.number() <= mark) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void reclaim(Family family, List<Range> gone) {
    long stamp = enter();
    try {
      space.reclaim(db, families[family.ordinal()], gone, mergeRoom.freeBytes());
    } catch (RocksDBException e) {
      if (!space.isCutOff()) {
        throw failed("giving back space", e);
      }
    } finally {
      leave(stamp);
    }
  }

  @Override
  public boolean isWorthReclaiming(Family family, Range range) {
    long stamp = enter();
    try {
      return RocksSpace.isWorth(db, families[family.ordinal()], range);
    } catch (RocksDBException e) {
      throw failed("reading the size of a range", e);
    } finally {
      leave(stamp);
    }
  }

  @Override
  public long approximateBytes(Family family, Range range) {
    long stamp = enter();
    try {
      return RocksSpace.bytes(db, families[family.ordinal()], List.of(range), SizeApproximationFlag.INCLUDE_FILES,
          SizeApproximationFlag.INCLUDE_MEMTABLES);
    } finally {
      leave(stamp);
    }
  }

  @Override
  public void roomOnDisk(long freeBytes) {
    long stamp = enter();
    try {
      failures.checkBackground(db);
      mergeRoom.look(db, families, freeBytes);
    } catch (RocksDBException e) {
      throw failed("holding merges back, or letting them go on", e);
    } finally {
      leave(stamp);
    }
  }

  @Override
  public boolean reclaimDeletes(Family family) {
    long stamp = enter();
    try {
      ColumnFamilyHandle handle = families[family.ordinal()];
      if (!mergeRoom.fitsTwice(db, handle) || !RocksSpace.isMuchDeleted(db, handle)) {
        return false;
      }
      pace.hurry(true);
      space.rewrite(db, handle);
      return true;
    } catch (RocksDBException e) {
      if (!space.isCutOff()) {
        throw failed("giving back the space of deletes", e);
      }
      return false;
    } finally {
      pace.hurry(false);
      leave(stamp);
    }
  }

  @Override
  public EngineBatch newBatch() {
    return new RocksBatch(familyIds);
  }

  @Override
  public void write(EngineBatch batch) {
    var changes = (RocksBatch) batch;
    if (changes.count() == 0) {
      return;
    }
    long stamp = enter();
    try (var encoded = new WriteBatch(changes.encoded())) {
      unflushed.addAndGet(changes.bytes());
      // Of the calling thread: nobody reads what it would count of each comparison of keys.
      db.setPerfLevel(PerfLevel.DISABLE);
      db.write(options.write, encoded);
      failures.checkBackground(db);
      changes.clear();
    } catch (RocksDBException e) {
      throw failed("writing a batch of " + changes.count() + " changes", e);
    } finally {
      leave(stamp);
    }
  }

  @Override
  public void flush() {
    long stamp = enter();
    try {
      long covered = unflushed.get();
      db.flush(options.flush, handles);
      failures.checkBackground(db); // The last before an orderly end: one that failed must not end as if all were well.
      unflushed.addAndGet(-covered);
      pace.follow(db, families);
    } catch (RocksDBException e) {
      throw failed("flushing", e);
    } finally {
      leave(stamp);
    }
  }

  /** Memory that is bounded by cache and write buffers together. */
  long cacheBytes() {
    return options.cacheBytes();
  }

  @Override
  public long unflushedBytes() {
    return unflushed.get();
  }

  @Override
  public long diskBytes() {
    long stamp = enter();
    try {
      return db.getAggregatedLongProperty("rocksdb.total-sst-files-size");
    } catch (RocksDBException e) {
      throw failed("reading the size of its files", e);
    } finally {
      leave(stamp);
    }
  }

  @Override
  public Merges merges() {
    return pace.now();
  }

  /** Waits for calls under way, frees views left open, and closes without a flush: what is not durable by now is the log's. */
  @Override
  public void close() {
    space.cutOff(); // It may take minutes, and nobody waits for it.
    long stamp = gate.writeLock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      views.forEach(RocksView::release);
      views.clear();
      handles.forEach(ColumnFamilyHandle::close);
      db.close();
      space.close();
      options.close();
      pace.close();
    } finally {
      gate.unlockWrite(stamp);
    }
  }

  byte[] get(Family family, ReadOptions read, byte[] key) {
    try {
      return db.get(families[family.ordinal()], read, key);
    } catch (RocksDBException e) {
      throw failed("reading a key", e);
    }
  }

  RocksIterator iterator(Family family, ReadOptions read) {
    return db.newIterator(families[family.ordinal()], read);
  }

  StorageFailure failed(String what, RocksDBException cause) {
    return failures.raise(what, cause);
  }

  void release(Snapshot snapshot) {
    db.releaseSnapshot(snapshot);
  }

  void forget(RocksView view) {
    views.remove(view);
  }

  /** Begins a call; not to be nested, since a waiting close stands between two of them. */
  long enter() {
    long stamp = gate.readLock();
    if (closed) {
      gate.unlockRead(stamp);
      throw new IllegalStateException("the engine is closed");
    }
    try {
      failures.check();
    } catch (StorageFailure e) {
      gate.unlockRead(stamp);
      throw e;
    }
    return stamp;
  }

  /** As {@link #enter()}, but allowed after a failure and after the close, when there is nothing left to free. */
  long enterToClose() {
    return gate.readLock();
  }

  void leave(long stamp) {
    gate.unlockRead(stamp);
  }
}
