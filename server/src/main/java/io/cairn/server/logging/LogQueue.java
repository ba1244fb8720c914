package io.cairn.server.logging;

import io.cairn.server.config.LoggingConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Lines on their way from whoever logs to a {@link LogOutput} that may be slow or stuck. Offering never waits for the output: what
 * does not fit into the bound is dropped and counted, and once there is room again a line says how many went (RD-10: a node whose
 * log reader had stopped hung with every read).
 */
public final class LogQueue {
  private static final int WRITE_BYTES_MAX = 64 << 10;

  private final long bytesMax;
  private final LogOutput output;
  private final LogLines lines;
  private final LongSupplier wallMillis;

  /** Guards all below; held for a few instructions, never while the output is written. */
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<byte[]> queue = new ArrayDeque<>();
  /** What is queued and what is just being written. */
  private long queuedBytes;
  private long dropped;
  private boolean closing;
  private boolean drained;

  LogQueue(long bytesMax, LoggingConfig.Format format, LogOutput output, LongSupplier wallMillis) {
    this.bytesMax = bytesMax;
    this.output = output;
    this.lines = new LogLines(format);
    this.wallMillis = wallMillis;
  }

  void offer(byte[] line) {
    lock.lock();
    try {
      if (closing || queuedBytes + line.length > bytesMax) {
        dropped++;
        return;
      }
      queue.add(line);
      queuedBytes += line.length;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  LogLines lines() {
    return lines;
  }

  /** Lines that were dropped or could not be written since the start. */
  public long dropped() {
    lock.lock();
    try {
      return dropped;
    } finally {
      lock.unlock();
    }
  }

  public long queuedBytes() {
    lock.lock();
    try {
      return queuedBytes;
    } finally {
      lock.unlock();
    }
  }

  public long bytesMax() {
    return bytesMax;
  }

  /**
   * Takes no more lines and waits until those taken are written, at most {@code timeoutNanos}: a stuck reader must not hold up the
   * end of the process.
   *
   * @return whether all were written
   */
  public boolean close(long timeoutNanos) {
    lock.lock();
    try {
      closing = true;
      changed.signalAll();
      long left = timeoutNanos;
      while (!drained && left > 0) {
        left = changed.awaitNanos(left);
      }
      return drained;
    } catch (InterruptedException e) {
      // Whoever interrupts the end of a process wants it to end.
      return drained;
    } finally {
      lock.unlock();
    }
  }

  /** Writes until closed and empty: the whole life of the logging thread. */
  void drain() {
    long reported = 0;
    while (true) {
      Chunk chunk = next();
      if (chunk == null) {
        return;
      }
      long lost = chunk.dropped - reported;
      byte[] report = lost == 0 ? null : report(lost);
      boolean reportWritten = write(chunk, report);
      if (reportWritten) {
        reported = chunk.dropped;
      }
    }
  }

  /** Lines to be written in one go, and how many were dropped up to then. */
  private record Chunk(byte[] bytes, int lines, long dropped) {}

  private Chunk next() {
    lock.lock();
    try {
      while (queue.isEmpty() && !closing) {
        changed.awaitUninterruptibly();
      }
      if (queue.isEmpty()) {
        drained = true;
        changed.signalAll();
        return null;
      }
      ByteArrayOutputStream bytes = new ByteArrayOutputStream(Math.min((int) Math.min(queuedBytes, Integer.MAX_VALUE), WRITE_BYTES_MAX));
      int taken = 0;
      while (!queue.isEmpty() && (taken == 0 || bytes.size() + queue.peek().length <= WRITE_BYTES_MAX)) {
        bytes.writeBytes(queue.poll());
        taken++;
      }
      return new Chunk(bytes.toByteArray(), taken, dropped);
    } finally {
      lock.unlock();
    }
  }

  private boolean write(Chunk chunk, byte[] report) {
    boolean written = false;
    try {
      if (report != null) {
        output.write(report, report.length);
      }
      output.write(chunk.bytes, chunk.bytes.length);
      written = true;
    } catch (IOException _) {
      // There is nowhere to log it; the count of dropped lines is a metric.
    }
    lock.lock();
    try {
      queuedBytes -= chunk.bytes.length;
      if (!written) {
        dropped += chunk.lines;
      }
    } finally {
      lock.unlock();
    }
    return written && report != null;
  }

  private byte[] report(long lost) {
    return lines.line(wallMillis.getAsLong(), "WARN", LogQueue.class.getName(), "logging",
        "log lines were dropped; lines=" + lost, null);
  }

  /** How long an ending process waits for its last lines. */
  public static final long CLOSE_NANOS = TimeUnit.SECONDS.toNanos(1);
}
