package io.cairn.storage.log;

import io.cairn.platform.JdkFiles;
import io.cairn.platform.StoredFile;
import io.cairn.raft.ReplicaId;
import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Measures one append with its fdatasync, as a whole, in preallocated segments of the default size, beside the bare write and
 * fdatasync of as many bytes. Not a test: prints microseconds. {@code java ... LogMeasurement DIRECTORY}, where the directory is empty or absent.
 */
final class LogMeasurement {
  private static final ReplicaKey REPLICA = new ReplicaKey(1, new ReplicaId(1));

  private LogMeasurement() {}

  public static void main(String[] arguments) throws IOException {
    try (StoredFile raw = new JdkFiles().open(arguments[0] + ".raw", true); SharedLog log = SharedLog.open(new JdkFiles(), arguments[0], LogSettings.of("measurement"))) {
      for (int round = 0; round < 3; round++) {
        measureRaw(raw, "raw write of 512 bytes", 512, 2000);
        measureRaw(raw, "raw write of 92 KB", 184 * 512, 1000);
        measure(log, "one entry, one sector", 1, 350, 2000);
        measure(log, "90 KB in one entry", 1, 90_000, 1000);
        measure(log, "90 KB in 300 entries", 300, 275, 1000);
      }
    }
  }

  private static void measure(SharedLog log, String what, int entries, int payloadBytes, int count) {
    long[] nanos = new long[count];
    for (int i = 0; i < count; i++) {
      long next = log.view(REPLICA).last().index() + 1;
      List<Entry> batch = new ArrayList<>();
      for (int k = 0; k < entries; k++) {
        batch.add(new Entry(1, next + k, EntryKind.COMMAND, new byte[payloadBytes]));
      }
      List<LogWrite> writes = List.of(LogWrite.of(REPLICA, Optional.empty(), batch));
      long start = System.nanoTime();
      log.append(writes);
      nanos[i] = System.nanoTime() - start;
      if (i % 100 == 0) {
        log.clean(List.of(new LogFloor(REPLICA, next - 1, next)));
      }
    }
    print(what, nanos);
  }

  /** The device alone: the same bytes to a file that was written and synced before. */
  private static void measureRaw(StoredFile file, String what, int bytes, int count) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(bytes);
    if (file.size() == 0) {
      for (long at = 0; at < 1000L * 184 * 512; at += bytes) {
        file.write(buffer.clear(), at);
      }
      file.sync();
    }
    long[] nanos = new long[count];
    for (int i = 0; i < count; i++) {
      long start = System.nanoTime();
      file.write(buffer.clear(), (long) i * bytes);
      file.sync();
      nanos[i] = System.nanoTime() - start;
    }
    print(what, nanos);
  }

  private static void print(String what, long[] nanos) {
    int count = nanos.length;
    Arrays.sort(nanos);
    System.out.printf("%-24s p50 %6.1f us   p99 %7.1f us   max %8.1f us%n", what, nanos[count / 2] / 1e3, nanos[count * 99 / 100] / 1e3,
        nanos[count - 1] / 1e3);
  }
}
