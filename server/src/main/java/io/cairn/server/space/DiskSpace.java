package io.cairn.server.space;

import io.cairn.platform.EventLoop;
import io.cairn.server.disk.EngineFlusher;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How much room this node's disk has, looked at a few times a second on a loop that may block. It is <em>low</em> from when less than
 * {@code storage.free-space-min} is free until there is a quarter more: the log's next segment comes and goes, and what grows must not be
 * taken and refused in turns.
 *
 * <p>What it says may be read from any thread.
 */
public final class DiskSpace {
  static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final Logger log = LoggerFactory.getLogger(DiskSpace.class);

  /** Bytes that the disk has left. */
  @FunctionalInterface
  public interface Probe {
    long freeBytes() throws IOException;
  }

  /** Whether it may be low soon. */
  boolean isNearlyLow() {
    return freeBytes < 2 * againBytes;
  }

  /** Hears of each look, on the loop of this, before anything is refused on account of it. */
  interface Listener {
    /** @param low null while there is room enough */
    void looked(LowSpace low);
  }

  private final Probe probe;
  private final String directory;
  private final LongConsumer spare;
  private final long minBytes;
  private final long againBytes;
  private volatile long freeBytes = Long.MAX_VALUE;
  private volatile LowSpace low;
  private volatile boolean ended;
  private boolean blind;

  /**
   * Looks once, so that it is known before anything is written; blocks.
   *
   * @param directory named in log lines
   * @param spare hears, at each look at a disk that is not low, how many bytes it has more than it should
   */
  public DiskSpace(Probe probe, String directory, LongConsumer spare, long minBytes) {
    this.probe = probe;
    this.directory = directory;
    this.spare = spare;
    this.minBytes = minBytes;
    this.againBytes = minBytes + minBytes / 4;
    see();
    low = judge(false);
  }

  /** From now on it is looked again and again, on {@code loop}. */
  void watch(EventLoop loop, EngineFlusher flusher, Listener listener) {
    loop.execute(() -> look(loop, flusher, listener));
  }

  /** Looks no more. From any loop. */
  public void end() {
    ended = true;
  }

  boolean ended() {
    return ended;
  }

  public long freeBytes() {
    return freeBytes;
  }

  public long minBytes() {
    return minBytes;
  }

  /** How it is when it is low, else null. */
  public LowSpace low() {
    return low;
  }

  private void look(EventLoop loop, EngineFlusher flusher, Listener listener) {
    if (ended) {
      return;
    }
    see();
    flusher.roomSeen();
    LowSpace now = judge(flusher.isFull());
    if (now == null) {
      spare.accept(freeBytes - againBytes);
    }
    listener.looked(now);
    low = now;
    loop.schedule(LOOK_NANOS, () -> look(loop, flusher, listener));
  }

  private void see() {
    try {
      freeBytes = probe.freeBytes();
      blind = false;
    } catch (IOException e) {
      if (!blind) { // What was seen last goes on to count.
        blind = true;
        log.warn("the room on the disk cannot be told; directory={} reason=\"{}\"", directory, e.getMessage());
      }
    }
  }

  private LowSpace judge(boolean held) {
    LowSpace before = low;
    long free = freeBytes;
    boolean isLow = held || free < (before == null ? minBytes : againBytes);
    if (isLow && before == null) {
      log.warn("the disk is nearly full: what grows is refused; directory={} free-bytes={} storage.free-space-min={}", directory, free, minBytes);
    } else if (!isLow && before != null) {
      log.info("the disk has room again; directory={} free-bytes={}", directory, free);
    }
    if (held && (before == null || !before.held())) {
      log.warn("the disk has no room for what must be flushed: all writes are refused; directory={} free-bytes={}", directory, free);
    }
    return isLow ? new LowSpace(free, minBytes, againBytes, held) : null;
  }
}
