package io.cairn.storage.engine;

import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.MutableColumnFamilyOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets no merge begin for which the disk may have too little room: what a merge writes stands beside what it has read until it ends, and one
 * that fails is the end of the node (ST-11). Runs of events may be merged all at once; of keys a merge takes a bounded part. While a family
 * is held back its files pile up, and reads of it cost more; RocksDB slows no writes down for that then.
 */
final class MergeRoom {
  private static final Logger log = LoggerFactory.getLogger(MergeRoom.class);
  /** What one merge of a family by levels takes at most, about: RocksDB's own bound is 25 files of 64 MiB. */
  private static final long LEVELS_BYTES_MAX = 2L << 30;
  /** In what RocksDB says when an option has changed and the file of options could not be written. */
  private static final String NOT_WRITTEN_DOWN = "OPTIONS-";
  private static final String FILES_BYTES = "rocksdb.total-sst-files-size";

  private final boolean[] held = new boolean[Family.values().length];
  private volatile long freeBytes = Long.MAX_VALUE;

  /** @param free what the disk has left. Not from two loops at once */
  void look(RocksDB db, ColumnFamilyHandle[] families, long free) throws RocksDBException {
    freeBytes = free;
    for (Family family : Family.values()) {
      ColumnFamilyHandle handle = families[family.ordinal()];
      long needed = needed(db, handle, family);
      boolean hold = free < (held[family.ordinal()] ? needed + needed / 4 : needed);
      if (hold != held[family.ordinal()]) {
        set(db, handle, hold);
        held[family.ordinal()] = hold;
        log.warn("merges of files {}; family={} needed-bytes={} free-bytes={}", hold ? "wait for room on the disk" : "go on",
            family.diskName(), needed, free);
      }
    }
  }

  /** RocksDB writes its options down whenever one changes, for people: that a full disk has no room for that is no failure. */
  private static void set(RocksDB db, ColumnFamilyHandle handle, boolean hold) throws RocksDBException {
    try {
      db.setOptions(handle, MutableColumnFamilyOptions.builder().setDisableAutoCompactions(hold).build());
    } catch (RocksDBException e) {
      if (!String.valueOf(e.getMessage()).contains(NOT_WRITTEN_DOWN)) {
        throw e;
      }
    }
  }

  /** As last told. From any thread. */
  long freeBytes() {
    return freeBytes;
  }

  /** Whether the disk has room for all of the family's files once more. */
  boolean fitsTwice(RocksDB db, ColumnFamilyHandle handle) throws RocksDBException {
    return freeBytes >= filesBytes(db, handle);
  }

  private static long needed(RocksDB db, ColumnFamilyHandle handle, Family family) throws RocksDBException {
    long all = filesBytes(db, handle);
    return family == Family.EVENTS ? all : Math.min(all, LEVELS_BYTES_MAX);
  }

  private static long filesBytes(RocksDB db, ColumnFamilyHandle handle) throws RocksDBException {
    return Long.parseLong(db.getProperty(handle, FILES_BYTES));
  }
}
