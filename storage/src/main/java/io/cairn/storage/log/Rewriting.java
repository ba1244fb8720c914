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
  /** Nobody else reads the log in pieces of this size: by it the simulator tells where a node is (its {@code CrashWatch}). */
  private static final int WINDOW_SECTORS = 248;
  /** At most so many batches of copies are made of one segment; each leaves up to a sector empty. */
  private static final int BATCHES_OF_A_SEGMENT = 8;

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

    private long partBytes() {
      return OnDiskFormat.ENTRIES_HEADER_BYTES + starts[count()] - starts[0];
    }

    /** Puts a record of them into the batch, and returns where each stands in the segment's data space. */
    long[] copyTo(BatchWriter batch) {
      batch.record(write, 1, partBytes());
      batch.entries(log.replica, first, termBefore, count());
      long[] places = new long[count()];
      for (int i = 0; i < places.length; i++) {
        places[i] = batch.copy(data, starts[i], starts[i + 1] - starts[i]);
      }
      return places;
    }
  }

  /** @param segmentBytes of a segment: a piece has at most a quarter, unless a single entry is larger */
  Rewriting(Map<ReplicaKey, ReplicaLog> replicas, long segmentBytes) {
    this.replicas = replicas;
    this.pieceBytesMax = segmentBytes / 4;
  }

  /**
   * How many bytes of segments may be kept before what is needed of the oldest is written again: {@code log.keep}, and where that is less
   * twice what is needed; then half of what is gone through is freed, whatever stands where, and no more is written than is gained.
   */
  static long keptMax(LogSettings settings, long needed) {
    return Math.max(settings.keepBytes(), 2 * needed) + 2 * settings.segmentBytes();
  }

  /** What all entries that are not durably applied take at most when they are written again. */
  long needed() {
    long needed = 0;
    for (ReplicaLog log : replicas.values()) {
      needed += log.costAbove(log.floor.durablyApplied());
    }
    return needed;
  }

  /** In how many sectors all that is needed of the segment finds room, in batches of a quarter of a segment. */
  int sectorsMax(Segment oldest) {
    long cost = 0;
    for (ReplicaLog log : replicas.values()) {
      cost += log.costIn(oldest, log.floor.durablyApplied());
    }
    // A copy takes no more than what it is copied from, records, heads and all.
    return (int) Math.min(cost / OnDiskFormat.SECTOR_DATA_BYTES, oldest.nextSector) + BATCHES_OF_A_SEGMENT;
  }

  /** Where the batch that begins with the piece at {@code from} ends: before it is larger than this, unless one piece alone is. */
  static int batchEnd(List<Piece> pieces, int from, long bytesMax) {
    long bytes = pieces.get(from).bytes();
    int to = from + 1;
    while (to < pieces.size() && bytes + pieces.get(to).bytes() <= bytesMax) {
      bytes += pieces.get(to++).bytes();
    }
    return to;
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
      window = new SectorWindow(oldest.file, oldest.path, oldest.number, WINDOW_SECTORS);
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
