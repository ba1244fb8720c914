package io.cairn.jepsen.disk;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/** The request FS_IOC_SHUTDOWN of Linux, without a flush of the journal: as near to a power failure as a mounted file system comes. */
final class Shutdown {
  /** {@code _IOR('X', 125, __u32)}. */
  private static final long FS_IOC_SHUTDOWN = 0x8004587dL;
  private static final int NO_FLUSH = 2;
  private static final int READ_ONLY = 0;

  private Shutdown() {}

  /** Of the file system that the folder lies on. */
  static void of(Path folder) throws IOException {
    Linker linker = Linker.nativeLinker();
    var path = FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
    var request = FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS);
    MethodHandle open = linker.downcallHandle(linker.defaultLookup().findOrThrow("open"), path, Linker.Option.firstVariadicArg(2));
    MethodHandle ioctl = linker.downcallHandle(linker.defaultLookup().findOrThrow("ioctl"), request, Linker.Option.firstVariadicArg(2));
    MethodHandle close = linker.downcallHandle(linker.defaultLookup().findOrThrow("close"),
        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment how = arena.allocateFrom(ValueLayout.JAVA_INT, NO_FLUSH);
      int descriptor = (int) open.invokeExact(arena.allocateFrom(folder.toString()), READ_ONLY);
      int done = (int) ioctl.invokeExact(descriptor, FS_IOC_SHUTDOWN, how);
      int closed = (int) close.invokeExact(descriptor);
      if (descriptor < 0 || done != 0 || closed != 0) {
        throw new IOException("FS_IOC_SHUTDOWN of " + folder + " failed: " + descriptor + ", " + done + ", " + closed);
      }
    } catch (IOException e) {
      throw e;
    } catch (Throwable e) {
      throw new IOException("FS_IOC_SHUTDOWN cannot be called", e);
    }
  }
}
