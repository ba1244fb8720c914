package io.cairn.server.main;

import io.cairn.server.logging.LogOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A log file that is begun anew at a given size: {@code FILE} is written, {@code FILE.1} is the one before, and so on to as many as
 * are kept. A failed write or rename (a full disk, a folder that is gone) loses the lines at hand; the next write opens again.
 */
final class RollingFile implements LogOutput {
  private final Path file;
  private final long bytesMax;
  private final long filesMax;
  private OutputStream open;
  private long size;

  /** @throws IOException when the file cannot be written: better said at the start than with the first line */
  RollingFile(Path file, long bytesMax, long filesMax) throws IOException {
    this.file = file;
    this.bytesMax = bytesMax;
    this.filesMax = filesMax;
    open();
  }

  @Override
  public void write(byte[] lines, int length) throws IOException {
    try {
      if (open == null) {
        open();
      }
      if (size > 0 && size + length > bytesMax) {
        roll();
      }
      open.write(lines, 0, length);
      size += length;
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  private void open() throws IOException {
    open = Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
    size = Files.size(file);
  }

  private void roll() throws IOException {
    close();
    for (long number = filesMax - 1; number >= 1; number--) {
      Path from = number == 1 ? file : older(number - 1);
      if (Files.exists(from)) {
        Files.move(from, older(number), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    Files.deleteIfExists(file);
    open();
  }

  private Path older(long number) {
    return file.resolveSibling(file.getFileName() + "." + number);
  }

  private void close() throws IOException {
    OutputStream closing = open;
    open = null;
    if (closing != null) {
      closing.close();
    }
  }
}
