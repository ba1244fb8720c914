package io.cairn.storage.log;

import io.cairn.platform.Files;
import io.cairn.platform.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads what is left of one segment of a damaged log: every batch that is whole, in its order, and between them the stretches that
 * are not. Nothing is written.
 */
final class SegmentSalvage implements AutoCloseable {
  private static final int WINDOW_SECTORS = 2048;

  /** What stands, or stood, in a segment, in its order. */
  sealed interface Piece {}

  record Whole(List<LogRecord> records) implements Piece {}

  /** @param what with file and byte, for people */
  record Lost(LostBatches left, String what) implements Piece {}

  final Segment segment;
  /** Null when both copies are lost, or were never written whole. */
  final SegmentHeader header;
  final List<Piece> pieces = new ArrayList<>();
  /** What is wrong and costs nothing that was acknowledged. */
  final List<String> findings = new ArrayList<>();
  private final SectorWindow window;
  private final long segmentBytes;
  private long expectedOrdinal = 1;

  private SegmentSalvage(Segment segment, SegmentHeader header, long segmentBytes) {
    this.segment = segment;
    this.header = header;
    this.segmentBytes = segmentBytes;
    this.window = new SectorWindow(segment.file, segment.path, segment.number, Math.clamp(segment.sectors, 1, WINDOW_SECTORS));
  }

  /**
   * @param segmentBytes what a segment has at least
   * @throws io.cairn.storage.StorageFailure {@code NEWER_FORMAT}, naming both versions
   */
  static SegmentSalvage open(Files files, String path, int number, long segmentBytes) throws IOException {
    SegmentHeader header = SegmentFile.look(files, path, number).header();
    StoredFile file = files.openReadOnly(path);
    var salvage = new SegmentSalvage(new Segment(number, path, file, (int) (file.size() / OnDiskFormat.SECTOR_BYTES)), header, segmentBytes);
    if (file.size() == 0 || file.size() % OnDiskFormat.SECTOR_BYTES != 0) {
      salvage.findings.add(path + " has " + file.size() + " bytes, which is no whole number of sectors");
    }
    return salvage;
  }

  @Override
  public void close() throws IOException {
    segment.file.close();
  }

  private boolean isOwn(int sector) throws IOException {
    return sector < segment.sectors && window.state(sector) == SectorWindow.State.OWN;
  }

  // ---- the header

  /** Looks for a bad copy of a header of which the other one could be read. */
  void findBadHeaderCopy() throws IOException {
    SegmentHeader.Places places = header == null ? new SegmentHeader.Places(0, 0, 0) : header.places();
    for (int copy : new int[] {0, places.secondCopy()}) {
      for (int sector = copy; sector < copy + places.copySectors(); sector++) {
        if (!isOwn(sector)) {
          findings.add(segment.path + " at byte " + (long) sector * OnDiskFormat.SECTOR_BYTES
              + ": a copy of the header is lost, the other one is whole");
          return;
        }
      }
    }
  }

  /** Looks for bad sectors in a segment that was never begun: it is to be full of sectors that are empty, or of an earlier lap. */
  void findBadAlthoughUnused() throws IOException {
    findUnwritten(0);
  }

  /** Whether anything of a batch is left: then the segment was in use, though its header may be gone. */
  boolean hasBatches() throws IOException {
    return firstOfLaterBatch(0, 0) < segment.sectors;
  }

  /** Whether, of a segment of which nothing can be read, the places of both copies of its header are bad: then it may have been in use. */
  boolean mayHaveBegun() throws IOException {
    for (int copy = 0; copy < segment.sectors && window.state(copy) != SectorWindow.State.OLD; copy += OnDiskFormat.BLOCK_SECTORS) {
      int second = copy + OnDiskFormat.BLOCK_SECTORS;
      if (second >= segment.sectors || window.state(second) != SectorWindow.State.OLD) {
        return true;
      }
    }
    return segment.sectors == 0;
  }

  // ---- batches

  /** @param end where the next segment says that this one ends, or -1: then it ends where nothing was written, or a batch was torn */
  void readBatches(int end) throws IOException {
    int at = header != null ? header.places().firstBatch() : firstOfLaterBatch(0, 0);
    int limit = end < 0 ? segment.sectors : Math.min(end, segment.sectors);
    while (at < limit) {
      List<LogRecord> records = new ArrayList<>();
      int sectors = wholeBatch(at, limit, records);
      if (sectors > 0) {
        pieces.add(new Whole(records));
        at += sectors;
        expectedOrdinal++;
        continue;
      }
      if (end < 0 && isEnd(at)) {
        findUnwritten(at);
        return;
      }
      int next = firstOfLaterBatch(at + 1, expectedOrdinal);
      int to = next < limit ? next : end < 0 ? endOfWritten(at) : limit;
      pieces.add(lost(at, to, LostBatches.read(window, segment, at, to)));
      if (next >= limit) {
        break;
      }
      expectedOrdinal = window.ordinal(next);
      at = next;
    }
    if (end > segment.sectors || end < 0 && at >= segment.sectors && mayBeCutOff()) {
      pieces.add(lost(segment.sectors, Math.max(end, segment.sectors), LostBatches.whole(segment)));
    }
  }

  /** Whether the log may have gone on behind the file's end: a segment has whole sectors, and is never made shorter than this. */
  private boolean mayBeCutOff() throws IOException {
    return segment.bytes() < segmentBytes || segment.file.size() % OnDiskFormat.SECTOR_BYTES != 0;
  }

  /** Behind the log's end nothing is lost, but nothing can be written there either: it would pass for rot. */
  private void findUnwritten(int end) throws IOException {
    for (int sector = end; sector < segment.sectors; sector++) {
      if (window.state(sector) == SectorWindow.State.BAD) {
        findings.add(segment.path + " at byte " + (long) sector * OnDiskFormat.SECTOR_BYTES + ": behind the log's end a sector fails its check");
        return;
      }
    }
  }

  private Lost lost(int from, int to, LostBatches left) {
    return new Lost(left, segment.path + " at byte " + (long) from * OnDiskFormat.SECTOR_BYTES + ": what was written here cannot be read whole, "
        + (long) (to - from) * OnDiskFormat.SECTOR_BYTES + " bytes, from batch " + expectedOrdinal + " on");
  }

  /** The sectors of the batch at {@code at}, 0 when it is not whole. */
  private int wholeBatch(int at, int limit, List<LogRecord> into) throws IOException {
    if (!isOwn(at) || window.ordinal(at) != (int) expectedOrdinal) {
      return 0;
    }
    ByteBuffer in = ByteBuffer.wrap(window.data(at, 1));
    int sectors = in.getInt(4);
    int dataBytes = in.getInt(16);
    int check = in.getInt(OnDiskFormat.BATCH_CHECK_OFFSET);
    if (in.getInt(0) != OnDiskFormat.BATCH_MAGIC || sectors < 1 || sectors > limit - at || dataBytes < OnDiskFormat.BATCH_HEADER_BYTES
        || dataBytes > OnDiskFormat.dataAt(sectors) || header != null && in.getLong(8) != header.nextBatch() + expectedOrdinal - 1) {
      return 0;
    }
    int fold = 0;
    for (int sector = at + 1; sector < at + sectors; sector++) {
      if (!isOwn(sector) || window.ordinal(sector) != (int) expectedOrdinal) {
        return 0;
      }
      fold = SectorBuffer.foldCheck(fold, window.check(sector));
    }
    if (fold != check) {
      return 0;
    }
    try {
      LogRecord.decodeAll(window.data(at, sectors), dataBytes, segment, at, into);
    } catch (IllegalArgumentException unreadable) {
      into.clear();
      return 0;
    }
    return sectors;
  }

  /**
   * Whether the log ends here: nothing was written here in this lap, or a batch whose missing sectors were never written: both were not
   * acknowledged, since a batch is written only after the one before it is synced.
   */
  private boolean isEnd(int at) throws IOException {
    if (firstOfLaterBatch(at + 1, expectedOrdinal) < segment.sectors) {
      return false;
    }
    for (int sector = at; sector < segment.sectors; sector++) {
      SectorWindow.State state = window.state(sector);
      if (state == SectorWindow.State.OLD) {
        return sector == at || isWithinTorn(at, sector);
      }
    }
    return false;
  }

  private boolean isWithinTorn(int at, int sector) throws IOException {
    return isOwn(at) && ByteBuffer.wrap(window.data(at, 1)).getInt(0) == OnDiskFormat.BATCH_MAGIC
        && sector - at < ByteBuffer.wrap(window.data(at, 1)).getInt(4);
  }

  /** The first sector behind {@code at} to which nothing was written in this lap. */
  private int endOfWritten(int at) throws IOException {
    int sector = at + 1;
    while (sector < segment.sectors && window.state(sector) != SectorWindow.State.OLD) {
      sector++;
    }
    return sector;
  }

  /** The first sector from {@code from} on that is the head of a batch after {@code ordinal}; behind the last sector when there is none. */
  private int firstOfLaterBatch(int from, long ordinal) throws IOException {
    for (int sector = from; sector < segment.sectors; sector++) {
      if (isOwn(sector) && Integer.toUnsignedLong(window.ordinal(sector)) > ordinal) {
        byte[] data = window.data(sector, 1);
        ByteBuffer in = ByteBuffer.wrap(data);
        if (in.getInt(0) == OnDiskFormat.BATCH_MAGIC
            && (header == null || in.getLong(8) == header.nextBatch() + window.ordinal(sector) - 1)) {
          return sector;
        }
      }
    }
    return segment.sectors;
  }
}
