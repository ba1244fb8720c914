package io.cairn.storage.log;

import io.cairn.raft.log.EntryKind;
import io.cairn.storage.log.LogVisitor.Place;
import java.nio.ByteBuffer;

/** Tells the records of a whole batch, part by part, with the place of each in the file. */
final class BatchRecords {
  /** Of an entry, before its kind: term and index. */
  private static final int ENTRY_KIND_OFFSET = 16;

  private final SegmentFile segment;
  private final LogVisitor to;
  /** Stands for the file in places of entries; nothing is read through it. */
  private final Segment lap;

  BatchRecords(SegmentFile segment, LogVisitor to) {
    this.segment = segment;
    this.to = to;
    this.lap = new Segment(segment.number(), segment.path(), null, segment.sectors());
  }

  /**
   * @param limit how many bytes of {@code data} are used
   * @return whether all of them could be read
   */
  boolean read(byte[] data, int limit, int firstSector) {
    ByteBuffer in = ByteBuffer.wrap(data, 0, limit).position(OnDiskFormat.BATCH_HEADER_BYTES);
    boolean whole = true;
    while (in.hasRemaining()) {
      int start = in.position();
      try {
        tell(LogRecord.decode(in, lap, firstSector), data, start, firstSector);
      } catch (IllegalArgumentException unreadable) {
        whole = false;
        to.problem(place(firstSector, start), unreadable.getMessage(), "the record is lost here; no disk did this, a writer did");
        if (!skip(in, start)) {
          return false;
        }
      }
    }
    return whole;
  }

  /** Behind a record that could not be read, where its length can be believed. */
  private static boolean skip(ByteBuffer in, int start) {
    in.position(start);
    if (in.remaining() < OnDiskFormat.RECORD_HEADER_BYTES) {
      return false;
    }
    int length = in.getInt();
    if (length < OnDiskFormat.RECORD_HEADER_BYTES - Integer.BYTES || length > in.remaining()) {
      return false;
    }
    in.position(in.position() + length);
    return true;
  }

  private void tell(LogRecord record, byte[] data, int start, int firstSector) {
    int at = start + OnDiskFormat.RECORD_HEADER_BYTES;
    for (LogRecord.Part part : record.parts()) {
      to.part(place(firstSector, at), record.write(), part);
      at += switch (part) {
        case LogRecord.HardStatePart _ -> OnDiskFormat.HARD_STATE_BYTES;
        case LogRecord.RestartPart _ -> OnDiskFormat.RESTART_BYTES;
        case LogRecord.DestroyedPart _ -> OnDiskFormat.PART_HEADER_BYTES;
        case LogRecord.EntriesPart entries -> tell(record.write(), entries, data, at, firstSector);
      };
    }
  }

  /** Returns how many bytes the part takes. */
  private int tell(long write, LogRecord.EntriesPart entries, byte[] data, int start, int firstSector) {
    int at = start + OnDiskFormat.ENTRIES_HEADER_BYTES;
    for (int i = 0; i < entries.terms().length; i++) {
      to.entry(place(firstSector, at), write, entries.replica(), entries.terms()[i], entries.first() + i,
          EntryKind.of(data[at + ENTRY_KIND_OFFSET]), entries.payloadBytes()[i]);
      at += OnDiskFormat.ENTRY_HEADER_BYTES + entries.payloadBytes()[i];
    }
    return at - start;
  }

  private Place place(int firstSector, int inBatch) {
    return new Place(segment.number(), segment.path(), OnDiskFormat.byteAt(OnDiskFormat.dataAt(firstSector) + inBatch));
  }
}
