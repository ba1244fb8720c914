package io.cairn.server.apply;

import io.cairn.server.command.SystemCommand;
import io.cairn.storage.mvcc.ApplyRound;
import io.cairn.storage.mvcc.ShardStore;
import java.nio.ByteBuffer;

/** What the system shard's state holds and how its commands change it; kept as records of its store, so snapshots carry it. */
public final class SystemState {
  private static final String WINDOW_END = "revision-window-end";
  private static final String NODE = "node/";
  /** Revision 1 is every store's birth; it is never handed out. */
  private static final long BORN = 1;

  private SystemState() {}

  /** The end of the window as applied: nothing above it was ever handed out by a leader whose entries are all applied here. */
  public static long windowEnd(ShardStore store) {
    byte[] stored = store.record(WINDOW_END);
    return stored == null ? BORN : ByteBuffer.wrap(stored).getLong();
  }

  /** The incarnation registered for a node, or null. */
  public static byte[] incarnation(ShardStore store, String node) {
    return store.record(NODE + node);
  }

  static EntryEffect apply(ShardStore store, ApplyRound round, SystemCommand command) {
    return switch (command) {
      case SystemCommand.ExtendWindow(long count) -> {
        long before = currentEnd(store, round);
        long end = Math.addExact(before, count);
        store.putRecord(round, WINDOW_END, ByteBuffer.allocate(Long.BYTES).putLong(end).array());
        yield new EntryEffect.WindowMoved(before, end);
      }
      case SystemCommand.RegisterNode(String node, byte[] incarnation) -> {
        byte[] first = store.record(round, NODE + node);
        if (first == null) {
          store.putRecord(round, NODE + node, incarnation);
          first = incarnation;
        }
        yield new EntryEffect.NodeRegistered(node, first);
      }
    };
  }

  private static long currentEnd(ShardStore store, ApplyRound round) {
    byte[] stored = store.record(round, WINDOW_END);
    return stored == null ? BORN : ByteBuffer.wrap(stored).getLong();
  }
}
