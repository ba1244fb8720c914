package io.cairn.simulator.power;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * An ext4 file system in a file. Its power fails by FS_IOC_SHUTDOWN without a flush of the journal: whatever had not reached the device is
 * gone, as the next mount shows.
 */
final class LoopDisk implements AutoCloseable {
  /** {@code _IOR('X', 125, __u32)}. */
  private static final long FS_IOC_SHUTDOWN = 0x8004587dL;
  private static final int NO_FLUSH = 2;
  private static final int READ_ONLY = 0;

  private final Path home;
  private final Path image;
  private final Path mountPoint;
  private boolean mounted;

  private LoopDisk(Path home) {
    this.home = home;
    this.image = home.resolve("disk.img");
    this.mountPoint = home.resolve("disk");
  }

  /** Skips the test, and says why, where this cannot be done. */
  static LoopDisk makeOrSkip() throws Exception {
    if (!"root".equals(System.getProperty("user.name"))) {
      skip("only root may mount a file system");
    }
    LoopDisk disk = new LoopDisk(Files.createTempDirectory("cairn-power"));
    try {
      Files.createDirectory(disk.mountPoint);
      disk.run("truncate", "-s", "64M", disk.image.toString());
      disk.run("mkfs.ext4", "-q", "-F", disk.image.toString());
      disk.mount();
    } catch (IOException cannot) {
      disk.close();
      skip(cannot.getMessage());
    }
    return disk;
  }

  private static void skip(String why) {
    System.out.println("no power failure on ext4 is tested here: " + why);
    Assumptions.abort(why);
  }

  String folder() {
    return mountPoint.toString();
  }

  void losePower() throws Exception {
    shutDown();
    run("umount", mountPoint.toString());
    mounted = false;
    mount();
  }

  private void mount() throws IOException, InterruptedException {
    run("mount", "-o", "loop", image.toString(), mountPoint.toString());
    mounted = true;
  }

  private void shutDown() throws IOException {
    Linker linker = Linker.nativeLinker();
    var path = FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
    var request = FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS);
    MethodHandle open = linker.downcallHandle(linker.defaultLookup().findOrThrow("open"), path, Linker.Option.firstVariadicArg(2));
    MethodHandle ioctl = linker.downcallHandle(linker.defaultLookup().findOrThrow("ioctl"), request, Linker.Option.firstVariadicArg(2));
    MethodHandle close = linker.downcallHandle(linker.defaultLookup().findOrThrow("close"),
        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment how = arena.allocateFrom(ValueLayout.JAVA_INT, NO_FLUSH);
      int descriptor = (int) open.invokeExact(arena.allocateFrom(mountPoint.toString()), READ_ONLY);
      int done = (int) ioctl.invokeExact(descriptor, FS_IOC_SHUTDOWN, how);
      int closed = (int) close.invokeExact(descriptor);
      if (descriptor < 0 || done != 0 || closed != 0) {
        throw new IOException("FS_IOC_SHUTDOWN of " + mountPoint + " failed: " + descriptor + ", " + done + ", " + closed);
      }
    } catch (IOException e) {
      throw e;
    } catch (Throwable e) {
      throw new IOException("FS_IOC_SHUTDOWN cannot be called", e);
    }
  }

  private void run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(List.of(command)).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new IOException(String.join(" ", command) + " failed: " + output);
    }
  }

  /** Takes the mount, and the loop device with it, and the files away. */
  @Override
  public void close() throws Exception {
    if (mounted) {
      run("umount", mountPoint.toString());
    }
    Files.deleteIfExists(image);
    Files.deleteIfExists(mountPoint);
    Files.deleteIfExists(home);
  }
}
