package io.cairn.server.node;

import io.cairn.platform.EventLoop;
import io.cairn.server.apply.Applier;
import io.cairn.storage.catalog.ReplicaCatalog;
import io.cairn.storage.engine.Engine;
import io.cairn.storage.engine.EngineBatch;
import io.cairn.storage.log.SharedLog;

/**
 * Notes in the engine how far the log has come, so that a log whose last file is gone or an older copy is not taken for a shorter one. What is noted is
 * durable in the log already: the log's loop says so, nobody reads it beside that loop.
 */
final class LogEnd {
  private final Engine engine;
  private final ReplicaCatalog catalog;
  private final SharedLog log;

  LogEnd(Engine engine, ReplicaCatalog catalog, SharedLog log) {
    this.engine = engine;
    this.catalog = catalog;
    this.log = log;
  }

  /** Where nothing else writes to log or engine: at the start, before anything is appended, and at the end. */
  void note() {
    note(log.lastBatch());
  }

  /** As soon as the log's loop has told: for the flush that comes next, or the one behind it. */
  void noteSoon(EventLoop logLoop, Applier applier) {
    logLoop.execute(() -> {
      long last = log.lastBatch();
      applier.run("noting the end of the log", () -> note(last));
    });
  }

  private void note(long lastBatch) {
    EngineBatch batch = engine.newBatch();
    catalog.putLogEnd(batch, lastBatch);
    engine.write(batch);
  }
}
