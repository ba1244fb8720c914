package io.cairn.storage.engine;

import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RateLimiter;
import org.rocksdb.RateLimiterMode;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/**
 * How fast files are merged: slowly while few wait for it, and the faster the more there are. Unlimited, the merge of half a gigabyte of
 * events takes 40 % of a core for seven seconds, on every node of a cluster at the same moment as all of them have written the same; here it is
 * stretched to half a minute (docs/measurements.md).
 *
 * <p>The limit is on what merges read. A flush writes as fast as it can; of its new files it reads the end once, a kilobyte each, for which it
 * may wait a tenth of a second behind merges. The limit follows how late merges are, looked at after each flush, and is
 * gone before RocksDB would slow down writes: merges keep up with whatever is written. Lateness is counted in flushes, each of which adds at
 * most one file to a family: so a burst of some seconds, which brings ten of them, is not made worse by merges that hurry in the middle of it.
 */
final class MergePace implements AutoCloseable {
  /**
   * Bytes read by all merges in a second while none of them is late. RocksDB does not charge all that a merge of many runs reads: one of
   * events goes at up to twice this.
   */
  static final long UNHURRIED = 8L << 20;
  /** As fast as the machine goes. */
  static final long UNLIMITED = 1L << 30;
  /** Files beyond those with which a merge begins that are no reason to hurry; it was begun with the first of them, or soon will be. */
  static final int AT_EASE = 16;
  /** So many more, and merges go twice as fast. */
  private static final int DOUBLED_EACH = 2;

  private static final int REFILL_MICROS = 100_000;
  private static final int FAIRNESS = 10;
  private static final String FILES_AT_LEVEL = "rocksdb.num-files-at-level";

  static {
    RocksDB.loadLibrary(); // The limiter may be the first of RocksDB's objects, and does not do it itself.
  }

  final RateLimiter limiter = new RateLimiter(UNHURRIED, REFILL_MICROS, FAIRNESS, RateLimiterMode.READS_ONLY);
  private boolean hurried;
  private volatile Engine.Merges now = new Engine.Merges(0, UNHURRIED);

  /** Bytes in a second when there are {@code late} files beyond those with which a merge begins. */
  static long pace(int late) {
    int doublings = Math.clamp((late - AT_EASE + DOUBLED_EACH - 1) / DOUBLED_EACH, 0, Long.numberOfTrailingZeros(UNLIMITED / UNHURRIED));
    return UNHURRIED << doublings;
  }

  Engine.Merges now() {
    return now;
  }

  /** Sets the pace by what waits now: by the family that is the latest. */
  synchronized void follow(RocksDB db, ColumnFamilyHandle[] families) throws RocksDBException {
    int late = 0;
    for (Family family : Family.values()) {
      late = Math.max(late, waiting(db, families[family.ordinal()], family) - RocksOptions.filesToMerge(family));
    }
    long wanted = hurried ? UNLIMITED : pace(late);
    if (wanted != now.bytesPerSecond()) {
      limiter.setBytesPerSecond(wanted);
    }
    now = new Engine.Merges(late, wanted);
  }

  /** Whether somebody waits for the room that a merge is to give back. */
  synchronized void hurry(boolean hurries) {
    if (hurries != hurried) {
      hurried = hurries;
      now = new Engine.Merges(now.late(), hurries ? UNLIMITED : pace(now.late()));
      limiter.setBytesPerSecond(now.bytesPerSecond());
    }
  }

  /** As RocksDB counts what it would slow writes down for: of events the runs, each of which below the youngest level is a whole level. */
  private static int waiting(RocksDB db, ColumnFamilyHandle handle, Family family) throws RocksDBException {
    int waiting = files(db, handle, 0);
    for (int level = 1; family == Family.EVENTS && level < RocksOptions.LEVELS; level++) {
      waiting += Math.min(1, files(db, handle, level));
    }
    return waiting;
  }

  private static int files(RocksDB db, ColumnFamilyHandle handle, int level) throws RocksDBException {
    return Integer.parseInt(db.getProperty(handle, FILES_AT_LEVEL + level));
  }

  @Override
  public void close() {
    limiter.close();
  }
}
