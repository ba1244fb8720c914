package io.cairn.storage.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Goes through the oldest segment, batch by batch, for the entries that keep it from being freed: those that a replica needs and has
 * not durably applied. What was cut off, dropped or replaced is found by asking the index, which knows where each entry lies.
 *
 * <p>The copies keep the write number of the record they are taken from ({@link RewrittenEntries} tells what comes of them). Belongs to
 * the log's loop.
 */
final class Rewriting {
  private static final int WINDOW_SECTORS = 256;

  private final Map<ReplicaKey, ReplicaLog> replicas;
  private final long pieceBytesMax;
  private Segment segment;
  private SectorWindow window;
  private int nextSector;
  private long entriesFound;

  /**
   * Entries of one record that follow one another.
   *
   * @param data the batch they stand in
   * @param starts where each begins in it; the last number is where the last one ends
   */
  record Piece(ReplicaLog log, long write, long first, long termBefore, byte[] data, int[] starts) {
    int count() {
      return starts.length - 1;
    }

    /** What it takes in another batch. */
    long bytes() {
      return OnDiskFormat.RECORD_HEADER_BYTES + partBytes();
    }

    long partBytes() {
      return OnDiskFormat.ENTRIES_HEADER_BYTES + starts[count()] - starts[0];
    }
  }

  /** @param segmentBytes of a segment: a piece has at most a quarter, unless a single entry is larger */
  Rewriting(Map<ReplicaKey, ReplicaLog> replicas, long segmentBytes) {
    this.replicas = replicas;
    this.pieceBytesMax = segmentBytes / 4;
  }

  /**
   * Finds what is needed in the next batches of the segment.
   *
   * @param bytes how many are read, but for the last batch, which is read whole
   * @return how many were read
   */
  long next(Segment oldest, long bytes, List<Piece> into) throws IOException {
    if (segment != oldest) {
      segment = oldest;
      window = new SectorWindow(oldest.file, oldest.path, oldest.number, Math.min(WINDOW_SECTORS, oldest.sectors));
      nextSector = oldest.firstBatch;
    }
    int from = nextSector;
    long read = 0;
    while (read < bytes && nextSector < oldest.nextSector) {
      nextSector += batch(nextSector, into);
      read = (long) (nextSector - from) * OnDiskFormat.SECTOR_BYTES;
    }
    return read;
  }

  /** Whether the whole segment was gone through. */
  boolean isThrough(Segment oldest) {
    return segment == oldest && nextSector >= oldest.nextSector;
  }

  /** How many entries were found needed so far. */
  long entriesFound() {
    return entriesFound;
  }

  /** From the segment's beginning again. */
  void startOver() {
    segment = null;
  }

  private int batch(int at, List<Piece> into) throws IOException {
    int sectors = ByteBuffer.wrap(window.data(at, 1)).getInt(4);
    if (sectors < 1 || sectors > segment.nextSector - at) {
      throw window.corrupt(at, "a batch claims " + sectors + " sectors, " + (segment.nextSector - at) + " are left");
    }
    byte[] data = window.data(at, sectors);
    List<LogRecord> records = new ArrayList<>();
    try {
      LogRecord.decodeAll(data, ByteBuffer.wrap(data).getInt(16), segment, at, records);
    } catch (IllegalArgumentException unreadable) {
      throw window.corrupt(at, unreadable.getMessage());
    }
    for (LogRecord record : records) {
      for (LogRecord.Part part : record.parts()) {
        if (part instanceof LogRecord.EntriesPart entries && replicas.get(entries.replica()) != null) {
          pieces(replicas.get(entries.replica()), record.write(), entries, data, OnDiskFormat.dataAt(at), into);
        }
      }
    }
    return sectors;
  }

  private void pieces(ReplicaLog log, long write, LogRecord.EntriesPart part, byte[] data, long batchAt, List<Piece> into) {
    int count = part.terms().length;
    int from = 0;
    while (from < count) {
      int to = from;
      while (to < count && isNeeded(log, part, to) && (to == from || part.offsets()[to] - part.offsets()[from] < pieceBytesMax)) {
        to++;
      }
      if (to == from) {
        from++;
        continue;
      }
      int[] starts = new int[to - from + 1];
      for (int i = from; i < to; i++) {
        starts[i - from] = (int) (part.offsets()[i] - batchAt);
      }
      starts[to - from] = starts[to - from - 1] + OnDiskFormat.ENTRY_HEADER_BYTES + part.payloadBytes()[to - 1];
      into.add(new Piece(log, write, part.first() + from, from == 0 ? part.termBefore() : part.terms()[from - 1], data, starts));
      entriesFound += to - from;
      from = to;
    }
  }

  private boolean isNeeded(ReplicaLog log, LogRecord.EntriesPart part, int at) {
    long index = part.first() + at;
    return index > log.floor.durablyApplied() && log.liesAt(index, segment, part.offsets()[at]);
  }
}
