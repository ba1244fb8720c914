package io.cairn.storage.log;

import static io.cairn.storage.log.OnDiskFormat.CHECK_OFFSET;
import static io.cairn.storage.log.OnDiskFormat.LAP_OFFSET;
import static io.cairn.storage.log.OnDiskFormat.ORDINAL_OFFSET;
import static io.cairn.storage.log.OnDiskFormat.SECTOR_BYTES;
import static io.cairn.storage.log.OnDiskFormat.SECTOR_DATA_BYTES;

import io.cairn.platform.StoredFile;
import io.cairn.storage.StorageFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Reads a segment sector by sector and says of each what it is. That every sector is one of three things is what tells torn
 * from rotten (architecture.md, "The log").
 */
final class SectorWindow {

  /** What a sector turned out to be. */
  enum State {
    /** Written in this lap. */
    OWN,
    /** Well-formed, empty or of an earlier lap: nothing was written here in this lap. */
    OLD,
    /** Neither: what was written here is lost. */
    BAD
  }

  private final StoredFile file;
  private final String path;
  private final int lap;
  private final CRC32C crc = new CRC32C();
  private final ByteBuffer window;
  private int first;
  private int count;

  /** @param windowSectors how many sectors are read at once */
  SectorWindow(StoredFile file, String path, int lap, int windowSectors) {
    this.file = file;
    this.path = path;
    this.lap = lap;
    this.window = ByteBuffer.allocate(windowSectors * SECTOR_BYTES);
  }

  State state(int sector) throws IOException {
    int start = load(sector);
    if (start < 0) {
      return State.BAD; // not in the file
    }
    crc.reset();
    crc.update(window.array(), start, CHECK_OFFSET);
    if (((int) crc.getValue() ^ OnDiskFormat.placeMark(sector)) != window.getInt(start + CHECK_OFFSET)) {
      return State.BAD;
    }
    int found = window.getInt(start + LAP_OFFSET);
    return found == lap ? State.OWN : Integer.compareUnsigned(found, lap) < 0 ? State.OLD : State.BAD;
  }

  int ordinal(int sector) throws IOException {
    return window.getInt(load(sector) + ORDINAL_OFFSET);
  }

  int check(int sector) throws IOException {
    return window.getInt(load(sector) + CHECK_OFFSET);
  }

  /** The data of whole sectors, each of which must be this lap's. */
  byte[] data(int from, int sectors) throws IOException {
    byte[] data = new byte[Math.multiplyExact(sectors, SECTOR_DATA_BYTES)];
    copy(OnDiskFormat.dataAt(from), data, data.length);
    return data;
  }

  /** Fills {@code target} up to {@code length} with what stands at {@code dataFrom} in data space, checking every sector it touches. */
  void copy(long dataFrom, byte[] target, int length) throws IOException {
    int done = 0;
    while (done < length) {
      int sector = (int) ((dataFrom + done) / SECTOR_DATA_BYTES);
      int within = (int) ((dataFrom + done) % SECTOR_DATA_BYTES);
      if (state(sector) != State.OWN) {
        throw corrupt(sector, "holds nothing of this segment's lap " + Integer.toUnsignedString(lap));
      }
      int piece = Math.min(length - done, SECTOR_DATA_BYTES - within);
      System.arraycopy(window.array(), load(sector) + within, target, done, piece);
      done += piece;
    }
  }

  StorageFailure corrupt(int sector, String what) {
    return new StorageFailure(StorageFailure.Kind.CORRUPT,
        path + " at byte " + (long) sector * SECTOR_BYTES + ": " + what);
  }

  StorageFailure newer(int format) {
    return newer(path, format);
  }

  static StorageFailure newer(String path, int format) {
    return new StorageFailure(StorageFailure.Kind.NEWER_FORMAT, path + " has log format " + format + ", this version reads up to "
        + OnDiskFormat.FORMAT_VERSION + "; nothing was touched");
  }

  /** Where the sector begins in the window, or -1 when it is none of the file's. */
  private int load(int sector) throws IOException {
    if (sector < 0) {
      return -1; // a header says so that passes its check
    }
    if (sector < first || sector >= first + count) {
      window.clear();
      int bytes = file.read(window, (long) sector * SECTOR_BYTES);
      first = sector;
      count = bytes / SECTOR_BYTES;
      if (count == 0) {
        return -1;
      }
    }
    return (sector - first) * SECTOR_BYTES;
  }
}
