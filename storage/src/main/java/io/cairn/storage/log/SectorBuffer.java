package io.cairn.storage.log;

import static io.cairn.storage.log.OnDiskFormat.CHECK_OFFSET;
import static io.cairn.storage.log.OnDiskFormat.LAP_OFFSET;
import static io.cairn.storage.log.OnDiskFormat.ORDINAL_OFFSET;
import static io.cairn.storage.log.OnDiskFormat.SECTOR_BYTES;
import static io.cairn.storage.log.OnDiskFormat.SECTOR_DATA_BYTES;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Bytes laid out in sectors, ready to be written in one piece: what is put in flows around the tags, which
 * {@link #seal} fills in at the end. One direct buffer, used again for every batch; owned by the log's loop.
 */
final class SectorBuffer {
  private static final byte[] ZEROS = new byte[SECTOR_BYTES];

  private final CRC32C crc = new CRC32C();
  private ByteBuffer buffer = ByteBuffer.allocateDirect(256 * SECTOR_BYTES);

  /** Data bytes left in the sector that is being filled. */
  private int room;

  /** Begins anew, with space for this many bytes of data at least. */
  void begin(long dataBytes) {
    long needed = (long) OnDiskFormat.sectorsFor(dataBytes) * SECTOR_BYTES;
    if (needed > buffer.capacity()) {
      long capacity = Math.max(needed, Math.min(Integer.MAX_VALUE - SECTOR_BYTES + 1L, buffer.capacity() * 2L));
      if (capacity > Integer.MAX_VALUE - SECTOR_BYTES + 1L) {
        throw new IllegalArgumentException("a batch of " + dataBytes + " bytes does not fit in one buffer (2 GiB)");
      }
      buffer = ByteBuffer.allocateDirect((int) capacity);
    }
    buffer.clear();
    room = SECTOR_DATA_BYTES;
  }

  /** Bytes of data put in so far: the present place in data space, counted from the first sector. */
  int dataBytes() {
    int position = buffer.position();
    return room == 0
        ? (position + SECTOR_BYTES - SECTOR_DATA_BYTES) / SECTOR_BYTES * SECTOR_DATA_BYTES
        : position / SECTOR_BYTES * SECTOR_DATA_BYTES + SECTOR_DATA_BYTES - room;
  }

  /** Sectors begun so far. */
  int sectors() {
    return OnDiskFormat.sectorsFor(dataBytes());
  }

  void putByte(byte value) {
    nextSectorIfFull();
    buffer.put(value);
    room--;
  }

  void putShort(int value) {
    putByte((byte) (value >>> 8));
    putByte((byte) value);
  }

  void putInt(int value) {
    nextSectorIfFull();
    if (room >= Integer.BYTES) {
      buffer.putInt(value);
      room -= Integer.BYTES;
    } else {
      putShort(value >>> 16);
      putShort(value);
    }
  }

  void putLong(long value) {
    nextSectorIfFull();
    if (room >= Long.BYTES) {
      buffer.putLong(value);
      room -= Long.BYTES;
    } else {
      putInt((int) (value >>> 32));
      putInt((int) value);
    }
  }

  void put(byte[] bytes) {
    put(bytes, 0, bytes.length);
  }

  void putZeros(int count) {
    for (int left = count; left > 0; left -= ZEROS.length) {
      put(ZEROS, 0, Math.min(left, ZEROS.length));
    }
  }

  /** Puts in {@code count} bytes from {@code start} on. */
  void put(byte[] bytes, int start, int count) {
    int from = start;
    while (from < start + count) {
      nextSectorIfFull();
      int piece = Math.min(room, start + count - from);
      buffer.put(bytes, from, piece);
      room -= piece;
      from += piece;
    }
  }

  private void nextSectorIfFull() {
    if (room == 0) {
      buffer.position(buffer.position() + SECTOR_BYTES - SECTOR_DATA_BYTES);
      room = SECTOR_DATA_BYTES;
    }
  }

  /** Overwrites an integer that lies whole in the first sector. */
  void setInt(int dataOffset, int value) {
    buffer.putInt(dataOffset, value);
  }

  /** Fills up the last sector. To be called once, after the last put. */
  void finish() {
    putZeros(room);
  }

  /**
   * Writes the tags of the sectors from {@code from} (inclusive) to {@code to}, for the place {@code fileSector} of the
   * buffer's first sector.
   *
   * @return a check over their checks
   */
  int seal(int from, int to, int fileSector, int lap, int ordinal) {
    int fold = 0;
    for (int sector = from; sector < to; sector++) {
      int start = sector * SECTOR_BYTES;
      buffer.putInt(start + LAP_OFFSET, lap);
      buffer.putInt(start + ORDINAL_OFFSET, ordinal);
      buffer.limit(start + CHECK_OFFSET).position(start);
      crc.reset();
      crc.update(buffer);
      int check = (int) crc.getValue() ^ OnDiskFormat.placeMark(fileSector + sector);
      buffer.limit(buffer.capacity());
      buffer.putInt(start + CHECK_OFFSET, check);
      fold = foldCheck(fold, check);
    }
    return fold;
  }

  static int foldCheck(int fold, int check) {
    return Integer.rotateLeft(fold, 5) * 0x85ebca6b + check;
  }

  /** The sealed sectors, to be written. */
  ByteBuffer sealed(int sectors) {
    return buffer.limit(sectors * SECTOR_BYTES).position(0);
  }
}
