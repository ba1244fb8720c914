package io.cairn.server.apply;

import io.cairn.server.command.SystemCommand;
import io.cairn.server.history.HistoryCodec;
import io.cairn.server.history.HistoryCommand;
import io.cairn.server.history.HistoryTable;
import io.cairn.server.members.MemberCodec;
import io.cairn.server.members.MemberCommand;
import io.cairn.server.members.NodeTable;
import io.cairn.server.members.TableRules;
import io.cairn.storage.mvcc.ApplyRound;
import io.cairn.storage.mvcc.ShardStore;
import java.nio.ByteBuffer;

/** What the system shard's state holds and how its commands change it; kept as records of its store, so snapshots carry it. */
public final class SystemState {
  private static final String WINDOW_END = "revision-window-end";
  private static final String NODES = "nodes";
  private static final String HISTORY = "history";
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
      case SystemCommand.ChangeMembers(MemberCommand change) -> {
        NodeTable before = table(store.record(round, NODES));
        NodeTable after = TableRules.apply(before, change);
        if (after != before) {
          store.putRecord(round, NODES, MemberCodec.encode(after));
        }
        yield new EntryEffect.NodesChanged(after);
      }
      case SystemCommand.ChangeHistory(HistoryCommand change) -> {
        HistoryTable before = history(store.record(round, HISTORY));
        HistoryTable after = before.after(change);
        if (after != before) {
          store.putRecord(round, HISTORY, HistoryCodec.encode(after));
        }
        yield new EntryEffect.HistoryChanged(after);
      }
      case SystemCommand.ChangeLeases(var change) -> LeaseUpkeep.apply(store.leases(round).home(), change);
    };
  }

  /** How much history is wanted, as of what the system shard's store has applied. From any thread. */
  public static HistoryTable history(ShardStore store) {
    return history(store.record(HISTORY));
  }

  private static HistoryTable history(byte[] stored) {
    return stored == null ? HistoryTable.NONE : HistoryCodec.decodeTable(stored);
  }

  /** The table of nodes as of what the system shard's store has applied. From any thread. */
  public static NodeTable nodes(ShardStore store) {
    return table(store.record(NODES));
  }

  private static NodeTable table(byte[] stored) {
    return stored == null ? NodeTable.NONE : MemberCodec.decodeTable(stored);
  }

  private static long currentEnd(ShardStore store, ApplyRound round) {
    byte[] stored = store.record(round, WINDOW_END);
    return stored == null ? BORN : ByteBuffer.wrap(stored).getLong();
  }
}
