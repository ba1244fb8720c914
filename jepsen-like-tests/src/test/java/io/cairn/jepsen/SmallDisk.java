package io.cairn.jepsen;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** A file system of its own, of so many bytes and in memory, on a folder; root alone can make one. */
final class SmallDisk implements AutoCloseable {
  private final Path folder;
  private final Path filler;

  private SmallDisk(Path folder) {
    this.folder = folder;
    this.filler = folder.resolve("filler");
  }

  /** Skips the test, and says why, where this cannot be done. */
  static SmallDisk mountOrSkip(Path folder, int mebibytes) throws Exception {
    if (!"root".equals(System.getProperty("user.name"))) {
      skip("only root may mount a file system");
    }
    try {
      run("mount", "-t", "tmpfs", "-o", "size=" + mebibytes + "m", "cairn-test", folder.toString());
    } catch (IOException cannot) {
      skip(cannot.getMessage());
    }
    return new SmallDisk(folder);
  }

  private static void skip(String why) {
    System.out.println("skipped: not root, or no mount; a full disk is not tested here: " + why);
    Assumptions.abort(why);
  }

  long freeBytes() throws IOException {
    return Files.getFileStore(folder).getUsableSpace();
  }

  /** Somebody else's file takes all but so many bytes; to the last one when {@code left} is 0. */
  void fill(long left) throws IOException {
    byte[] piece = new byte[4_096];
    try (OutputStream out = Files.newOutputStream(filler)) {
      while (left == 0 || freeBytes() - piece.length >= left) {
        out.write(piece);
      }
    } catch (IOException full) {
      if (left > 0) {
        throw full;
      }
    }
  }

  /** That file is gone again. */
  void empty() throws IOException {
    Files.deleteIfExists(filler);
  }

  private static void run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(List.of(command)).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new IOException(String.join(" ", command) + " failed: " + output);
    }
  }

  /** Nothing may use it any more. */
  @Override
  public void close() throws Exception {
    run("umount", folder.toString());
  }
}
