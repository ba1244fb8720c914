package io.cairn.storage.log;

import io.cairn.platform.Files;
import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.HardState;
import io.cairn.raft.log.StableLog;
import io.cairn.storage.StorageFailure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executor;

/**
 * The log of a node: what all its replicas want durable goes into one row of segments, one batch at a time, each made durable
 * by one write and one fdatasync.
 *
 * <p>A batch is written only after the one before is synced, so at most the last one can be torn. The first failed write or
 * sync ends it: nothing is tried a second time, every later call throws the first failure (ST-01, A-06).
 */
public final class SharedLog implements LogStore {
  /** What one call of {@code clean} reads at most to write it again, but for its last batch. */
  private static final long CLEAN_BYTES = 1 << 20;
  /** For each byte that is appended while too much is kept so many are gone through, so that clean-up gains on appends. */
  private static final int CLEANED_FOR_APPENDED = 4;

  private final LogSettings settings;
  private final SegmentPool pool;
  private final SectorBuffer buffer = new SectorBuffer();
  private final BatchWriter batch = new BatchWriter(buffer);
  private final ConcurrentSkipListMap<ReplicaKey, ReplicaLog> replicas;
  private final KeptSegments kept;
  private final EntryCache cache;
  private final Rewriting rewriting;
  private final List<Rewriting.Piece> pieces = new ArrayList<>();
  /** Whether so much is kept that what is still needed of the oldest segments is to be written again. */
  private boolean keepsTooMuch;
  /** For which segment's entries the reserve was begun. */
  private Segment cleansOnReserveFor;
  private Segment active;
  private long nextWrite;
  private long nextBatch;
  private volatile long diskBytes;
  private volatile long lastBatch;
  private RuntimeException failure;

  private SharedLog(LogSettings settings, SegmentPool pool, LogReplay replay, LogRecovery found) {
    this.settings = settings;
    this.pool = pool;
    this.replicas = replay.replicas;
    this.kept = new KeptSegments(settings, pool, replicas, found.live);
    this.nextWrite = replay.nextWrite;
    this.nextBatch = found.nextBatch;
    this.lastBatch = nextBatch - 1;
    this.cache = new EntryCache(settings.cacheBytes());
    this.rewriting = new Rewriting(replicas, settings.segmentBytes());
  }

  /**
   * Looks at the format of every segment and touches nothing: for whoever opens other things of the same data directory first.
   *
   * @throws StorageFailure {@code NEWER_FORMAT} with both versions named
   */
  public static void refuseNewer(Files files, String directory) {
    try {
      LogRecovery.refuseNewer(files, directory);
    } catch (IOException failure) {
      throw new StorageFailure(StorageFailure.Kind.DISK, "reading the log in " + directory + " failed: " + failure.getMessage(), failure);
    }
  }

  /** Opens or begins the log in {@code directory}; new segments are filled within the calls that find one missing. */
  public static SharedLog open(Files files, String directory, LogSettings settings) {
    return open(files, directory, settings, Runnable::run);
  }

  /**
   * Opens or begins the log in {@code directory}.
   *
   * @param preparer fills new segments ahead of time; may block. A loop of its own keeps that off the log's loop
   * @throws StorageFailure as {@link StorageFailure.Kind} tells; except for {@code DISK} nothing was changed
   */
  public static SharedLog open(Files files, String directory, LogSettings settings, Executor preparer) {
    return open(files, directory, settings, preparer, null);
  }

  /**
   * Opens or begins the log in {@code directory}, and mends it where it can when bytes of it have gone bad.
   *
   * @param repair is asked, and told, what to do about damage; null: damage is a failure
   * @throws StorageFailure {@code UNMENDABLE} when there is damage that cannot be mended, with what to do; nothing was changed then
   */
  public static SharedLog open(Files files, String directory, LogSettings settings, Executor preparer, LogRepair repair) {
    try {
      return openWhole(files, directory, settings, preparer, repair == null ? 0 : repair.lastBatchKnown());
    } catch (StorageFailure damage) {
      if (repair == null || damage.kind() != StorageFailure.Kind.CORRUPT) {
        throw damage;
      }
      try {
        LogSalvage.mend(files, directory, settings, repair, damage);
      } catch (IOException failure) {
        throw new StorageFailure(StorageFailure.Kind.DISK, "mending the log in " + directory + " failed: " + failure.getMessage(), failure);
      }
      return openWhole(files, directory, settings, preparer, repair.lastBatchKnown());
    }
  }

  private static SharedLog openWhole(Files files, String directory, LogSettings settings, Executor preparer, long lastBatchKnown) {
    LogRecovery found = new LogRecovery(files, directory, settings);
    try {
      files.createDirectories(directory);
      found.read();
      found.requireBatch(lastBatchKnown);
      LogReplay replay = LogReplay.of(found);
      found.makeEndDurable();
      SegmentPool pool = new SegmentPool(files, directory, settings, preparer, found.nextNumber);
      found.handOver(pool);
      SharedLog log = new SharedLog(settings, pool, replay, found);
      log.begin(pool.takeForOpening(log.header(0).places().firstBatch() + 1));
      pool.refill();
      log.diskBytes = log.kept.diskBytes();
      return log;
    } catch (IOException failure) {
      found.closeQuietly();
      throw new StorageFailure(StorageFailure.Kind.DISK, "opening the log in " + directory + " failed: " + failure.getMessage(), failure);
    } catch (RuntimeException failure) {
      found.closeQuietly();
      throw failure;
    }
  }

  @Override
  public Set<ReplicaKey> replicas() {
    Set<ReplicaKey> known = new TreeSet<>();
    replicas.forEach((key, log) -> {
      if (log.isWritten()) {
        known.add(key);
      }
    });
    return known;
  }

  @Override
  public HardState hardState(ReplicaKey replica) {
    ReplicaLog log = replicas.get(replica);
    return log == null ? HardState.INITIAL : log.hardState();
  }

  @Override
  public StableLog view(ReplicaKey replica) {
    return replica(replica);
  }

  private ReplicaLog replica(ReplicaKey key) {
    ReplicaLog log = replicas.get(key);
    return log != null ? log : replicas.computeIfAbsent(key, ReplicaLog::new);
  }

  @Override
  public void append(List<LogWrite> writes) {
    if (writes.isEmpty()) {
      return;
    }
    stopOnFailure(() -> {
      long bytesMax = BatchWriter.bytesMax(writes);
      makeRoom(bytesMax);
      batch.begin(active, nextBatch, bytesMax);
      for (int i = 0; i < writes.size(); i++) {
        stage(writes.get(i));
      }
      writeBatch();
      for (int i = 0; i < writes.size(); i++) {
        replica(writes.get(i).replica()).publish();
      }
      rewrite((long) CLEANED_FOR_APPENDED * OnDiskFormat.sectorsFor(bytesMax) * OnDiskFormat.SECTOR_BYTES);
    });
  }

  @Override
  public void destroy(ReplicaKey replica) {
    stopOnFailure(() -> {
      makeRoom(OnDiskFormat.SECTOR_DATA_BYTES);
      batch.begin(active, nextBatch, OnDiskFormat.SECTOR_DATA_BYTES);
      batch.record(nextWrite++, 1, OnDiskFormat.PART_HEADER_BYTES);
      batch.destroyed(replica);
      writeBatch();
      ReplicaLog gone = replicas.remove(replica);
      if (gone != null) {
        gone.stageRestart(EntryId.ZERO);
        gone.stage(HardState.INITIAL);
        gone.publish();
      }
    });
  }

  @Override
  public void clean(List<LogFloor> floors) {
    stopOnFailure(() -> {
      kept.releaseRetired();
      for (LogFloor floor : floors) {
        replica(floor.replica()).floor = floor;
      }
      kept.retireDispensable();
      keepsTooMuch = kept.tooMuch(rewriting.needed());
      rewrite(CLEAN_BYTES);
      pool.refill();
      diskBytes = kept.diskBytes();
    });
  }

  /** The sequence of the last batch that is durable; 0 before the first. From any thread. */
  public long lastBatch() {
    return lastBatch;
  }

  @Override
  public long diskBytes() {
    return diskBytes;
  }

  @Override
  public void close() {
    kept.close();
  }

  /** The number of the segment that batches go to. */
  int activeSegment() {
    return active.number;
  }

  /** How much room is left in that segment. */
  int sectorsLeft() {
    return active.sectors - active.nextSector;
  }

  /** How many entries were written again since it was opened. */
  long entriesRewritten() {
    return rewriting.entriesFound();
  }

  // ---- one batch ----

  /** Checks one write against the replica's log, puts its record into the batch and its places into the index. */
  private void stage(LogWrite write) {
    ReplicaLog log = replica(write.replica());
    List<Entry> entries = write.entries();
    int parts = 0;
    long length = 0;
    if (write.restart().isPresent()) {
      parts++;
      length += OnDiskFormat.RESTART_BYTES;
    }
    if (write.hardState().isPresent()) {
      parts++;
      length += OnDiskFormat.HARD_STATE_BYTES;
    }
    if (!entries.isEmpty()) {
      parts++;
      length += BatchWriter.entriesBytes(entries);
    }
    if (parts == 0) {
      return;
    }
    long number = nextWrite++;
    batch.record(number, parts, length);
    if (write.restart().isPresent()) {
      batch.restart(write.replica(), write.restart().get());
      log.stageRestart(write.restart().get());
    }
    if (write.hardState().isPresent()) {
      stageHardState(log, number, write.hardState().get());
    }
    if (!entries.isEmpty()) {
      stageEntries(log, entries);
    }
  }

  private void stageHardState(ReplicaLog log, long number, HardState state) {
    HardState before = log.stagedState();
    if (state.term() < before.term() || state.term() == before.term() && before.vote() != 0 && state.vote() != before.vote()) {
      throw new IllegalStateException(log.replica + ": a term never falls and a vote is given once in a term; was " + before
          + ", asked for " + state);
    }
    batch.hardState(number, log.replica, state, state.term() != before.term() || state.vote() != before.vote());
    log.stage(state);
  }

  private void stageEntries(ReplicaLog log, List<Entry> entries) {
    long first = entries.getFirst().index();
    if (first <= log.stagedBase().index() || first > log.stagedLast().index() + 1) {
      throw new IllegalStateException(log.replica + ": entries from " + first + " on do not follow a log of "
          + log.stagedBase() + " (base) to " + log.stagedLast());
    }
    log.stageTruncate(first);
    batch.entries(log.replica, first, log.stagedLast().term(), entries.size());
    long bytes = 0;
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      if (entry.index() != first + i) {
        throw new IllegalStateException(log.replica + ": entry " + entry.id() + " stands where index " + (first + i) + " was due");
      }
      long offset = batch.entry(entry);
      log.stageEntry(entry.term(), entry.payload().length, active, offset, entry);
      bytes += entry.sizeBytes();
    }
    cache.add(log, first, first + entries.size() - 1, bytes);
  }

  private void writeBatch() throws IOException {
    int sectors = batch.finish();
    if (sectors > active.sectors - active.nextSector) {
      throw new IllegalStateException("a batch of " + sectors + " sectors does not fit into " + active.path + ", which has "
          + (active.sectors - active.nextSector) + " left");
    }
    active.file.write(buffer.sealed(sectors), (long) active.nextSector * OnDiskFormat.SECTOR_BYTES);
    active.file.sync();
    active.nextSector += sectors;
    active.batches++;
    lastBatch = nextBatch++;
  }

  // ---- segments ----

  private void makeRoom(long bytesMax) throws IOException {
    int sectors = OnDiskFormat.sectorsFor(bytesMax);
    if (sectors > active.sectors - active.nextSector) {
      begin(pool.take(header(0).places().firstBatch() + sectors));
      pool.refill();
      keepsTooMuch = kept.tooMuch(rewriting.needed());
      diskBytes = kept.diskBytes();
    }
  }

  /** Writes the header; from here on it is the segment that batches go to. */
  private void begin(SegmentPool.Spare spare) throws IOException {
    Segment segment = new Segment(spare.number(), spare.path(), spare.file(), spare.sectors());
    SegmentHeader header = header(spare.number());
    header.write(buffer, segment);
    segment.file.sync();
    segment.firstBatch = header.places().firstBatch();
    segment.nextSector = segment.firstBatch;
    kept.add(segment);
    active = segment;
  }

  private SegmentHeader header(int number) {
    List<SegmentHeader.Row> table = new ArrayList<>();
    for (ReplicaLog log : replicas.values()) {
      if (log.isWritten()) {
        table.add(new SegmentHeader.Row(log.replica, log.stagedState(), log.stagedBase(), log.stagedLast()));
      }
    }
    Segment previous = kept.newest();
    return new SegmentHeader(number, nextWrite, nextBatch, previous == null ? 0 : previous.number,
        previous == null ? 0 : previous.nextSector, settings.clusterId(), table);
  }

  // ---- what slow replicas keep

  /** Goes through the oldest segments for so many bytes, writes again what is needed of them and retires those that are through. */
  private void rewrite(long bytes) throws IOException {
    long left = bytes;
    while (keepsTooMuch && left > 0) {
      Segment oldest = kept.oldest();
      left -= Math.max(1, rewriting.next(oldest, left, pieces));
      boolean onReserve = writeAgain(oldest);
      if (onReserve && !rewriting.isThrough(oldest)) {
        left = oldest.bytes(); // Nobody else may write to it before its room has come back.
      } else if (rewriting.isThrough(oldest)) {
        finish(onReserve);
      }
    }
  }

  private void finish(boolean onReserve) throws IOException {
    if (kept.oldestIsDispensable()) {
      kept.retireOldest();
      if (onReserve) {
        kept.releaseNewestRetired();
      }
    }
    rewriting.startOver(); // Where it is not: a floor has fallen meanwhile, since the replica was made anew.
    keepsTooMuch = kept.tooMuch(rewriting.needed());
  }

  /** Returns whether the reserve had to be taken for it, by this call or one before for the same segment. */
  private boolean writeAgain(Segment oldest) throws IOException {
    for (int from = 0; from < pieces.size();) {
      int to = Rewriting.batchEnd(pieces, from, settings.segmentBytes() / 4);
      List<Rewriting.Piece> group = pieces.subList(from, to);
      long bytesMax = OnDiskFormat.BATCH_HEADER_BYTES + group.stream().mapToLong(Rewriting.Piece::bytes).sum();
      if (!makeRoomToClean(bytesMax, oldest)) {
        rewriting.startOver();
        keepsTooMuch = false; // until the next cleaning
        break;
      }
      batch.begin(active, nextBatch, bytesMax);
      List<long[]> places = new ArrayList<>(group.size());
      for (Rewriting.Piece piece : group) {
        places.add(piece.copyTo(batch));
      }
      writeBatch();
      for (int i = 0; i < group.size(); i++) {
        group.get(i).log().stageMoved(group.get(i).first(), active, places.get(i));
        group.get(i).log().publish();
      }
      from = to;
    }
    pieces.clear();
    return cleansOnReserveFor == oldest;
  }

  /** As {@link #makeRoom}, but with no byte free on the reserve: where all that is needed of the segment has room. False where there is none. */
  private boolean makeRoomToClean(long bytesMax, Segment oldest) throws IOException {
    int sectors = OnDiskFormat.sectorsFor(bytesMax);
    if (sectors <= active.sectors - active.nextSector) {
      return true;
    }
    int header = header(0).places().firstBatch();
    SegmentPool.Spare spare = pool.takeToClean(header + sectors, header + rewriting.sectorsMax(oldest));
    if (spare == null) {
      return false;
    }
    cleansOnReserveFor = spare.wasReserve() ? oldest : cleansOnReserveFor;
    begin(spare);
    diskBytes = kept.diskBytes();
    return true;
  }

  // ---- failure ----

  /** A step on the disk. */
  private interface Step {
    void run() throws IOException;
  }

  private void stopOnFailure(Step step) {
    if (failure != null) {
      throw failure;
    }
    try {
      step.run();
    } catch (IOException fatal) {
      failure = new StorageFailure(StorageFailure.Kind.DISK,
          "the log's disk failed at " + active.path + ": " + fatal.getMessage(), fatal);
      throw failure;
    } catch (RuntimeException broken) {
      failure = broken;
      throw broken;
    } catch (Error broken) {
      failure = new IllegalStateException("the log is broken since " + broken, broken);
      throw broken;
    }
  }
}
