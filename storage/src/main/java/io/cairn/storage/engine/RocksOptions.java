package io.cairn.storage.engine;

import io.cairn.raft.Invariant;
import io.cairn.storage.OnDiskFormat;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompactionOptionsUniversal;
import org.rocksdb.CompactionStyle;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.DataBlockIndexType;
import org.rocksdb.FlushOptions;
import org.rocksdb.IndexType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.ReadOptions;
import org.rocksdb.ReadTier;
import org.rocksdb.RocksObject;
import org.rocksdb.WriteBufferManager;
import org.rocksdb.WriteOptions;

/**
 * Every option of RocksDB that this engine sets, each with its reason, and the check that what must hold does. Owns the native
 * objects; they live as long as the database.
 */
final class RocksOptions implements AutoCloseable {
  static final int LEVELS = 7;
  /** Runs of events that lie side by side before they are merged. */
  private static final int EVENT_RUNS = 24;
  /** Filters make a look into one more file cheap; every merge of keys rewrites all that lives where keys are random. */
  private static final int KEY_FILES = 8;
  private static final int SMALL_FILES = 4;
  /** With so many files more than those with which a merge begins, RocksDB slows writes down; with the second number it stops them. */
  static final int SLOWED_LATE = 40;
  private static final int STOPPED_LATE = 60;
  /** A merge reads ahead in each of its files, which is memory: of events, in 24 and those that came while it had to wait. */
  private static final int READ_AHEAD_BYTES = 512 << 10;
  /**
   * The cache in two parts, for the few threads that read. RocksDB's own choice makes 64 of them of a cache of 32 MiB: half a megabyte each,
   * of which the index or filter of one large file takes more than there is, and is read from the file again for each key
   * (docs/measurements.md).
   */
  private static final int CACHE_SHARD_BITS = 1;
  /** For each level: none but in the last, where what is merged comes to rest. */
  private static final List<CompressionType> RESTING = restingCompression();

  private final Deque<RocksObject> owned = new ArrayDeque<>();
  private final EngineSettings settings;
  private final Cache cache;
  private final WriteBufferManager buffers;
  private final BloomFilter filter;
  final DBOptions database;
  final WriteOptions write;
  final FlushOptions flush;
  final ReadOptions read;
  final ReadOptions readDurable;

  RocksOptions(EngineSettings settings, MergePace pace) {
    this.settings = settings;
    // Half of the cache is kept for indexes and filters: every read needs those, and blocks of data read once must not push them out.
    // Write buffers are charged to it, which has their room on top: what they do not use, blocks may, and the sum is the bound.
    cache = own(new LRUCache(settings.blockCacheBytes() + settings.writeBufferBytes(), CACHE_SHARD_BITS, false, 0.5));
    buffers = own(new WriteBufferManager(settings.writeBufferBytes(), cache, false));
    filter = own(new BloomFilter(10));
    database = own(database(pace));
    // The Raft log is the write-ahead log; a sync without one would be refused by RocksDB anyway (SM-12).
    write = own(new WriteOptions().setDisableWAL(true).setSync(false));
    // The caller asks early enough (half of the budget): it need not wait for a stall to pass first.
    flush = own(new FlushOptions().setWaitForFlush(true).setAllowWriteStall(true));
    read = own(new ReadOptions());
    readDurable = own(new ReadOptions().setReadTier(ReadTier.PERSISTED_TIER));
    checkDatabase(database);
    checkWrite(write);
  }

  private DBOptions database(MergePace pace) {
    return new DBOptions()
        .setCreateIfMissing(true)
        .setCreateMissingColumnFamilies(true)
        // Without a log of its own, what a crash leaves must be one prefix over all families (A-03, SM-10).
        .setAtomicFlush(true)
        // A flush on closing would run behind the back of the only caller of flush.
        .setAvoidFlushDuringShutdown(true)
        // One thread writes; the lock-free path for many is measurably dearer.
        .setAllowConcurrentMemtableWrite(false)
        .setEnableWriteThreadAdaptiveYield(false)
        .setWriteBufferManager(buffers)
        .setMaxBackgroundJobs(settings.backgroundJobs())
        // After a background error nothing is known of the files: the node stops, nothing resumes by itself (ST-11).
        .setMaxBgErrorResumeCount(0)
        .setRateLimiter(pace.limiter)
        .setCompactionReadaheadSize(READ_AHEAD_BYTES)
        .setParanoidChecks(true)
        .setMaxOpenFiles(512)
        .setBytesPerSync(1 << 20)
        .setStatsDumpPeriodSec(0)
        .setStatsPersistPeriodSec(0)
        .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
        .setMaxLogFileSize(4 << 20)
        .setKeepLogFileNum(4);
  }

  /** What blocks, indexes, filters and write buffers take. */
  long cacheBytes() {
    return cache.getUsage();
  }

  /** The options of one family; {@code null} is RocksDB's own default family, which holds nothing. */
  ColumnFamilyOptions family(Family family) {
    var table = new BlockBasedTableConfig()
        .setBlockCache(cache)
        .setBlockSize(family == Family.EVENTS ? 16 << 10 : 4 << 10)
        .setCacheIndexAndFilterBlocks(true)
        .setCacheIndexAndFilterBlocksWithHighPriority(true)
        .setPinL0FilterAndIndexBlocksInCache(true)
        // In parts of 4 KiB: of a large file's index, which is half a megabyte, a read brings in what it needs, however small the cache is.
        .setIndexType(IndexType.kTwoLevelIndexSearch)
        .setPinTopLevelIndexAndFilter(true)
        .setFormatVersion(5);
    if (family == Family.NEWEST || family == Family.DELETED) {
      // A key that is not there is told so without a read: most puts of new keys, most looks into "deleted".
      table.setFilterPolicy(filter).setWholeKeyFiltering(true).setPartitionFilters(true)
          .setDataBlockIndexType(DataBlockIndexType.kDataBlockBinaryAndHash);
    }
    ColumnFamilyOptions options = own(family == null ? new ColumnFamilyOptions() : withHints(family))
        .setTableFormatConfig(table)
        // A half of the budget each for the two families that hold values; the budget over all is in the database's options.
        .setWriteBufferSize(Math.max(1 << 20, settings.writeBufferBytes() / 2))
        .setMaxWriteBufferNumber(4)
        // Above 1 a flush may leave out a part of what an atomic flush promises (SM-10).
        .setMinWriteBufferNumberToMerge(1)
        // What was written last will be written again soon, by the next compaction: of the keys, only what comes to rest is compressed.
        .setCompressionType(CompressionType.LZ4_COMPRESSION)
        .setNumLevels(LEVELS)
        .setCompressionPerLevel(RESTING)
        .setLevelCompactionDynamicLevelBytes(true);
    if (family != null) {
      options.setLevel0FileNumCompactionTrigger(filesToMerge(family))
          .setLevel0SlowdownWritesTrigger(filesToMerge(family) + SLOWED_LATE)
          .setLevel0StopWritesTrigger(filesToMerge(family) + STOPPED_LATE);
    }
    if (family == Family.EVENTS) {
      arrivesInOrder(options);
    }
    if (family == Family.NEWEST || family == Family.DELETED) {
      options.setMemtablePrefixBloomSizeRatio(0.02).setMemtableWholeKeyFiltering(true);
    }
    checkFamily(options);
    return options;
  }

  /**
   * Remembers for each store, in {@link Family#SMALL} for each kind of record of it, where the last insert into the memtable was: what comes
   * next mostly goes near it, since events ascend and the ends of leases come sorted (docs/measurements.md). Java has no setter for it.
   */
  private static ColumnFamilyOptions withHints(Family family) {
    int prefix = family == Family.SMALL ? OnDiskFormat.smallPrefix(1).length + 1 : OnDiskFormat.storePrefix(1).length;
    var text = new Properties();
    text.setProperty("memtable_insert_with_hint_prefix_extractor", "rocksdb.FixedPrefix." + prefix);
    return Objects.requireNonNull(ColumnFamilyOptions.getColumnFamilyOptionsFromProps(text), "an option that RocksDB knows");
  }

  /**
   * Events arrive in ascending order within each store, and every flushed file spans all stores: level compaction would rewrite
   * all of its upper level for each few files, a third of what a put cost (docs/measurements.md). Runs of like size are merged
   * instead; a watch or a read of the past that goes to the files looks into each run, of which there are {@link #EVENT_RUNS}
   * and those that came since, up to {@link MergePace#AT_EASE} more as a rule.
   */
  private void arrivesInOrder(ColumnFamilyOptions options) {
    var universal = own(new CompactionOptionsUniversal()
        // No event overwrites another: what is new is no waste of space, and must not have the old rewritten with it.
        .setMaxSizeAmplificationPercent(Integer.MAX_VALUE));
    options.setCompactionStyle(CompactionStyle.UNIVERSAL)
        .setCompactionOptionsUniversal(universal)
        // Compressed at rest only, old runs would look smaller than they are, of like size with new ones, and be merged again and again.
        .setCompressionPerLevel(List.of())
        .setLevelCompactionDynamicLevelBytes(false);
  }

  /** Files of the youngest level of a family with which a merge of it begins. */
  static int filesToMerge(Family family) {
    return switch (family) {
      case EVENTS -> EVENT_RUNS;
      case NEWEST, DELETED -> KEY_FILES;
      case SMALL -> SMALL_FILES;
    };
  }

  /** @throws IllegalStateException for options under which a crash could lose or tear what was acknowledged */
  static void checkDatabase(DBOptions options) {
    Invariant.check(options.atomicFlush(), "atomic_flush is on: families are flushed together (A-03)");
    Invariant.check(options.avoidFlushDuringShutdown(), "avoid_flush_during_shutdown is on: one caller flushes (SM-11)");
    Invariant.check(!options.unorderedWrite() && !options.enablePipelinedWrite(), "writes are ordered and not pipelined");
    Invariant.check(options.maxBgerrorResumeCount() == 0, "max_bgerror_resume_count is 0 (ST-11), was %d",
        options.maxBgerrorResumeCount());
    Invariant.check(options.paranoidChecks(), "paranoid_checks is on: a failed flush is an error");
  }

  static void checkFamily(ColumnFamilyOptions options) {
    Invariant.check(options.minWriteBufferNumberToMerge() == 1, "min_write_buffer_number_to_merge is 1 (SM-10), was %d",
        options.minWriteBufferNumberToMerge());
  }

  static void checkWrite(WriteOptions options) {
    Invariant.check(options.disableWAL(), "the write-ahead log is off: the Raft log is the log");
    Invariant.check(!options.sync(), "no sync without a write-ahead log (SM-12)");
  }

  private static List<CompressionType> restingCompression() {
    var levels = new ArrayList<>(Collections.nCopies(LEVELS, CompressionType.NO_COMPRESSION));
    levels.set(LEVELS - 1, CompressionType.LZ4_COMPRESSION);
    return List.copyOf(levels);
  }

  private <T extends RocksObject> T own(T object) {
    owned.push(object);
    return object;
  }

  @Override
  public void close() {
    while (!owned.isEmpty()) {
      owned.pop().close();
    }
  }
}
