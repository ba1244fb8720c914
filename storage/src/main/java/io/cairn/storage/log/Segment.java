package io.cairn.storage.log;

import io.cairn.platform.StoredFile;
import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryKind;
import io.cairn.storage.StorageFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * One file of the log in one lap. Its number is its lap: a file that is used again gets a new number, which no segment had
 * before, so that a sector tells which use of the file it belongs to. Within a lap each sector is written at most once.
 *
 * <p>The log's loop writes; any loop reads entries. When {@link #released} is set the file may be gone or in its next lap, and a
 * failed read means no more than that the entry is no longer kept.
 */
final class Segment {
  final int number;
  final String path;
  final StoredFile file;
  final int sectors;

  /** Sectors at which the first batch begins and the next one will, and how many there are; the log's loop alone. */
  int firstBatch;
  int nextSector;
  int batches;

  volatile boolean released;

  Segment(int number, String path, StoredFile file, int sectors) {
    this.number = number;
    this.path = path;
    this.file = file;
    this.sectors = sectors;
  }

  long bytes() {
    return (long) sectors * OnDiskFormat.SECTOR_BYTES;
  }

  /**
   * Reads the entry that stands at {@code offset} in data space and compares it with what the index says of it.
   *
   * @throws IllegalArgumentException when the segment was released meanwhile
   */
  Entry readEntry(long offset, int payloadBytes, long term, long index) {
    try {
      return readEntryChecked(offset, payloadBytes, term, index);
    } catch (IOException | StorageFailure failure) {
      if (released) {
        throw new IllegalArgumentException("entry " + index + " is no longer in the log: its segment " + number + " was released");
      }
      throw failure instanceof StorageFailure storage ? storage
          : new StorageFailure(StorageFailure.Kind.DISK, path + ": reading entry " + index + " failed: " + failure.getMessage(), failure);
    }
  }

  private Entry readEntryChecked(long offset, int payloadBytes, long term, long index) throws IOException {
    int firstSector = (int) (offset / OnDiskFormat.SECTOR_DATA_BYTES);
    long end = offset + OnDiskFormat.ENTRY_HEADER_BYTES + payloadBytes;
    int span = OnDiskFormat.sectorsFor(end) - firstSector;
    var window = new SectorWindow(file, path, number, span);
    byte[] head = new byte[OnDiskFormat.ENTRY_HEADER_BYTES];
    // The window loads from the first sector asked for, so that one read fetches the whole entry.
    window.copy(offset, head, head.length);
    ByteBuffer in = ByteBuffer.wrap(head);
    long foundTerm = in.getLong();
    long foundIndex = in.getLong();
    int kind = in.get();
    int length = in.getInt();
    int checksum = in.getInt();
    if (foundTerm != term || foundIndex != index || length != payloadBytes) {
      throw window.corrupt(firstSector, "holds entry " + foundTerm + "/" + foundIndex + " of " + length + " bytes where "
          + term + "/" + index + " of " + payloadBytes + " was written");
    }
    byte[] payload = new byte[payloadBytes];
    window.copy(offset + head.length, payload, payloadBytes);
    if (crc(payload) != checksum) {
      throw window.corrupt(firstSector, "the payload of entry " + foundTerm + "/" + foundIndex + " fails its checksum");
    }
    return new Entry(foundTerm, foundIndex, EntryKind.of(kind), payload);
  }

  static int crc(byte[] payload) {
    var crc = new CRC32C();
    crc.update(payload, 0, payload.length);
    return (int) crc.getValue();
  }
}
