package io.cairn.storage.log;

import io.cairn.platform.Files;
import io.cairn.platform.StoredFile;
import io.cairn.storage.StorageFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads the log at opening: which segments hold it, where it ends, and what its records say. It looks at every file before it
 * changes any, so that a newer format or a foreign cluster is refused untouched.
 */
final class LogRecovery {
  private static final int WINDOW_SECTORS = 2048;
  /** How far behind a missing header is looked for batches that would prove that it was there once. */
  private static final int UNUSED_LOOK_SECTORS = 256;

  private final Files files;
  private final String directory;
  private final LogSettings settings;

  final List<Segment> live = new ArrayList<>();
  final List<SegmentHeader> headers = new ArrayList<>();
  final List<LogRecord> records = new ArrayList<>();
  /** Records that clean-up wrote again: they keep a write number that is below the first one of the segment they stand in now. */
  final List<LogRecord> rewritten = new ArrayList<>();
  private final List<FoundFile> unused = new ArrayList<>();
  private final List<String> temporary = new ArrayList<>();
  int nextNumber = 1;
  long nextBatch = 1;
  private int lastBatchSector;

  /** A file that holds nothing; {@code touched} when its number may stand in some of its sectors. */
  private record FoundFile(String name, StoredFile file, int sectors, boolean touched) {}

  LogRecovery(Files files, String directory, LogSettings settings) {
    this.files = files;
    this.directory = directory;
    this.settings = settings;
  }

  void read() throws IOException {
    var numbered = new TreeMap<Integer, String>();
    for (String name : files.list(directory)) {
      if (name.endsWith(SegmentPool.TEMPORARY)) {
        temporary.add(name);
      } else if (name.endsWith(SegmentPool.SUFFIX)) {
        numbered.put(numberOf(name), name);
      }
    }
    passOverWhatWasMended(numbered);
    for (Map.Entry<Integer, String> segment : numbered.entrySet()) {
      openSegment(segment.getKey(), segment.getValue());
    }
    checkChain();
    for (int i = 0; i < live.size(); i++) {
      int end = i + 1 < live.size() ? headers.get(i + 1).previousEnd() : -1;
      readBatches(live.get(i), headers.get(i), end);
    }
    forgetLastWithoutBatches();
  }

  /**
   * @param known a batch that the log has had durably
   * @throws StorageFailure {@code UNMENDABLE} when the log ends before it. What is lost may be a vote as well: a replica that has forgotten one might
   *     vote twice
   */
  void requireBatch(long known) {
    if (nextBatch <= known) {
      String last = live.isEmpty() ? directory + " holds no segment that was begun" : live.getLast().path + " ends with batch " + (nextBatch - 1);
      throw new StorageFailure(StorageFailure.Kind.UNMENDABLE, last + ", and the log had come to batch " + known
          + ": a file of it was lost or is an older copy, and with it votes and acknowledged entries perhaps. " + StorageFailure.REPLACE);
    }
  }

  /**
   * A segment that names none before it begins the log: a damaged one was mended into it ({@link LogSalvage}), and what is older counts no
   * more. It is deleted, not used again: some of its sectors are bad.
   */
  private void passOverWhatWasMended(TreeMap<Integer, String> numbered) throws IOException {
    for (Map.Entry<Integer, String> segment : numbered.descendingMap().entrySet()) {
      if (segment.getKey() > 0 && beginsTheLog(segment.getKey(), directory + "/" + segment.getValue())) {
        Map<Integer, String> older = numbered.subMap(1, segment.getKey());
        temporary.addAll(older.values());
        older.clear();
        return;
      }
    }
  }

  private boolean beginsTheLog(int number, String path) throws IOException {
    SegmentHeader header = SegmentFile.look(files, path, number).header();
    return header != null && header.previous() == 0;
  }

  /** Puts the unused files into the pool and clears away what was never finished: the first change to the directory. */
  void handOver(SegmentPool pool) throws IOException {
    for (String name : temporary) {
      files.delete(directory + "/" + name);
    }
    // Those that keep their number come first: segments are begun in the order of their numbers.
    for (boolean touched : new boolean[] {false, true}) {
      for (FoundFile found : unused) {
        if (found.touched == touched) {
          pool.found(found.name, found.file, found.sectors, touched);
        }
      }
    }
  }

  /**
   * Writes the last batch (or header) once more, as it was read, and syncs it. It may have been read from the machine's memory:
   * a process that died between write and sync, or of a failed sync, leaves pages that look written and are not (ST-01).
   */
  void makeEndDurable() throws IOException {
    if (live.isEmpty()) {
      return;
    }
    Segment last = live.getLast();
    int from = last.batches == 0 ? 0 : lastBatchSector;
    ByteBuffer bytes = ByteBuffer.allocateDirect((last.nextSector - from) * OnDiskFormat.SECTOR_BYTES);
    long position = (long) from * OnDiskFormat.SECTOR_BYTES;
    last.file.read(bytes, position);
    last.file.write(bytes.flip(), position);
    last.file.sync();
  }

  /** After a failure at opening, which is what is told. */
  void closeQuietly() {
    try {
      for (Segment segment : live) {
        segment.file.close();
      }
      for (FoundFile found : unused) {
        found.file.close();
      }
    } catch (IOException unheard) {
      // The first failure says more.
    }
  }

  private int numberOf(String name) {
    if (name.equals(SegmentPool.RESERVE)) {
      return 0;
    }
    String digits = name.substring(0, name.length() - SegmentPool.SUFFIX.length());
    try {
      int number = Integer.parseInt(digits);
      if (number > 0 && SegmentPool.nameOf(number).equals(name)) {
        nextNumber = Math.max(nextNumber, number + 1);
        return number;
      }
    } catch (NumberFormatException notOurs) {
      // Told below.
    }
    throw new StorageFailure(StorageFailure.Kind.WRONG_DIRECTORY,
        directory + "/" + name + " is no segment of a log: their names are ten digits and " + SegmentPool.SUFFIX);
  }

  private void openSegment(int number, String name) throws IOException {
    String path = directory + "/" + name;
    StoredFile file = files.open(path, false);
    long bytes = file.size();
    if (bytes == 0 || bytes % OnDiskFormat.SECTOR_BYTES != 0) {
      throw new StorageFailure(StorageFailure.Kind.CORRUPT,
          path + " has " + bytes + " bytes, which is no whole number of " + OnDiskFormat.SECTOR_BYTES + "-byte sectors");
    }
    int sectors = (int) (bytes / OnDiskFormat.SECTOR_BYTES);
    refuseNewer(path, file);
    SegmentHeader header = number == 0 ? null : readHeader(number, path, file);
    if (header == null) {
      boolean touched = number != 0 && refuseBatches(number, path, file, sectors);
      unused.add(new FoundFile(name, file, sectors, touched));
      return;
    }
    if (!unused.isEmpty() && !unused.getLast().name.equals(SegmentPool.RESERVE)) {
      throw new StorageFailure(StorageFailure.Kind.CORRUPT, directory + "/" + unused.getLast().name
          + " at byte 0: its header is lost, and segment " + number + " was begun after it");
    }
    if (!header.clusterId().equals(settings.clusterId())) {
      throw new StorageFailure(StorageFailure.Kind.WRONG_DIRECTORY,
          path + " belongs to cluster '" + header.clusterId() + "', this node to '" + settings.clusterId() + "'");
    }
    live.add(new Segment(number, path, file, sectors));
    headers.add(header);
  }

  /** Looks at each file of the log alone; nothing is written. */
  static void refuseNewer(Files files, String directory) throws IOException {
    for (String name : files.list(directory)) {
      String path = directory + "/" + name;
      try (StoredFile file = files.openReadOnly(path)) {
        refuseNewer(path, file);
      }
    }
  }

  private static void refuseNewer(String path, StoredFile file) throws IOException {
    ByteBuffer head = ByteBuffer.allocate(12);
    file.read(head, 0);
    if (head.getLong(0) == OnDiskFormat.SEGMENT_MAGIC && head.getInt(8) > OnDiskFormat.FORMAT_VERSION) {
      throw SectorWindow.newer(path, head.getInt(8));
    }
  }

  /** Null when the header was never written whole, and so nothing after it was acknowledged. */
  private static SegmentHeader readHeader(int number, String path, StoredFile file) throws IOException {
    var window = new SectorWindow(file, path, number, 64);
    SectorWindow.State first = window.state(0);
    if (first == SectorWindow.State.BAD) {
      throw window.corrupt(0, "the header's first sector fails its check");
    }
    if (first == SectorWindow.State.OLD) {
      return null;
    }
    SegmentHeader.Places places = SegmentHeader.places(window.data(0, 1));
    boolean whole = true;
    for (int copy : new int[] {0, places.secondCopy()}) {
      for (int sector = copy; sector < copy + places.copySectors(); sector++) {
        SectorWindow.State state = window.state(sector);
        if (state == SectorWindow.State.BAD) {
          throw window.corrupt(sector, "a sector of the header fails its check");
        }
        whole &= state == SectorWindow.State.OWN;
      }
    }
    if (!whole) {
      return null;
    }
    try {
      return SegmentHeader.decode(window.data(0, places.copySectors()));
    } catch (RuntimeException unreadable) {
      throw window.corrupt(0, "the header cannot be read: " + unreadable.getMessage());
    }
  }

  /** A segment without a header must hold no batch. Returns whether any of its sectors bears its number. */
  private static boolean refuseBatches(int number, String path, StoredFile file, int sectors) throws IOException {
    var window = new SectorWindow(file, path, number, Math.min(UNUSED_LOOK_SECTORS, sectors));
    boolean touched = false;
    for (int sector = 0; sector < Math.min(sectors, UNUSED_LOOK_SECTORS); sector++) {
      SectorWindow.State state = window.state(sector);
      if (state == SectorWindow.State.BAD) {
        throw window.corrupt(sector, "fails its check");
      }
      if (state == SectorWindow.State.OWN) {
        touched = true;
        if (window.ordinal(sector) != 0) {
          throw window.corrupt(0, "the header is lost, though batch " + window.ordinal(sector) + " was written after it");
        }
      }
    }
    return touched;
  }

  private void checkChain() {
    for (int i = 1; i < live.size(); i++) {
      int expected = live.get(i - 1).number;
      if (headers.get(i).previous() != expected) {
        throw new StorageFailure(StorageFailure.Kind.CORRUPT, live.get(i).path + " follows segment " + headers.get(i).previous()
            + ", but segment " + expected + " is the one before it in " + directory);
      }
    }
  }

  /** @param end the sector at which the next segment says this one ends, or -1 for the last segment */
  private void readBatches(Segment segment, SegmentHeader header, int end) throws IOException {
    var window = new SectorWindow(segment.file, segment.path, segment.number, Math.min(WINDOW_SECTORS, segment.sectors));
    segment.firstBatch = header.places().firstBatch();
    segment.nextSector = segment.firstBatch;
    if (header.nextBatch() != nextBatch && segment != live.getFirst()) {
      throw window.corrupt(0, "begins with batch " + header.nextBatch() + ", the segment before ends with " + (nextBatch - 1));
    }
    nextBatch = header.nextBatch();
    int limit = end < 0 ? segment.sectors : end;
    while (segment.nextSector < limit) {
      int sectors = wholeBatch(window, segment, limit, end < 0);
      if (sectors == 0) {
        return;
      }
      byte[] data = window.data(segment.nextSector, sectors);
      try {
        List<LogRecord> decoded = new ArrayList<>();
        LogRecord.decodeAll(data, ByteBuffer.wrap(data).getInt(16), segment, segment.nextSector, decoded);
        for (LogRecord record : decoded) {
          (record.write() < header.nextWrite() ? rewritten : records).add(record);
        }
      } catch (RuntimeException unreadable) {
        throw window.corrupt(segment.nextSector, unreadable.getMessage());
      }
      lastBatchSector = segment.nextSector;
      segment.nextSector += sectors;
      segment.batches++;
      nextBatch++;
    }
    if (end < 0 && segment.nextSector >= segment.sectors && segment.bytes() < settings.segmentBytes()) {
      throw window.corrupt(segment.sectors, "the file is cut off: the log reaches to its end, and a segment has at least "
          + settings.segmentBytes() + " bytes");
    }
  }

  /**
   * The sectors of the batch that begins at the segment's next sector; 0 when the log ends there. A batch of which sectors
   * are missing was torn, and is the end, if it stands in the last segment and nothing was written after it.
   */
  private int wholeBatch(SectorWindow window, Segment segment, int limit, boolean mayEnd) throws IOException {
    int at = segment.nextSector;
    int ordinal = segment.batches + 1;
    SectorWindow.State first = window.state(at);
    int sectors = 1;
    boolean missing = first == SectorWindow.State.OLD;
    int fold = 0;
    byte[] head = null;
    if (first == SectorWindow.State.OWN) {
      head = window.data(at, 1);
      sectors = batchSectors(window, segment, head, at, ordinal, limit);
      for (int sector = at + 1; sector < at + sectors; sector++) {
        SectorWindow.State state = window.state(sector);
        missing |= state == SectorWindow.State.OLD;
        if (state == SectorWindow.State.OWN) {
          fold = SectorBuffer.foldCheck(fold, window.check(sector));
        }
        refuseStrange(window, sector, state, ordinal);
      }
    } else {
      refuseStrange(window, at, first, ordinal);
    }
    if (missing) {
      if (!mayEnd) {
        throw window.corrupt(at, "a sector of batch " + ordinal + " is missing, though later segments were written");
      }
      refuseLaterBatches(window, at + sectors, segment.sectors, ordinal);
      return 0;
    }
    if (fold != ByteBuffer.wrap(head).getInt(OnDiskFormat.BATCH_CHECK_OFFSET)) {
      throw window.corrupt(at, "the sectors of batch " + ordinal + " are not the ones its header was made for");
    }
    return sectors;
  }

  private int batchSectors(SectorWindow window, Segment segment, byte[] head, int at, int ordinal, int limit) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(head);
    int magic = in.getInt();
    int sectors = in.getInt();
    long sequence = in.getLong();
    int dataBytes = in.getInt();
    if (window.ordinal(at) != ordinal || magic != OnDiskFormat.BATCH_MAGIC || sequence != nextBatch) {
      throw window.corrupt(at, "batch " + ordinal + " with sequence " + nextBatch + " is due, found batch " + window.ordinal(at)
          + " with sequence " + sequence);
    }
    if (sectors < 1 || sectors > limit - at || dataBytes < OnDiskFormat.BATCH_HEADER_BYTES
        || dataBytes > OnDiskFormat.dataAt(sectors)) {
      throw window.corrupt(at, "batch " + ordinal + " claims " + sectors + " sectors and " + dataBytes + " bytes, with "
          + (limit - at) + " sectors left in " + segment.path);
    }
    return sectors;
  }

  private static void refuseStrange(SectorWindow window, int sector, SectorWindow.State state, int ordinal) throws IOException {
    if (state == SectorWindow.State.BAD) {
      throw window.corrupt(sector, "a sector where batch " + ordinal + " was or would be written fails its check");
    }
    if (state == SectorWindow.State.OWN && window.ordinal(sector) != ordinal) {
      throw window.corrupt(sector, "belongs to batch " + window.ordinal(sector) + " where only batch " + ordinal + " can stand");
    }
  }

  /** Behind the log's end only sectors of the one batch that was torn may be found: a later one proves that this one was synced. */
  private static void refuseLaterBatches(SectorWindow window, int from, int to, int torn) throws IOException {
    for (int sector = from; sector < to; sector++) {
      refuseStrange(window, sector, window.state(sector), torn);
    }
  }

  /** A segment that was begun and not used holds nothing but its table, which the next one repeats: it is used again. */
  private void forgetLastWithoutBatches() {
    while (!live.isEmpty() && live.getLast().batches == 0 && live.size() > 1) {
      Segment empty = live.removeLast();
      headers.removeLast();
      String name = empty.path.substring(directory.length() + 1);
      unused.addFirst(new FoundFile(name, empty.file, empty.sectors, true));
    }
  }
}
