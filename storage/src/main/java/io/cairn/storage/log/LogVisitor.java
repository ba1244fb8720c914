package io.cairn.storage.log;

import io.cairn.raft.log.EntryKind;

/** What an inspection meets, in the order of the files' numbers and of the bytes in them. */
interface LogVisitor {

  /** Where something begins: a file of the log, by its number, and a byte in it. */
  record Place(int segment, String path, long offset) {
    Place(SegmentFile file, int sector) {
      this(file.number(), file.path(), (long) sector * OnDiskFormat.SECTOR_BYTES);
    }

    @Override
    public String toString() {
      return path + " at byte " + offset;
    }
  }

  /** A segment that was begun; its header could be read. */
  void segment(SegmentFile file, SegmentHeader header);

  /** A whole batch. */
  void batch(Place place, int ordinal, long sequence, int sectors, int dataBytes);

  /** A part of a record in a whole batch; its entries follow. */
  void part(Place place, long write, LogRecord.Part part);

  /** One entry of the part before. */
  void entry(Place place, long write, ReplicaKey replica, long term, long index, EntryKind kind, int payloadBytes);

  /** Behind what was told so far stood records that cannot be read, and nothing is known of how many. */
  void lost();

  /** Something that is as it may be, and worth a line: what was torn, what is not begun yet. */
  void note(Place place, String what);

  /**
   * Something that must not be.
   *
   * @param what what is wrong there
   * @param meaning what follows from it
   */
  void problem(Place place, String what, String meaning);
}
