package io.cairn.storage.log;

import static io.cairn.storage.log.OnDiskFormat.BLOCK_SECTORS;
import static io.cairn.storage.log.OnDiskFormat.HARD_STATE_BYTES;
import static io.cairn.storage.log.OnDiskFormat.RECORD_HEADER_BYTES;
import static io.cairn.storage.log.OnDiskFormat.SECTOR_DATA_BYTES;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A stretch of a segment that cannot be read whole: batches of which sectors are bad or missing. Reads from the sectors that are
 * left what must not be lost: terms and votes, which stand twice in their batch, in different 4 KiB blocks.
 *
 * <p>A batch that changes a term or a vote has two copies of it: among its records, and, from a later 4 KiB block on, as its last
 * records. So where the damage lies within one block, a change whose first copy is in it has the second behind it, one whose second is in it
 * has the first before it, and a batch of which no sector is left changed none.
 */
final class LostBatches {
  private static final int COPY_BYTES = RECORD_HEADER_BYTES + HARD_STATE_BYTES;

  private final SectorWindow window;
  private final Segment segment;
  private final int from;
  private final int to;

  /** What could be read: terms, votes and bases, with their write numbers. */
  final List<LogRecord> records = new ArrayList<>();
  /** Whether {@link #records} has every term and vote that the stretch changed. */
  boolean statesKnown;
  /** The replicas whose entries are lost, or null when that cannot be told. */
  Set<ReplicaKey> held = new TreeSet<>();

  private LostBatches(SectorWindow window, Segment segment, int from, int to) {
    this.window = window;
    this.segment = segment;
    this.from = from;
    this.to = to;
  }

  /** A stretch of which nothing at all is left. */
  static LostBatches whole(Segment segment) {
    var lost = new LostBatches(null, segment, 0, 0);
    lost.held = null;
    return lost;
  }

  /** @param to exclusive; what follows is a whole batch, or nothing was written there */
  static LostBatches read(SectorWindow window, Segment segment, int from, int to) throws IOException {
    var lost = new LostBatches(window, segment, from, to);
    lost.read();
    return lost;
  }

  private void read() throws IOException {
    int firstGone = -1;
    int lastGone = -1;
    boolean complete = true;
    for (int at = from; at < to;) {
      if (window.state(at) != SectorWindow.State.OWN) {
        complete &= at < batchEnd;
        at++;
      } else {
        int end = endOf(at);
        complete &= readBatch(at, end);
        at = end;
      }
    }
    for (int sector = from; sector < to; sector++) {
      if (window.state(sector) != SectorWindow.State.OWN) {
        firstGone = firstGone < 0 ? sector : firstGone;
        lastGone = sector;
      }
    }
    boolean oneBlock = firstGone >= 0 && firstGone / BLOCK_SECTORS == lastGone / BLOCK_SECTORS;
    statesKnown = oneBlock || complete && firstGone >= 0;
    held = complete && firstGone >= 0 ? held : null;
  }

  /** Where the batch whose head was read last ends by its head's word. */
  private int batchEnd;

  /** Behind the last sector that bears the same batch's number; sectors in between may be gone. */
  private int endOf(int at) throws IOException {
    int ordinal = window.ordinal(at);
    int end = at + 1;
    for (int sector = at + 1; sector < to; sector++) {
      if (window.state(sector) == SectorWindow.State.OWN) {
        if (window.ordinal(sector) != ordinal) {
          break;
        }
        end = sector + 1;
      }
    }
    return end;
  }

  /**
   * One batch of which the sectors from {@code at} to {@code end} are left, but for those between them that are gone.
   *
   * @return whether the beginning of each of its records could be read
   */
  private boolean readBatch(int at, int end) throws IOException {
    int sectors = end - at;
    int dataBytes = -1;
    if (isHead(at)) {
      ByteBuffer in = ByteBuffer.wrap(window.data(at, 1));
      int claimed = in.getInt(4);
      int claimedBytes = in.getInt(16);
      if (claimed >= sectors && claimed <= segment.sectors - at && claimedBytes >= OnDiskFormat.BATCH_HEADER_BYTES
          && claimedBytes <= OnDiskFormat.dataAt(claimed)) {
        sectors = claimed;
        dataBytes = claimedBytes;
        batchEnd = at + claimed;
      }
    }
    boolean head = dataBytes >= 0;
    var bytes = new Bytes(at, Math.min(sectors, to - at));
    boolean complete = head && bytes.sectors == sectors && walk(bytes, dataBytes);
    if (!complete && (head ? bytes.sectors == sectors : end == to || window.state(end) == SectorWindow.State.OWN)) {
      secondCopies(bytes, dataBytes);
    }
    return complete;
  }

  private boolean isHead(int at) throws IOException {
    return ByteBuffer.wrap(window.data(at, 1)).getInt(0) == OnDiskFormat.BATCH_MAGIC;
  }

  /** The data of sectors side by side, with zeros where they are gone. */
  private final class Bytes {
    final int first;
    final int sectors;
    final byte[] data;
    final boolean[] good;

    Bytes(int first, int sectors) throws IOException {
      this.first = first;
      this.sectors = sectors;
      this.data = new byte[sectors * SECTOR_DATA_BYTES];
      this.good = new boolean[sectors];
      int ordinal = window.ordinal(first);
      for (int i = 0; i < sectors; i++) {
        if (window.state(first + i) == SectorWindow.State.OWN && window.ordinal(first + i) == ordinal) {
          good[i] = true;
          System.arraycopy(window.data(first + i, 1), 0, data, i * SECTOR_DATA_BYTES, SECTOR_DATA_BYTES);
        }
      }
    }

    boolean has(int offset, int length) {
      if (offset < 0 || length < 0 || offset + length > data.length) {
        return false;
      }
      for (int sector = offset / SECTOR_DATA_BYTES; sector <= (offset + length - 1) / SECTOR_DATA_BYTES; sector++) {
        if (!good[sector]) {
          return false;
        }
      }
      return true;
    }
  }

  /** From record to record, over entries that are gone. Whether every record's beginning could be read. */
  private boolean walk(Bytes bytes, int dataBytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes.data);
    int at = OnDiskFormat.BATCH_HEADER_BYTES;
    while (at < dataBytes) {
      if (!bytes.has(at, RECORD_HEADER_BYTES)) {
        return false;
      }
      int length = in.getInt(at);
      if (length < RECORD_HEADER_BYTES - Integer.BYTES || length > dataBytes - at - Integer.BYTES) {
        return false;
      }
      var parts = new ArrayList<LogRecord.Part>();
      boolean read = walkParts(bytes, in, at, parts, held);
      if (!parts.isEmpty()) {
        records.add(new LogRecord(in.getLong(at + 4), parts));
      }
      if (!read) {
        return false;
      }
      at += Integer.BYTES + length;
    }
    return true;
  }

  private static boolean walkParts(Bytes bytes, ByteBuffer in, int record, List<LogRecord.Part> parts, Set<ReplicaKey> replicas) {
    int count = in.getShort(record + 12);
    int at = record + RECORD_HEADER_BYTES;
    for (int i = 0; i < count; i++) {
      if (!bytes.has(at, OnDiskFormat.PART_HEADER_BYTES)) {
        return false;
      }
      byte code = in.get(at);
      in.position(at + 1);
      ReplicaKey replica = SegmentHeader.readReplica(in);
      if (code == OnDiskFormat.PART_ENTRIES) {
        replicas.add(replica);
        return true; // Entries come last in a record.
      }
      int length = code == OnDiskFormat.PART_HARD_STATE ? HARD_STATE_BYTES
          : code == OnDiskFormat.PART_RESTART ? OnDiskFormat.RESTART_BYTES : OnDiskFormat.PART_HEADER_BYTES;
      if (code < OnDiskFormat.PART_HARD_STATE || code > OnDiskFormat.PART_DESTROYED || !bytes.has(at, length)) {
        return false;
      }
      parts.add(switch (code) {
        case OnDiskFormat.PART_HARD_STATE -> new LogRecord.HardStatePart(replica, SegmentHeader.readHardState(in));
        case OnDiskFormat.PART_RESTART -> new LogRecord.RestartPart(replica, SegmentHeader.readId(in));
        default -> new LogRecord.DestroyedPart(replica);
      });
      at += length;
    }
    return true;
  }

  /**
   * The second copies, from the batch's end backwards.
   *
   * @param dataBytes where the batch's data ends, -1 when its head is gone: then behind it are zeros, up to the end of its last sector
   */
  private void secondCopies(Bytes bytes, int dataBytes) {
    int first = bytes.sectors;
    while (first > 0 && bytes.good[first - 1]) {
      first--;
    }
    int begin = first * SECTOR_DATA_BYTES;
    if (dataBytes >= 0) {
      copiesBefore(bytes, begin, dataBytes);
      return;
    }
    int end = bytes.data.length;
    while (end > begin && bytes.data[end - 1] == 0) {
      end--;
    }
    // A term, a vote and a commit index may end in zeros themselves.
    for (int candidate = end; candidate <= Math.min(end + 3 * Long.BYTES, bytes.data.length); candidate++) {
      if (isCopy(bytes, begin, candidate)) {
        copiesBefore(bytes, begin, candidate);
        return;
      }
    }
  }

  private void copiesBefore(Bytes bytes, int begin, int end) {
    ByteBuffer in = ByteBuffer.wrap(bytes.data);
    for (int at = end; isCopy(bytes, begin, at); at -= COPY_BYTES) {
      int record = at - COPY_BYTES;
      in.position(record + RECORD_HEADER_BYTES + 1);
      ReplicaKey replica = SegmentHeader.readReplica(in);
      records.add(new LogRecord(in.getLong(record + 4), List.of(new LogRecord.HardStatePart(replica, SegmentHeader.readHardState(in)))));
    }
  }

  private static boolean isCopy(Bytes bytes, int begin, int end) {
    int at = end - COPY_BYTES;
    if (at < begin) {
      return false;
    }
    ByteBuffer in = ByteBuffer.wrap(bytes.data);
    return in.getInt(at) == COPY_BYTES - Integer.BYTES && in.getLong(at + 4) > 0 && in.getShort(at + 12) == 1
        && in.get(at + RECORD_HEADER_BYTES) == OnDiskFormat.PART_HARD_STATE;
  }
}
