package io.cairn.storage.mvcc;

import io.cairn.storage.OnDiskFormat;
import io.cairn.storage.engine.EngineCursor;
import io.cairn.storage.engine.EngineView;
import io.cairn.storage.engine.Family;
import java.util.ArrayList;
import java.util.List;

/**
 * Walks over a store's events, each once, and finds those of which no history is kept; whoever calls it has them removed. Where it stands
 * is in memory: after a restart it walks again. For one thread.
 */
public final class OffSweep {
  private final ShardStore store;
  private long nextRevision;
  private int nextOrdinal;

  public OffSweep(ShardStore store) {
    this.store = store;
  }

  public ShardStore store() {
    return store;
  }

  /** Looks at up to so many events at or below a revision; returns the engine's keys of those that can go, or null at the end. */
  public List<byte[]> page(long to, int most) {
    HistoryRules rules = store.historyRules();
    long from = Math.max(nextRevision, store.compacted() + 1);
    if (from > to || rules.isEmpty()) {
      return null;
    }
    store.sweepingTo(to);
    var gone = new ArrayList<byte[]>();
    var event = new StoredEvent();
    try (EngineView view = store.engine().view(); EngineCursor cursor = view.cursor(Family.EVENTS,
        OnDiskFormat.eventKey(store.store(), from, from == nextRevision ? nextOrdinal : 0),
        OnDiskFormat.eventKey(store.store(), to + 1, 0))) {
      for (int i = 0; i < most && cursor.valid(); i++, cursor.next()) {
        byte[] key = cursor.key();
        if (rules.isGone(event.read(cursor.value()).key(), OnDiskFormat.eventRevision(key))) {
          gone.add(key);
        }
      }
      nextRevision = cursor.valid() ? OnDiskFormat.eventRevision(cursor.key()) : to + 1;
      nextOrdinal = cursor.valid() ? OnDiskFormat.eventOrdinal(cursor.key()) : 0;
    }
    return gone;
  }
}
