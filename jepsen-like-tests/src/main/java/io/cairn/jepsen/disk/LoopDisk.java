package io.cairn.jepsen.disk;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * An ext4 file system in a file, whose power can fail: whatever had not reached the device is gone, as the next mount shows. Only root can
 * have one. Image, mount and loop device are gone after {@link #close}; what a JVM leaves that is killed, the next one that makes a disk takes
 * away ({@link #takeAwayLeftovers}).
 */
public final class LoopDisk implements AutoCloseable {
  private static final String PREFIX = "cairn-disk-";
  private static final long COMMAND_MOST_SECONDS = 60;
  private static final long PROBE_BYTES = 8 << 20;
  private static final Set<LoopDisk> MOUNTED = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> MOUNTED.forEach(LoopDisk::abandon)));
  }

  private final Path home;
  private final Path image;
  private final Path mountPoint;
  private boolean mounted;

  private LoopDisk(Path home) {
    this.home = home;
    this.image = home.resolve("disk.img");
    this.mountPoint = home.resolve("disk");
  }

  /**
   * Why there can be no such disk here; empty when one has just been made, has lost a file that was not synced, and was taken away again.
   *
   * @throws IllegalStateException when that file was not lost: then no test on such disks would mean anything
   */
  public static Optional<String> obstacle() {
    if (!"root".equals(System.getProperty("user.name"))) {
      return Optional.of("not root, and only root may mount a file system");
    }
    try (LoopDisk probe = make(PROBE_BYTES)) {
      Path unsynced = probe.folder().resolve("unsynced");
      Files.writeString(unsynced, "not on the device");
      probe.cutPower();
      probe.comeBack();
      if (Files.exists(unsynced)) {
        throw new IllegalStateException("a file that was not synced outlived a power failure");
      }
      return Optional.empty();
    } catch (IOException cannot) {
      return Optional.of(cannot.getMessage());
    }
  }

  /**
   * A disk of so many bytes, of which the file takes only what is written; mounted and empty.
   *
   * @throws IOException when it cannot be had, or when a disk that an ended process has left cannot be taken away
   */
  public static LoopDisk make(long bytes) throws IOException {
    takeAwayLeftovers();
    var disk = new LoopDisk(Files.createTempDirectory(PREFIX + ownMark() + "-"));
    try {
      Files.createDirectory(disk.mountPoint);
      run("truncate", "-s", Long.toString(bytes), disk.image.toString());
      run("mkfs.ext4", "-q", "-F", disk.image.toString());
      disk.mount();
    } catch (IOException cannot) {
      disk.close();
      throw cannot;
    }
    return disk;
  }

  /** What names this process, also among those of other times that had its number. */
  private static String ownMark() {
    return mark(ProcessHandle.current());
  }

  private static String mark(ProcessHandle process) {
    return process.pid() + "-" + process.info().startInstant().map(start -> start.toEpochMilli()).orElse(0L);
  }

  /** Takes away the disks of processes that have ended; others' and everything else stay as they are. */
  private static void takeAwayLeftovers() throws IOException {
    List<Path> homes;
    try (Stream<Path> all = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      homes = all.filter(path -> path.getFileName().toString().startsWith(PREFIX)).toList();
    }
    for (Path home : homes) {
      String[] parts = home.getFileName().toString().substring(PREFIX.length()).split("-");
      String owner = parts[0] + "-" + parts[1];
      if (ProcessHandle.of(Long.parseLong(parts[0])).map(LoopDisk::mark).filter(owner::equals).isEmpty()) {
        var left = new LoopDisk(home);
        left.mounted = Files.readString(Path.of("/proc/mounts")).contains(" " + left.mountPoint + " ");
        try {
          left.close();
        } catch (IOException cannot) {
          throw new IOException("process " + parts[0] + " has ended and left a disk at " + left.mountPoint
              + " which something still uses; end that, and umount it", cannot);
        }
      }
    }
  }

  /** The root of the file system. It holds a folder of ext4's own. */
  public Path folder() {
    return mountPoint;
  }

  /** Nothing reaches the device from now on: what would is answered with EIO, until {@link #comeBack}. Processes may have files open. */
  public void cutPower() throws IOException {
    Shutdown.of(mountPoint);
  }

  /** Mounts anew, which replays the journal. Nobody may have a file open. */
  public void comeBack() throws IOException {
    unmount();
    mount();
  }

  private void mount() throws IOException {
    run("mount", "-o", "loop", image.toString(), mountPoint.toString());
    mounted = true;
    MOUNTED.add(this);
  }

  private void unmount() throws IOException {
    run("umount", mountPoint.toString());
    mounted = false;
    MOUNTED.remove(this);
  }

  private static void run(String... command) throws IOException {
    Process process = new ProcessBuilder(List.of(command)).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    try {
      if (!process.waitFor(COMMAND_MOST_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IOException(String.join(" ", command) + " failed: " + output);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(String.join(" ", command) + " was interrupted", e);
    }
  }

  /** As the JVM ends: whoever still has a file open keeps the file system until it ends, too. */
  private void abandon() {
    try {
      run("umount", "-l", mountPoint.toString());
      mounted = false;
      close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Takes the mount, and the loop device with it, and the files away. Nobody may have a file open. */
  @Override
  public void close() throws IOException {
    if (mounted) {
      unmount();
    }
    Files.deleteIfExists(image);
    Files.deleteIfExists(mountPoint);
    Files.deleteIfExists(home);
  }
}
