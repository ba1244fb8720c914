package io.cairn.storage.directory;

import io.cairn.platform.Files;
import io.cairn.platform.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that holds nothing but room. A node that starts on a full disk gives it up: the engine writes a new manifest whenever it is
 * opened, and must not need a byte that is not there. It is put back when there is room again. Lost or damaged it costs nothing.
 *
 * <p>Blocks; belongs to one loop at a time.
 */
public final class Ballast {
  static final int BYTES = 2 << 20;
  private static final Logger log = LoggerFactory.getLogger(Ballast.class);

  private final Files files;
  private final String directory;
  private final String path;
  private boolean there;

  private Ballast(Files files, String directory) throws IOException {
    this.files = files;
    this.directory = directory;
    this.path = directory + "/" + OnDiskFormat.BALLAST;
    this.there = files.exists(path);
  }

  /** Looks for it; gives it up when the disk has not even so much free. */
  static Ballast open(Files files, String directory) throws IOException {
    Ballast ballast = new Ballast(files, directory);
    if (ballast.there && files.freeBytes(directory) < BYTES) {
      files.delete(ballast.path);
      ballast.there = false;
      log.warn("the disk is full: the room held back for that is given up; directory={} bytes={}", directory, BYTES);
    }
    return ballast;
  }

  /**
   * Makes it when it is not there. That it cannot be made is no failure: it is tried again.
   *
   * @param spareBytes what may be taken
   */
  public void restore(long spareBytes) {
    if (there || spareBytes < BYTES) {
      return;
    }
    String temporary = path + ".tmp";
    try {
      if (files.exists(temporary)) {
        files.delete(temporary);
      }
      write(temporary);
      files.rename(temporary, path);
      files.syncDirectory(directory);
      there = true;
    } catch (IOException e) {
      log.warn("room for a start on a full disk could not be held back; file={} reason=\"{}\"", temporary, e.getMessage());
    }
  }

  private void write(String temporary) throws IOException {
    byte[] piece = new byte[64 << 10];
    Arrays.fill(piece, (byte) 0xca); // Zeros might take no room.
    try (StoredFile file = files.open(temporary, true)) {
      for (int at = 0; at < BYTES; at += piece.length) {
        file.write(ByteBuffer.wrap(piece), at);
      }
      file.sync();
    }
  }
}
