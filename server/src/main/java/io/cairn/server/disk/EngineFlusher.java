package io.cairn.server.disk;

import io.cairn.platform.EventLoop;
import io.cairn.server.outcome.FailStop;
import io.cairn.storage.engine.Engine;

/**
 * Makes applied state durable in the background, once half of the write buffers is full, and lets the log be cut behind it.
 * Belongs to a loop of its own that may block: the apply loop goes on meanwhile.
 */
public final class EngineFlusher {
  private final Engine engine;
  private final EventLoop loop;
  private final FailStop failStop;
  private final long flushAtBytes;
  private final Runnable flushed;
  private volatile boolean underWay;
  private boolean ended;

  /** @param flushed runs on the flusher's loop after each flush: computes the new floors of the log */
  public EngineFlusher(Engine engine, EventLoop loop, FailStop failStop, long flushAtBytes, Runnable flushed) {
    this.engine = engine;
    this.loop = loop;
    this.failStop = failStop;
    this.flushAtBytes = flushAtBytes;
    this.flushed = flushed;
  }

  /**
   * Called after each apply round, on the apply loop. While a flush runs, what it takes along still counts as unflushed: asking again
   * then would flush the little that was applied meanwhile, in files that every compaction pays for.
   */
  public void applied() {
    if (!underWay && engine.unflushedBytes() >= flushAtBytes) {
      flushSoon();
    }
  }

  /** Flushes whatever is there, also what is applied while a flush runs. From any loop. */
  public void flushSoon() {
    underWay = true;
    loop.execute(this::flush);
  }

  /** On its loop, when the node stops: the engine may be closed. */
  public void end() {
    ended = true;
  }

  private void flush() {
    if (ended) {
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
