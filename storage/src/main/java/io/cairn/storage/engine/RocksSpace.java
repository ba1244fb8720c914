package io.cairn.storage.engine;

import java.util.ArrayList;
import java.util.List;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.CompactRangeOptions;
import org.rocksdb.Range;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.SizeApproximationFlag;
import org.rocksdb.Slice;
import org.rocksdb.TableProperties;

/**
 * Gives back the space of ranges that were deleted, {@link Engine#reclaim}. A range delete alone gives none back until a merge comes by,
 * and runs of events are merged rarely. Files that lie in the ranges whole are dropped at once; the youngest level has none such, as
 * each of its files spans all stores. What is left is rewritten once the dead outweigh the living: so for each byte given back at most one
 * is written.
 */
final class RocksSpace {
  /** Less than this is left to the merges that come by anyway. */
  private static final long WORTH_BYTES = 8 << 20;

  /** Less than this is not looked at: it would need a flush first. */
  private static final long LOOK_BYTES = 1 << 20;

  // Runs of events are merged as a whole; what a merge of it has just written is left alone.
  private final CompactRangeOptions options = new CompactRangeOptions().setExclusiveManualCompaction(false).setMaxSubcompactions(1)
      .setBottommostLevelCompaction(CompactRangeOptions.BottommostLevelCompaction.kForceOptimized);
  private volatile boolean cutOff;

  /** Ends what is under way, and all that comes. From any thread, before {@link #close()}. */
  synchronized void cutOff() {
    if (!cutOff) {
      cutOff = true;
      options.setCanceled(true);
    }
  }

  boolean isCutOff() {
    return cutOff;
  }

  void close() {
    options.close();
  }

  /** Whether at least a third of the records in the family's files are deletes. */
  static boolean isMuchDeleted(RocksDB db, ColumnFamilyHandle family) throws RocksDBException {
    long records = 0;
    long deletes = 0;
    for (TableProperties file : db.getPropertiesOfAllTables(family).values()) {
      records += file.getNumEntries();
      deletes += file.getNumDeletions();
    }
    return deletes > 0 && deletes >= records / 3;
  }

  /** Merges all of the family's files. */
  void rewrite(RocksDB db, ColumnFamilyHandle family) throws RocksDBException {
    if (!cutOff) {
      db.compactRange(family, null, null, options);
    }
  }

  static boolean isWorth(RocksDB db, ColumnFamilyHandle family, Engine.Range range) throws RocksDBException {
    return bytes(db, family, List.of(range)) >= LOOK_BYTES;
  }

  /** @param freeBytes what the disk has room for beside what it holds */
  void reclaim(RocksDB db, ColumnFamilyHandle family, List<Engine.Range> gone, long freeBytes) throws RocksDBException {
    if (gone.isEmpty()) {
      return;
    }
    var ends = new ArrayList<byte[]>(2 * gone.size());
    gone.forEach(range -> {
      ends.add(range.start());
      ends.add(range.end());
    });
    db.deleteFilesInRanges(family, ends, false);
    long dead = bytes(db, family, gone);
    long all = bytes(db, family, List.of(new Engine.Range(new byte[] {0}, new byte[] {-1, -1, -1, -1, -1, -1, -1, -1})));
    if (dead >= WORTH_BYTES && dead >= all - dead && freeBytes >= all - dead && !cutOff) {
      // The range that is named does not say what is merged, only which write buffers are looked at: they hold nothing in this one.
      db.compactRange(family, gone.getFirst().start(), gone.getFirst().end(), options);
    }
  }

  private static long bytes(RocksDB db, ColumnFamilyHandle family, List<Engine.Range> of) {
    return bytes(db, family, of, SizeApproximationFlag.INCLUDE_FILES);
  }

  static long bytes(RocksDB db, ColumnFamilyHandle family, List<Engine.Range> of, SizeApproximationFlag... where) {
    var slices = new ArrayList<Slice>();
    var ranges = new ArrayList<Range>();
    for (Engine.Range range : of) {
      slices.add(new Slice(range.start()));
      slices.add(new Slice(range.end()));
      ranges.add(new Range(slices.get(slices.size() - 2), slices.getLast()));
    }
    try {
      long sum = 0;
      for (long size : db.getApproximateSizes(family, ranges, where)) {
        sum += size;
      }
      return sum;
    } finally {
      slices.forEach(Slice::close);
    }
  }
}
