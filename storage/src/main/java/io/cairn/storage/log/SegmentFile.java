package io.cairn.storage.log;

import io.cairn.platform.Files;
import io.cairn.platform.StoredFile;
import io.cairn.storage.StorageFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A file of the log as an inspection first sees it: how long it is, and its header from whichever copy is whole. Which copies are
 * not, {@link SegmentWalk} tells.
 *
 * @param number the file's, 0 for the reserve
 * @param header null when neither copy is whole
 */
record SegmentFile(int number, String path, long bytes, SegmentHeader header) {
  private static final int LOOK_SECTORS = 64;
  /** How far a second copy is looked for when the first one does not say where it is: tables of some 60,000 replicas. */
  private static final int SECOND_COPY_SECTORS_MAX = 8192;

  int sectors() {
    return (int) (bytes / OnDiskFormat.SECTOR_BYTES);
  }

  /** The lap that tells own sectors from old ones. The reserve has none: every sound sector in it is old. */
  int lap() {
    return lap(number);
  }

  private static int lap(int number) {
    return number == 0 ? -1 : number;
  }

  /** @throws StorageFailure {@code NEWER_FORMAT}, naming both versions */
  static SegmentFile look(Files files, String path, int number) throws IOException {
    try (StoredFile file = files.openReadOnly(path)) {
      long bytes = file.size();
      int sectors = (int) (bytes / OnDiskFormat.SECTOR_BYTES);
      var window = new SectorWindow(file, path, lap(number), LOOK_SECTORS);
      SegmentHeader found = copyAt(window, 0, sectors);
      if (found == null) {
        found = secondCopy(window, sectors);
      }
      if (found == null) {
        refuseNewer(path, file);
      } else if (isTorn(window, found.places(), sectors)) {
        found = null;
      }
      return new SegmentFile(number, path, bytes, found);
    }
  }

  /** A header is written in two copies and then synced: when one of them lacks sectors and no batch follows, it was never synced. */
  private static boolean isTorn(SectorWindow window, SegmentHeader.Places places, int sectors) throws IOException {
    boolean missing = false;
    for (int copy : new int[] {0, places.secondCopy()}) {
      for (int sector = copy; sector < copy + places.copySectors(); sector++) {
        SectorWindow.State state = window.state(sector);
        if (state == SectorWindow.State.BAD) {
          return false;
        }
        missing |= state == SectorWindow.State.OLD;
      }
    }
    for (int sector = 0; missing && sector < sectors; sector++) {
      missing = window.state(sector) != SectorWindow.State.OWN || window.ordinal(sector) == 0;
    }
    return missing;
  }

  /** A format number under a wrong check is believed as well: a later format may check in another way. */
  private static void refuseNewer(String path, StoredFile file) throws IOException {
    ByteBuffer head = ByteBuffer.allocate(12);
    file.read(head, 0);
    if (head.getLong(0) == OnDiskFormat.SEGMENT_MAGIC && head.getInt(8) > OnDiskFormat.FORMAT_VERSION) {
      throw SectorWindow.newer(path, head.getInt(8));
    }
  }

  private static SegmentHeader secondCopy(SectorWindow window, int sectors) throws IOException {
    int end = Math.min(sectors, SECOND_COPY_SECTORS_MAX);
    for (int sector = OnDiskFormat.BLOCK_SECTORS; sector < end; sector += OnDiskFormat.BLOCK_SECTORS) {
      SegmentHeader found = copyAt(window, sector, sectors);
      if (found != null && found.places().secondCopy() == sector) {
        return found;
      }
    }
    return null;
  }

  /** The copy of the header that begins at the sector, or null when it is not whole. */
  static SegmentHeader copyAt(SectorWindow window, int sector, int sectors) throws IOException {
    byte[] data = copyData(window, sector, sectors);
    if (data == null) {
      return null;
    }
    try {
      SegmentHeader header = SegmentHeader.decode(data);
      return header.places().equals(SegmentHeader.places(data)) ? header : null;
    } catch (RuntimeException unreadable) {
      return null; // told by SegmentWalk
    }
  }

  /** The data of that copy, or null unless all of its sectors are this lap's and it is of this format. */
  private static byte[] copyData(SectorWindow window, int sector, int sectors) throws IOException {
    if (sector >= sectors || window.state(sector) != SectorWindow.State.OWN || window.ordinal(sector) != 0) {
      return null;
    }
    byte[] first = window.data(sector, 1);
    ByteBuffer in = ByteBuffer.wrap(first);
    int copySectors = SegmentHeader.places(first).copySectors();
    if (in.getLong(0) == OnDiskFormat.SEGMENT_MAGIC && in.getInt(8) > OnDiskFormat.FORMAT_VERSION) {
      throw window.newer(in.getInt(8));
    }
    if (in.getLong(0) != OnDiskFormat.SEGMENT_MAGIC || in.getInt(8) != OnDiskFormat.FORMAT_VERSION
        || copySectors < 1 || copySectors > sectors - sector) {
      return null;
    }
    for (int at = sector; at < sector + copySectors; at++) {
      if (window.state(at) != SectorWindow.State.OWN || window.ordinal(at) != 0) {
        return null;
      }
    }
    return window.data(sector, copySectors);
  }

  /** Whether both copies say the same. */
  static boolean sameCopies(SectorWindow window, SegmentHeader.Places places, int sectors) throws IOException {
    byte[] first = copyData(window, 0, sectors);
    byte[] second = copyData(window, places.secondCopy(), sectors);
    return first == null || second == null || Arrays.equals(first, second);
  }
}
