package io.cairn.server.main;

import io.cairn.platform.Clock;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The clock of a server: CLOCK_BOOTTIME, which goes on while the machine is suspended. {@link System#nanoTime()} stands still then
 * (CLOCK_MONOTONIC), so that a leader that wakes would take a lease for valid that ended hours ago. Reading it makes no garbage and
 * takes some tens of nanoseconds; a machine without it is served by nanoTime, which {@link #source()} says.
 */
public final class BootClock implements Clock {
  private static final int CLOCK_BOOTTIME = 7;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;
  private static final long TIMESPEC_BYTES = 2 * Long.BYTES;
  /** {@code int clock_gettime(clockid_t, struct timespec *)}; null where it cannot be called or knows no such clock. */
  private static final MethodHandle CLOCK_GETTIME = link();

  /** Each thread's own {@code struct timespec}, made once. */
  private static final ThreadLocal<MemorySegment> TIMESPEC =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(TIMESPEC_BYTES, Long.BYTES));

  @Override
  public long nanoTime() {
    return CLOCK_GETTIME == null ? System.nanoTime() : bootNanos(CLOCK_GETTIME);
  }

  @Override
  public long wallMillis() {
    return System.currentTimeMillis();
  }

  /** What {@link #nanoTime()} reads, for the log. */
  public String source() {
    return isBootTime() ? "CLOCK_BOOTTIME" : "System.nanoTime";
  }

  /** Whether the clock goes on while the machine is suspended. */
  public boolean isBootTime() {
    return CLOCK_GETTIME != null;
  }

  private static long bootNanos(MethodHandle clockGettime) {
    MemorySegment timespec = TIMESPEC.get();
    int failed;
    try {
      failed = (int) clockGettime.invokeExact(CLOCK_BOOTTIME, timespec);
    } catch (Throwable e) {
      throw new IllegalStateException("clock_gettime could not be called", e);
    }
    if (failed != 0) {
      throw new IllegalStateException("clock_gettime(CLOCK_BOOTTIME) failed after it had worked");
    }
    return timespec.get(ValueLayout.JAVA_LONG, 0) * NANOS_PER_SECOND + timespec.get(ValueLayout.JAVA_LONG, Long.BYTES);
  }

  /** The layout of the struct is that of 64-bit Linux; elsewhere nothing is called. */
  private static MethodHandle link() {
    if (!System.getProperty("os.name", "").equals("Linux") || ValueLayout.ADDRESS.byteSize() != Long.BYTES) {
      return null;
    }
    try {
      Linker linker = Linker.nativeLinker();
      SymbolLookup lookup = linker.defaultLookup();
      FunctionDescriptor signature =
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS);
      // Critical: too short for the JVM to care where the thread is.
      MethodHandle handle = linker.downcallHandle(
          lookup.find("clock_gettime").orElseThrow(), signature, Linker.Option.critical(false));
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment timespec = arena.allocate(TIMESPEC_BYTES, Long.BYTES);
        int failed = (int) handle.invokeExact(CLOCK_BOOTTIME, timespec);
        return failed == 0 ? handle : null;
      }
    } catch (Throwable e) {
      return null;
    }
  }
}
