package io.cairn.storage.log;

import io.cairn.platform.Files;
import io.cairn.platform.StoredFile;
import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.HardState;
import io.cairn.storage.StorageFailure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Mends a log of which bytes have gone bad: reads what is left of it, works out for every replica what it still holds for certain, and
 * writes that into one new segment, which takes the place of all that there were. What is lost comes back from peers.
 *
 * <p>A replica whose engine holds everything up to behind the hole lacks nothing. Any other may lack entries that it has acknowledged: its
 * log ends before the hole and it is <em>suspect</em> (ADR 11). Nothing is guessed: a term or a vote of which neither copy is left
 * ends the repair, since a replica without them might vote twice.
 *
 * <p><b>Order.</b> The new segment is written and synced under a temporary name; who is suspect is noted by the node, durably; then the
 * segment gets its name, the highest. Its header names no segment before it, by which opening knows that older ones count no more
 * ({@link LogRecovery}). A crash at any place leaves the damaged log, to be mended again, or the mended one.
 */
final class LogSalvage {
  private static final String TEMPORARY = "/salvage" + SegmentPool.TEMPORARY;
  private static final long CHUNK_BYTES = 1 << 20;

  private final Files files;
  private final String directory;
  private final LogSettings settings;
  private final LogRepair repair;
  private final List<String> findings = new ArrayList<>();
  private final Set<ReplicaKey> suspects = new TreeSet<>();
  private final Map<ReplicaKey, ReplicaLog> kept = new TreeMap<>();
  private final Map<ReplicaKey, HardState> states = new TreeMap<>();
  private SalvageReplay replay;
  private int highest;
  /** Batches may be among what is lost at the end: where that ends cannot be told by counting. */
  private boolean endDamaged;

  private LogSalvage(Files files, String directory, LogSettings settings, LogRepair repair) {
    this.files = files;
    this.directory = directory;
    this.settings = settings;
    this.repair = repair;
  }

  /**
   * @param damage what opening stumbled over
   * @throws StorageFailure {@code UNMENDABLE} when term and vote of a replica cannot be told from what is left; nothing was changed
   */
  static void mend(Files files, String directory, LogSettings settings, LogRepair repair, StorageFailure damage) throws IOException {
    new LogSalvage(files, directory, settings, repair).mend(damage);
  }

  private void mend(StorageFailure damage) throws IOException {
    List<SegmentSalvage> segments = openAll();
    try {
      read(segments);
      if (findings.isEmpty()) {
        throw damage; // Whole batches that contradict each other: a fault of the program, not of the disk.
      }
      if (!endDamaged && replay.nextBatch <= repair.lastBatchKnown()) {
        throw new StorageFailure(StorageFailure.Kind.UNMENDABLE, findings.getFirst() + "; and the log ends with batch " + (replay.nextBatch - 1)
            + ", though it had come to batch " + repair.lastBatchKnown() + ": a file of it was lost or is an older copy. " + StorageFailure.REPLACE);
      }
      replay.nextBatch = Math.max(replay.nextBatch, repair.lastBatchKnown() + 1); // None of the lost is given again.
      replay.run();
      Set<ReplicaKey> here = repair.replicas();
      for (SalvageReplay.Found found : replay.replicas.values()) {
        if (here.contains(found.replica)) { // Else the mark of its end is what was lost.
          decide(found, damage);
        }
      }
      write();
    } finally {
      for (SegmentSalvage segment : segments) {
        segment.close();
      }
    }
    repair.damaged(findings, suspects);
    if (files.exists(directory + "/" + SegmentPool.RESERVE)) {
      files.delete(directory + "/" + SegmentPool.RESERVE); // It may be what was damaged, and is made again.
    }
    files.rename(directory + TEMPORARY, directory + "/" + SegmentPool.nameOf(highest + 1));
    files.syncDirectory(directory);
  }

  // ---- what is left

  private List<SegmentSalvage> openAll() throws IOException {
    var segments = new ArrayList<SegmentSalvage>();
    try {
      Map<Integer, String> numbered = new TreeMap<>();
      for (String name : files.list(directory)) {
        int number = SegmentPool.numberOf(name);
        if (number > 0) {
          numbered.put(number, name);
          highest = Math.max(highest, number);
        }
      }
      for (Map.Entry<Integer, String> segment : numbered.entrySet()) {
        SegmentSalvage opened = SegmentSalvage.open(files, directory + "/" + segment.getValue(), segment.getKey(),
            settings.segmentBytes());
        segments.add(opened);
        checkCluster(opened);
      }
      return segments;
    } catch (IOException | RuntimeException e) {
      for (SegmentSalvage segment : segments) {
        segment.close();
      }
      throw e;
    }
  }

  private void checkCluster(SegmentSalvage segment) {
    if (segment.header != null && !segment.header.clusterId().equals(settings.clusterId())) {
      throw new StorageFailure(StorageFailure.Kind.WRONG_DIRECTORY, segment.segment.path + " belongs to cluster '"
          + segment.header.clusterId() + "', this node to '" + settings.clusterId() + "'");
    }
  }

  private void read(List<SegmentSalvage> all) throws IOException {
    replay = new SalvageReplay(repair.replicas());
    var used = new ArrayList<SegmentSalvage>();
    boolean unused = false;
    for (SegmentSalvage segment : all) {
      if (segment.header != null && segment.header.previous() == 0) {
        used.clear(); // It was mended once before.
      }
      if (segment.header != null || segment.hasBatches() || !unused && segment.mayHaveBegun()) {
        used.add(segment);
        unused = false;
      } else {
        segment.findBadAlthoughUnused();
        unused = true; // Segments are begun in the order of their numbers.
      }
    }
    for (int i = 0; i < used.size(); i++) {
      SegmentSalvage segment = used.get(i);
      SegmentHeader next = i + 1 < used.size() ? used.get(i + 1).header : null;
      boolean nextFollows = next != null && next.previous() == segment.segment.number;
      boolean last = i + 1 == used.size();
      segment.readBatches(nextFollows ? next.previousEnd() : -1);
      if (segment.header == null) {
        endDamaged |= last;
        lost(segment.segment, segment.segment.path + " at byte 0: both copies of its header are lost");
      } else if (i > 0 && segment.header.previous() != used.get(i - 1).segment.number) {
        lost(segment.segment, directory + ": segment " + segment.header.previous() + " is missing, " + segment.segment.path + " follows it");
      }
      replay.add(segment);
      for (SegmentSalvage.Piece piece : segment.pieces) {
        if (piece instanceof SegmentSalvage.Lost lost) {
          findings.add(lost.what());
          endDamaged |= last;
        }
      }
      if (!last && !nextFollows) {
        replay.addLoss(LostBatches.whole(segment.segment)); // How far it reached is not known.
      }
    }
    String reserve = directory + "/" + SegmentPool.RESERVE;
    if (files.exists(reserve)) {
      try (SegmentSalvage segment = SegmentSalvage.open(files, reserve, 0, settings.segmentBytes())) {
        findings.addAll(segment.findings);
      }
    }
    for (SegmentSalvage segment : all) {
      segment.findBadHeaderCopy();
      findings.addAll(segment.findings);
    }
  }

  private void lost(Segment segment, String what) {
    findings.add(what);
    replay.addLoss(LostBatches.whole(segment));
  }

  // ---- what each replica still holds

  private void decide(SalvageReplay.Found found, StorageFailure damage) {
    if (!found.stateKnown) {
      throw new StorageFailure(StorageFailure.Kind.UNMENDABLE, damage.getMessage() + "; the log cannot be mended: the term and vote of "
          + found.replica + " stood there too, and a replica that has forgotten them might vote twice. Remove this node from its cluster and add a"
          + " new one, under a new name and with an empty data directory", damage);
    }
    EntryId applied = repair.durablyApplied(found.replica);
    int chosen = 0;
    for (int i = 0; i < found.runs.size(); i++) {
      chosen = found.runs.get(i).stagedBase().index() <= applied.index() ? i : chosen;
    }
    ReplicaLog run = found.runs.get(chosen);
    boolean suspect = found.unsure || chosen + 1 < found.runs.size();
    boolean holdsApplied = applied.index() >= run.stagedBase().index() && applied.index() <= run.stagedLast().index()
        && run.stagedTerm(applied.index()) == applied.term();
    if (!holdsApplied && (applied.index() > 0 || run.stagedBase().index() > 0)) {
      // What is applied is committed; the log goes on behind it.
      suspect |= applied.index() <= run.stagedLast().index();
      run = new ReplicaLog(found.replica);
      run.stageRestart(applied);
    }
    HardState state = found.hardState;
    if (suspect) {
      suspects.add(found.replica);
      // A commit index above the hole may speak of entries that overwrote those which are left.
      state = new HardState(state.term(), state.vote(), Math.min(state.commit(), applied.index()));
    }
    run.publish();
    kept.put(found.replica, run);
    states.put(found.replica, state);
  }

  /** Up to there the engine has everything; nothing of it needs to be kept. */
  private EntryId base(ReplicaLog run) {
    EntryId applied = repair.durablyApplied(run.replica);
    return applied.index() >= run.base().index() && applied.index() <= run.last().index() ? applied : run.base();
  }

  // ---- the new segment

  private void write() throws IOException {
    String path = directory + TEMPORARY;
    if (files.exists(path)) {
      files.delete(path);
    }
    var table = new ArrayList<SegmentHeader.Row>();
    for (ReplicaLog run : kept.values()) {
      table.add(new SegmentHeader.Row(run.replica, states.get(run.replica), base(run), base(run)));
    }
    var header = new SegmentHeader(highest + 1, replay.nextWrite, replay.nextBatch, 0, 0, settings.clusterId(), table);
    int sectors = (int) Math.max(settings.segmentBytes() / OnDiskFormat.SECTOR_BYTES, header.places().firstBatch() + batchSectors());
    try (StoredFile file = files.open(path, true)) {
      SegmentPool.fill(file, sectors, () -> false);
      var segment = new Segment(highest + 1, path, file, sectors);
      header.write(new SectorBuffer(), segment);
      segment.nextSector = header.places().firstBatch();
      writeEntries(segment);
      file.sync();
    }
  }

  /** What the batches of {@link #writeEntries} take at most. */
  private long batchSectors() {
    long sectors = 0;
    for (ReplicaLog run : kept.values()) {
      for (long next = base(run).index() + 1; next <= run.last().index();) {
        List<Entry> entries = run.entries(next, run.last().index(), CHUNK_BYTES);
        sectors += OnDiskFormat.sectorsFor(BatchWriter.bytesMax(List.of(LogWrite.of(run.replica, Optional.empty(), entries))));
        next += entries.size();
      }
    }
    return sectors;
  }

  private void writeEntries(Segment segment) throws IOException {
    var buffer = new SectorBuffer();
    var batch = new BatchWriter(buffer);
    long write = replay.nextWrite;
    long sequence = replay.nextBatch;
    for (ReplicaLog run : kept.values()) {
      long before = base(run).term();
      for (long next = base(run).index() + 1; next <= run.last().index();) {
        List<Entry> entries = run.entries(next, run.last().index(), CHUNK_BYTES);
        batch.begin(segment, sequence++, BatchWriter.bytesMax(List.of(LogWrite.of(run.replica, Optional.empty(), entries))));
        batch.record(write++, 1, BatchWriter.entriesBytes(entries));
        batch.entries(run.replica, next, before, entries.size());
        entries.forEach(batch::entry);
        int sectors = batch.finish();
        segment.file.write(buffer.sealed(sectors), (long) segment.nextSector * OnDiskFormat.SECTOR_BYTES);
        segment.nextSector += sectors;
        segment.batches++;
        next += entries.size();
        before = entries.getLast().term();
      }
    }
  }
}
