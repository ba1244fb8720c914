package io.cairn.server.apply;

import io.cairn.server.command.SystemCommand;
import io.cairn.storage.mvcc.ApplyRound;
import io.cairn.storage.mvcc.ShardStore;
import java.nio.ByteBuffer;

/** What the system shard's state holds and how its commands change it; kept as records of its store, so snapshots carry it. */
final class SystemState {
  private static final String WINDOW_END = "revision-window-end";
  /** Revision 1 is every store's birth; it is never handed out. */
  private static final long BORN = 1;

  private SystemState() {}

  static EntryEffect apply(ShardStore store, ApplyRound round, SystemCommand command) {
    return switch (command) {
      case SystemCommand.ExtendWindow(long count) -> {
        long before = currentEnd(store, round);
        long end = Math.addExact(before, count);
        store.putRecord(round, WINDOW_END, ByteBuffer.allocate(Long.BYTES).putLong(end).array());
        yield new EntryEffect.WindowMoved(before, end);
      }
    };
  }

  private static long currentEnd(ShardStore store, ApplyRound round) {
    byte[] stored = store.record(round, WINDOW_END);
    return stored == null ? BORN : ByteBuffer.wrap(stored).getLong();
  }
}
