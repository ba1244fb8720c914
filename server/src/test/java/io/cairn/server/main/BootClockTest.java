package io.cairn.server.main;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class BootClockTest {
  private final BootClock clock = new BootClock();

  @Test
  @EnabledOnOs(OS.LINUX)
  void readsTheTimeSinceBootSuspensionIncluded() throws IOException {
    assertThat(clock.isBootTime()).isTrue();
    assertThat(clock.source()).isEqualTo("CLOCK_BOOTTIME");
    // /proc/uptime counts the time since boot in hundredths of a second, suspension included.
    double before = Double.parseDouble(Files.readString(Path.of("/proc/uptime")).split(" ")[0]);
    double read = clock.nanoTime() / 1e9;
    double after = Double.parseDouble(Files.readString(Path.of("/proc/uptime")).split(" ")[0]);

    assertThat(read).isBetween(before - 0.02, after + 0.02);
  }

  @Test
  void neverGoesBack() {
    long before = clock.nanoTime();
    for (int i = 0; i < 100_000; i++) {
      long now = clock.nanoTime();
      assertThat(now).isGreaterThanOrEqualTo(before);
      before = now;
    }
  }

  @Test
  void makesNoGarbageOnceWarm() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long sum = 0;
    for (int i = 0; i < 200_000; i++) {
      sum += clock.nanoTime();
    }
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 20; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 10_000; i++) {
        sum += clock.nanoTime();
      }
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }

    assertThat(sum).isNotZero();
    assertThat(least).as("bytes allocated by 10,000 readings").isLessThan(10_000);
  }
}
