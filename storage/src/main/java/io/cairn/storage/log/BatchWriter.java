package io.cairn.storage.log;

import static io.cairn.storage.log.OnDiskFormat.BATCH_HEADER_BYTES;
import static io.cairn.storage.log.OnDiskFormat.BLOCK_BYTES;
import static io.cairn.storage.log.OnDiskFormat.BLOCK_SECTORS;
import static io.cairn.storage.log.OnDiskFormat.ENTRIES_HEADER_BYTES;
import static io.cairn.storage.log.OnDiskFormat.ENTRY_HEADER_BYTES;
import static io.cairn.storage.log.OnDiskFormat.HARD_STATE_BYTES;
import static io.cairn.storage.log.OnDiskFormat.RECORD_HEADER_BYTES;
import static io.cairn.storage.log.OnDiskFormat.RESTART_BYTES;
import static io.cairn.storage.log.OnDiskFormat.SECTOR_DATA_BYTES;

import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.HardState;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Lays out one batch: its header, a record for each write, and at the end the second copies of every term and vote that
 * changed, in a 4 KiB block of their own, so that one bad block cannot take both. Owned by the log's loop.
 */
final class BatchWriter {
  private final SectorBuffer out;
  private final CRC32C crc = new CRC32C();
  private final List<SecondCopy> secondCopies = new ArrayList<>();
  private int firstSector;
  private int lap;
  private int ordinal;
  private int lastStateEnd;

  /** A term and vote to be written again. */
  private record SecondCopy(long write, ReplicaKey replica, HardState state) {}

  BatchWriter(SectorBuffer out) {
    this.out = out;
  }

  /** The bytes of a part with these entries. */
  static long entriesBytes(List<Entry> entries) {
    long bytes = ENTRIES_HEADER_BYTES;
    for (int i = 0; i < entries.size(); i++) {
      bytes += ENTRY_HEADER_BYTES + entries.get(i).payload().length;
    }
    return bytes;
  }

  /** The most data bytes that a batch of these writes can take. */
  static long bytesMax(List<LogWrite> writes) {
    long bytes = BATCH_HEADER_BYTES;
    boolean states = false;
    for (LogWrite write : writes) {
      bytes += RECORD_HEADER_BYTES + RESTART_BYTES + entriesBytes(write.entries());
      if (write.hardState().isPresent()) {
        bytes += 2L * HARD_STATE_BYTES + RECORD_HEADER_BYTES;
        states = true;
      }
    }
    return states ? bytes + BLOCK_BYTES : bytes;
  }

  /** @param segment where the batch will stand, at its next free sector */
  void begin(Segment segment, long sequence, long bytesMax) {
    out.begin(bytesMax);
    firstSector = segment.nextSector;
    lap = segment.number;
    ordinal = segment.batches + 1;
    secondCopies.clear();
    lastStateEnd = 0;
    out.putInt(OnDiskFormat.BATCH_MAGIC);
    out.putInt(0); // sectors, known at the end
    out.putLong(sequence);
    out.putInt(0); // data bytes
    out.putInt(0); // check
  }

  /** Begins a record whose parts take {@code length} bytes. */
  void record(long write, int parts, long length) {
    out.putInt(Math.toIntExact(length + RECORD_HEADER_BYTES - Integer.BYTES));
    out.putLong(write);
    out.putShort(parts);
  }

  private void part(byte code, ReplicaKey replica) {
    out.putByte(code);
    out.putInt(replica.shard());
    out.putLong(replica.replica().value());
  }

  /** @param twice whether term or vote changed, so that a second copy is due at the batch's end */
  void hardState(long write, ReplicaKey replica, HardState state, boolean twice) {
    part(OnDiskFormat.PART_HARD_STATE, replica);
    SegmentHeader.putHardState(out, state);
    if (twice) {
      secondCopies.add(new SecondCopy(write, replica, state));
      lastStateEnd = out.dataBytes();
    }
  }

  void restart(ReplicaKey replica, EntryId base) {
    part(OnDiskFormat.PART_RESTART, replica);
    SegmentHeader.putId(out, base);
  }

  void destroyed(ReplicaKey replica) {
    part(OnDiskFormat.PART_DESTROYED, replica);
  }

  void entries(ReplicaKey replica, long first, long termBefore, int count) {
    part(OnDiskFormat.PART_ENTRIES, replica);
    out.putLong(first);
    out.putLong(termBefore);
    out.putInt(count);
  }

  /** Puts one entry in and returns where it stands in the segment's data space. */
  long entry(Entry entry) {
    long offset = OnDiskFormat.dataAt(firstSector) + out.dataBytes();
    byte[] payload = entry.payload();
    crc.reset();
    crc.update(payload, 0, payload.length);
    out.putLong(entry.term());
    out.putLong(entry.index());
    out.putByte((byte) entry.kind().code());
    out.putInt(payload.length);
    out.putInt((int) crc.getValue());
    out.put(payload);
    return offset;
  }

  /**
   * Puts in an entry as it stands in another batch, with the checksum that its payload had when it was first written.
   *
   * @return where it stands in the segment's data space
   */
  long copy(byte[] data, int start, int length) {
    long offset = OnDiskFormat.dataAt(firstSector) + out.dataBytes();
    out.put(data, start, length);
    return offset;
  }

  /** Completes the batch; returns its sectors, which are then {@link SectorBuffer#sealed}. */
  int finish() {
    if (!secondCopies.isEmpty()) {
      putSecondCopies();
    }
    int dataBytes = out.dataBytes();
    out.finish();
    int sectors = out.sectors();
    out.setInt(4, sectors);
    out.setInt(16, dataBytes);
    out.setInt(OnDiskFormat.BATCH_CHECK_OFFSET, out.seal(1, sectors, firstSector, lap, ordinal));
    out.seal(0, 1, firstSector, lap, ordinal);
    return sectors;
  }

  private void putSecondCopies() {
    int lastStateSector = firstSector + (lastStateEnd - 1) / SECTOR_DATA_BYTES;
    int nextBlock = (lastStateSector / BLOCK_SECTORS + 1) * BLOCK_SECTORS;
    int target = (nextBlock - firstSector) * SECTOR_DATA_BYTES;
    int gap = target - out.dataBytes();
    if (gap > 0) {
      int filler = Math.max(0, gap - RECORD_HEADER_BYTES);
      record(0, 0, filler);
      out.putZeros(filler);
    }
    for (SecondCopy copy : secondCopies) {
      record(copy.write, 1, HARD_STATE_BYTES);
      part(OnDiskFormat.PART_HARD_STATE, copy.replica);
      SegmentHeader.putHardState(out, copy.state);
    }
  }
}
