package io.cairn.server.main;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The physical memory of this process, which the JVM does not know. */
final class ResidentMemory {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String PREFIX = "VmRSS:";

  private ResidentMemory() {}

  /** 0 where the system does not tell. */
  static long bytes() {
    try {
      for (String line : Files.readAllLines(STATUS)) {
        if (line.startsWith(PREFIX)) {
          return Long.parseLong(line.substring(PREFIX.length()).replace("kB", "").trim()) << 10;
        }
      }
    } catch (IOException | NumberFormatException e) {
      return 0;
    }
    return 0;
  }
}
