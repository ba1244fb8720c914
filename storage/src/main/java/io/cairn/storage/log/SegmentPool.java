package io.cairn.storage.log;

import io.cairn.platform.Files;
import io.cairn.platform.StoredFile;
import io.cairn.storage.StorageFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Locale;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.zip.CRC32C;

/**
 * Segments that wait to be used: full of well-formed sectors that are empty or of an earlier lap, synced, and named in a synced
 * directory, so that beginning one costs a header and nothing else.
 *
 * <p>Released segments come back here; new ones are filled ahead of time by the executor handed in. Numbers are given by the
 * log's loop alone, in the order segments are put by, and none is ever given twice. One segment more, the reserve, is never
 * taken by appends: opening after a crash and clean-up may use it, so that a full disk can be mended. What is released goes to it
 * first.
 */
final class SegmentPool {
  static final String SUFFIX = ".seg";
  static final String TEMPORARY = ".tmp";
  static final String RESERVE = "reserve" + SUFFIX;
  private static final int READY_MAX = 3;
  private static final int FILL_SECTORS = 2048;

  private final Files files;
  private final String directory;
  private final int segmentSectors;
  private final Executor preparer;
  private final ArrayDeque<Spare> ready = new ArrayDeque<>();
  private Spare reserve;
  private int nextNumber;
  private boolean preparing;
  private volatile boolean closed;
  private final AtomicReference<Filled> filled = new AtomicReference<>();

  /** A segment nobody has begun; number 0 for the reserve. */
  record Spare(int number, String path, StoredFile file, int sectors, boolean wasReserve) {
    Spare(int number, String path, StoredFile file, int sectors) {
      this(number, path, file, sectors, false);
    }
  }

  /** What the executor hands back: a filled file, or why there is none. */
  private record Filled(String path, StoredFile file, IOException noSpace, IOException fatal) {}

  SegmentPool(Files files, String directory, LogSettings settings, Executor preparer, int nextNumber) {
    this.files = files;
    this.directory = directory;
    this.segmentSectors = (int) (settings.segmentBytes() / OnDiskFormat.SECTOR_BYTES);
    this.preparer = preparer;
    this.nextNumber = nextNumber;
  }

  static String nameOf(int number) {
    return String.format(Locale.ROOT, "%010d", number) + SUFFIX;
  }

  /** The number of the segment that has this name; 0 when no numbered segment has it. */
  static int numberOf(String name) {
    if (!name.endsWith(SUFFIX)) {
      return 0;
    }
    try {
      int number = Integer.parseInt(name.substring(0, name.length() - SUFFIX.length()));
      return number > 0 && nameOf(number).equals(name) ? number : 0;
    } catch (NumberFormatException other) {
      return 0;
    }
  }

  /** Puts back what recovery found: a file that no batch was ever written to under its number, or the reserve. */
  void found(String name, StoredFile file, int sectors, boolean numberUsed) throws IOException {
    String path = directory + "/" + name;
    if (sectors != segmentSectors || (name.equals(RESERVE) ? reserve != null : ready.size() >= READY_MAX)) {
      file.close();
      files.delete(path);
      files.syncDirectory(directory);
    } else if (name.equals(RESERVE)) {
      reserve = new Spare(0, path, file, sectors);
    } else if (numberUsed) {
      putBy(path, file, sectors);
    } else {
      ready.add(new Spare(Integer.parseInt(name.substring(0, name.length() - SUFFIX.length())), path, file, sectors));
    }
  }

  /** A segment of at least this many sectors, to be begun by the caller. */
  Spare take(int sectors) throws IOException {
    if (sectors <= segmentSectors) {
      adopt();
      if (!ready.isEmpty()) {
        return ready.removeFirst();
      }
    }
    return number(fillNow(Math.max(sectors, segmentSectors)));
  }

  /** Segments are begun in the order of their numbers: what waits must come after this one. */
  private Spare number(Spare filled) throws IOException {
    int number = takeNumber();
    Spare numbered = new Spare(number, rename(filled.path, nameOf(number)), filled.file, filled.sectors);
    for (int i = ready.size(); i > 0; i--) {
      Spare waiting = ready.removeFirst();
      putBy(waiting.path, waiting.file, waiting.sectors);
    }
    return numbered;
  }

  /**
   * As {@link #take}, for clean-up, and where the disk has no room it is the reserve: clean-up gives a segment back for it before anything
   * else is written. Null when neither is to be had.
   *
   * @param sectorsOfAll what the reserve must have to be of use
   */
  Spare takeToClean(int sectors, int sectorsOfAll) throws IOException {
    adopt();
    if (sectors <= segmentSectors && !ready.isEmpty()) {
      return ready.removeFirst();
    }
    Spare filled = fillIfRoom(Math.max(sectors, segmentSectors));
    if (filled != null) {
      return number(filled);
    }
    if (reserve == null || Math.max(sectors, sectorsOfAll) > segmentSectors) {
      return null;
    }
    makeSound(reserve);
    int number = takeNumber();
    Spare taken = new Spare(number, rename(reserve.path, nameOf(number)), reserve.file, reserve.sectors, true);
    reserve = null;
    return taken;
  }

  /** As {@link #take}, but may use the reserve: the node must come up on a full disk. */
  Spare takeForOpening(int sectors) throws IOException {
    if (ready.isEmpty() && reserve != null && sectors <= segmentSectors) {
      Spare last = reserve;
      reserve = null;
      makeSound(last);
      putBy(last.path, last.file, last.sectors);
    }
    return take(sectors);
  }

  /** What has rotted while it waited would pass for a batch that is lost, once the segment is begun. Needs no room. */
  private void makeSound(Spare waiting) throws IOException {
    var window = new SectorWindow(waiting.file, waiting.path, nextNumber, Math.min(FILL_SECTORS, waiting.sectors));
    for (int sector = 0; sector < waiting.sectors; sector++) {
      if (window.state(sector) != SectorWindow.State.OLD) {
        fill(waiting.file, waiting.sectors, () -> false);
        waiting.file.sync();
        return;
      }
    }
  }

  /** Takes back a segment whose entries nobody needs. Its name is gone, durably, when this returns. */
  void release(String path, StoredFile file, int sectors) throws IOException {
    adopt();
    if (sectors == segmentSectors && reserve == null) {
      putByAsReserve(path, file, sectors);
    } else if (sectors == segmentSectors && ready.size() < READY_MAX) {
      putBy(path, file, sectors);
    } else {
      file.close();
      files.delete(path);
      files.syncDirectory(directory);
    }
  }

  /** Sees to it that a segment and the reserve are, or are being, made ready. Lack of space is no failure before one is needed. */
  void refill() throws IOException {
    boolean again = true;
    while (again) {
      adopt();
      if (preparing || !ready.isEmpty() && reserve != null) {
        return;
      }
      preparing = true;
      preparer.execute(this::fillAhead);
      Filled result = filled.get();
      again = result != null && result.file != null;
    }
  }

  long bytes() {
    long count = ready.size() + (reserve == null ? 0 : 1);
    return count * segmentSectors * OnDiskFormat.SECTOR_BYTES;
  }

  /** What the executor is filling at this moment is given up by it. */
  void close() throws IOException {
    closed = true;
    Filled last = filled.getAndSet(null);
    if (last != null && last.file != null) {
      last.file.close();
    }
    for (Spare spare : ready) {
      spare.file.close();
    }
    if (reserve != null) {
      reserve.file.close();
    }
  }

  private void putBy(String path, StoredFile file, int sectors) throws IOException {
    int number = takeNumber();
    ready.addLast(new Spare(number, rename(path, nameOf(number)), file, sectors));
  }

  private void putByAsReserve(String path, StoredFile file, int sectors) throws IOException {
    reserve = new Spare(0, rename(path, RESERVE), file, sectors);
  }

  private String rename(String path, String name) throws IOException {
    String target = directory + "/" + name;
    files.rename(path, target);
    files.syncDirectory(directory);
    return target;
  }

  private int takeNumber() {
    if (nextNumber == Integer.MAX_VALUE) {
      throw new IllegalStateException("segment numbers are used up");
    }
    return nextNumber++;
  }

  /** Gives what the executor has finished its place. */
  private void adopt() throws IOException {
    Filled result = filled.getAndSet(null);
    if (result == null) {
      return;
    }
    preparing = false;
    if (result.fatal != null) {
      throw new StorageFailure(StorageFailure.Kind.DISK,
          directory + ": making a segment ready failed: " + result.fatal.getMessage(), result.fatal);
    }
    if (result.file != null) {
      if (ready.isEmpty()) {
        putBy(result.path, result.file, segmentSectors);
      } else {
        putByAsReserve(result.path, result.file, segmentSectors);
      }
    }
  }

  /** A new segment that has no number yet. */
  private Spare fillNow(int sectors) throws IOException {
    String path = directory + "/begin" + TEMPORARY;
    if (files.exists(path)) {
      files.delete(path);
    }
    StoredFile file = files.open(path, true);
    fill(file, sectors, () -> closed);
    file.sync();
    return new Spare(0, path, file, sectors);
  }

  /** As {@link #fillNow}; null when the disk does not take it. A sync that fails is a failure here as well. */
  private Spare fillIfRoom(int sectors) throws IOException {
    String path = directory + "/begin" + TEMPORARY;
    StoredFile file = null;
    try {
      if (files.exists(path)) {
        files.delete(path);
      }
      file = files.open(path, true);
      fill(file, sectors, () -> closed);
    } catch (IOException noSpace) {
      discard(path, file);
      return null;
    }
    file.sync();
    return new Spare(0, path, file, sectors);
  }

  private void fillAhead() {
    String path = directory + "/ahead" + TEMPORARY;
    StoredFile file = null;
    boolean written = false;
    try {
      if (files.exists(path)) {
        files.delete(path);
      }
      file = files.open(path, true);
      fill(file, segmentSectors, () -> closed);
      written = true;
      file.sync();
      // In a turn of its own: nothing follows a wait for the disk in the same one.
      var whole = new Filled(path, file, null, null);
      preparer.execute(() -> handOver(whole));
    } catch (IOException failure) {
      discard(path, file);
      filled.set(written ? new Filled(path, null, null, failure) : new Filled(path, null, failure, null));
    }
  }

  private void handOver(Filled whole) {
    filled.set(whole);
    if (closed && filled.getAndSet(null) != null) {
      try {
        whole.file.close();
      } catch (IOException unheard) {
        // It is deleted at the next opening.
      }
    }
  }

  private void discard(String path, StoredFile file) {
    try {
      if (file != null) {
        file.close();
        files.delete(path);
      }
    } catch (IOException left) {
      // What is left under this name is deleted before the next try, and at opening.
    }
  }

  /** Fills the file with empty sectors, unless {@code closed} says meanwhile that nobody wants them any more. */
  static void fill(StoredFile file, int sectors, BooleanSupplier closed) throws IOException {
    ByteBuffer piece = ByteBuffer.allocateDirect(Math.min(sectors, FILL_SECTORS) * OnDiskFormat.SECTOR_BYTES);
    var crc = new CRC32C();
    crc.update(new byte[OnDiskFormat.CHECK_OFFSET]);
    int check = (int) crc.getValue();
    for (int from = 0; from < sectors; from += FILL_SECTORS) {
      if (closed.getAsBoolean()) {
        throw new IOException("the log was closed");
      }
      int count = Math.min(FILL_SECTORS, sectors - from);
      for (int i = 0; i < count; i++) {
        piece.putInt(i * OnDiskFormat.SECTOR_BYTES + OnDiskFormat.CHECK_OFFSET, check ^ OnDiskFormat.placeMark(from + i));
      }
      file.write(piece.clear().limit(count * OnDiskFormat.SECTOR_BYTES), (long) from * OnDiskFormat.SECTOR_BYTES);
    }
  }
}
