package io.cairn.server.node;

import io.cairn.platform.EventLoop;
import io.cairn.platform.EventLoops;
import java.util.List;

/**
 * The loops that may block, each on one device only.
 *
 * @param log the log's files, and the data directory's
 * @param apply writes of the engine
 * @param flush flushes of the engine; also fills the log's next segment ahead of time
 * @param scan reads of ranges and of snapshots
 * @param events reads what was applied for those who watch it
 * @param watch does nothing but look at the time, and so notices when the process stood still
 * @param space gives back what dropped history took: may be at one thing for minutes
 */
record BlockingLoops(EventLoop log, EventLoop apply, EventLoop flush, EventLoop scan, EventLoop events, EventLoop watch, EventLoop space) {

  BlockingLoops(EventLoops loops) {
    this(loops.start("log-writer"), loops.start("apply"), loops.start("flush"), loops.start("scan"), loops.start("events"),
        loops.start("watch"), loops.start("space"));
  }

  List<EventLoop> all() {
    return List.of(log, apply, flush, scan, events, watch, space);
  }
}
