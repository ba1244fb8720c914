package io.cairn.server.metrics;

import com.sun.management.OperatingSystemMXBean;
import io.netty.util.internal.PlatformDependent;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.util.List;
import java.util.function.LongSupplier;

/** What the JVM and the operating system know of this process. For a real one only: there is one set for all nodes in a JVM. */
public final class ProcessMeters {
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double MILLIS_PER_SECOND = 1e3;

  private ProcessMeters() {}

  /** @param residentBytes physical memory of the process, which the JVM does not know */
  public static void bind(NodeMeters meters, LongSupplier residentBytes) {
    MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    meters.gauge(MeterName.JVM_HEAP_USED, () -> memory.getHeapMemoryUsage().getUsed());
    meters.gauge(MeterName.JVM_HEAP_MAX, () -> memory.getHeapMemoryUsage().getMax());
    List<BufferPoolMXBean> pools = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class);
    meters.gauge(MeterName.JVM_DIRECT_USED, () -> directBytes(pools));
    meters.gauge(MeterName.JVM_THREADS, () -> ManagementFactory.getThreadMXBean().getThreadCount());
    for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      meters.functionCounter(MeterName.JVM_GC_COLLECTIONS, collector::getCollectionCount, 1, "collector", collector.getName());
      meters.functionCounter(
          MeterName.JVM_GC_SECONDS, collector::getCollectionTime, MILLIS_PER_SECOND, "collector", collector.getName());
    }
    OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    meters.functionCounter(MeterName.PROCESS_CPU_SECONDS, system::getProcessCpuTime, NANOS_PER_SECOND);
    meters.gauge(MeterName.PROCESS_RESIDENT_BYTES, residentBytes);
    long startedSeconds = ManagementFactory.getRuntimeMXBean().getStartTime() / 1_000;
    meters.gauge(MeterName.PROCESS_START_SECONDS, () -> startedSeconds);
  }

  private static long directBytes(List<BufferPoolMXBean> pools) {
    long bytes = 0;
    for (BufferPoolMXBean pool : pools) {
      if (pool.getName().equals("direct")) {
        bytes += pool.getMemoryUsed();
      }
    }
    // Buffers that Netty frees by itself are in its own count and in no pool of Java's; -1 where it does not count.
    return bytes + Math.max(0, PlatformDependent.usedDirectMemory());
  }
}
