package io.cairn.server.disk;

import io.cairn.platform.EventLoop;
import io.cairn.server.outcome.FailStop;
import io.cairn.storage.engine.Engine;
import java.util.function.LongSupplier;

/**
 * Makes applied state durable in the background, once half of the write buffers is full, and lets the log be cut behind it.
 * Belongs to a loop of its own that may block: the apply loop goes on meanwhile.
 */
public final class EngineFlusher {
  /** What a flush writes beside what it flushes: its manifest, indexes and filters. */
  private static final long FLUSH_ROOM_BYTES = 4 << 20;

  private final Engine engine;
  private final EventLoop loop;
  private final FailStop failStop;
  private final long flushAtBytes;
  private final Runnable before;
  private final Runnable flushed;
  private final LongSupplier freeBytes;
  private volatile boolean underWay;
  private volatile boolean held;
  private boolean ended;

  /**
   * @param freeBytes on the disk, as last seen. A flush that this has no room for is held back: it would fail, and a flush that has
   *     failed is the end of the node (ST-11)
   * @param before runs on the apply loop before a flush that {@link #applied} asks for: what is written then is made durable with the rest
   * @param flushed runs on the flusher's loop after each flush: computes the new floors of the log
   */
  public EngineFlusher(Engine engine, EventLoop loop, FailStop failStop, long flushAtBytes, LongSupplier freeBytes, Runnable before,
      Runnable flushed) {
    this.freeBytes = freeBytes;
    this.engine = engine;
    this.loop = loop;
    this.failStop = failStop;
    this.flushAtBytes = flushAtBytes;
    this.before = before;
    this.flushed = flushed;
  }

  /**
   * Called after each apply round, on the apply loop. While a flush runs, what it takes along still counts as unflushed: asking again
   * then would flush the little that was applied meanwhile, in files that every compaction pays for.
   */
  public void applied() {
    if (!underWay && !held && engine.unflushedBytes() >= flushAtBytes) {
      before.run();
      flushSoon();
    }
  }

  /** Flushes whatever is there, also what is applied while a flush runs. From any loop. */
  public void flushSoon() {
    underWay = true;
    loop.execute(this::flush);
  }

  /** The room on the disk was looked at: what is held back goes on when there is enough. From any loop. */
  public void roomSeen() {
    if (held && hasRoom()) {
      held = false;
      flushSoon();
    }
  }

  /** Whether as much waits to be flushed as may, and the disk has no room for it: who writes must stop. From any thread. */
  public boolean isFull() {
    return held && engine.unflushedBytes() >= flushAtBytes;
  }

  /** Whether the disk has room for what a flush would write now. From any thread. */
  public boolean hasRoom() {
    return freeBytes.getAsLong() - FLUSH_ROOM_BYTES >= engine.unflushedBytes();
  }

  /** On its loop, when the node stops: the engine may be closed. */
  public void end() {
    ended = true;
  }

  private void flush() {
    if (ended) {
      return;
    }
    if (!hasRoom()) {
      held = true;
      underWay = false;
      return;
    }
    try {
      engine.flush();
      underWay = false;
      flushed.run();
    } catch (RuntimeException e) {
      ended = true;
      failStop.broken("flushing the engine", e);
    }
  }
}
