package io.cairn.storage.engine;

import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RateLimiter;
import org.rocksdb.RateLimiterMode;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/**
 * How fast files are merged: slowly while few wait for it, and the faster the more there are. Unhurried, the merge of half a gigabyte of
 * events takes 40 % of a core for seven seconds, on every node of a cluster at the same moment as all of them have written the same; here it is
 * stretched to half a minute (docs/measurements.md).
 *
 * <p>The limit is on what merges read, so a flush is never held up. It follows the number of files that wait, looked at after each flush,
 * and is gone long before RocksDB would slow down writes: merges keep up with whatever is written.
 */
final class MergePace implements AutoCloseable {
  /**
   * Bytes read by all merges in a second while none of them is late. RocksDB does not charge all that a merge of many runs reads: one of
   * events goes at up to twice this.
   */
  static final long UNHURRIED = 8L << 20;
  /** As fast as the machine goes. */
  static final long UNLIMITED = 1L << 30;
  /** Twelfths of the number of files with which a merge begins: not late up to a third more, and for each twelfth beyond twice as fast. */
  private static final int TWELFTHS = 12;
  private static final int AT_EASE = 16;

  private static final int REFILL_MICROS = 100_000;
  private static final int FAIRNESS = 10;
  private static final String WAITING = "rocksdb.num-files-at-level0";

  static {
    RocksDB.loadLibrary(); // The limiter may be the first of RocksDB's objects, and does not do it itself.
  }

  final RateLimiter limiter = new RateLimiter(UNHURRIED, REFILL_MICROS, FAIRNESS, RateLimiterMode.READS_ONLY);
  private long pace = UNHURRIED;

  /** Bytes in a second when {@code files} wait in the youngest level of a family whose merge begins with {@code toMerge}. */
  static long pace(int files, int toMerge) {
    int doublings = Math.clamp(TWELFTHS * files / toMerge - AT_EASE, 0, Long.numberOfTrailingZeros(UNLIMITED / UNHURRIED));
    return UNHURRIED << doublings;
  }

  /** Sets the pace by what waits now: by the family that is the latest. */
  synchronized void follow(RocksDB db, ColumnFamilyHandle[] families) throws RocksDBException {
    long wanted = UNHURRIED;
    for (Family family : Family.values()) {
      int files = Integer.parseInt(db.getProperty(families[family.ordinal()], WAITING));
      wanted = Math.max(wanted, pace(files, RocksOptions.filesToMerge(family)));
    }
    if (wanted != pace) {
      limiter.setBytesPerSecond(wanted);
      pace = wanted;
    }
  }

  @Override
  public void close() {
    limiter.close();
  }
}
