package io.cairn.storage.mvcc;

import io.cairn.storage.OnDiskFormat;
import io.cairn.storage.bytes.BytesIn;
import io.cairn.storage.bytes.BytesOut;
import io.cairn.storage.engine.EngineBatch;
import io.cairn.storage.engine.EngineCursor;
import io.cairn.storage.engine.EngineView;
import io.cairn.storage.engine.Family;

/**
 * Counts a store's events as they are written, and leaves a mark about every {@link #EVERY} of them: so many events are at or below this
 * revision. From the marks whoever keeps the last so many events finds the revision to compact to without walking over events.
 *
 * <p>Count and marks follow from the entries alone and go along in snapshots. They say what a leader proposes, and nothing that is read:
 * so they are no part of the content hash. For the apply loop alone, but for {@link #revisionWithout}.
 */
final class EventCount {
  /** Events between two marks, at least; a revision is never split. */
  static final int EVERY = 1_000;
  /** Marks that one look walks over: what lies behind them is found by the next. */
  static final int LOOK_MAX = 4_096;

  private final long store;
  private long total;
  private long marked;
  private boolean changed;

  private EventCount(long store, long total, long marked) {
    this.store = store;
    this.total = total;
    this.marked = marked;
  }

  static EventCount load(EngineView view, long store) {
    byte[] stored = view.get(Family.SMALL, key(store));
    if (stored == null) {
      return new EventCount(store, 0, 0);
    }
    var in = new BytesIn(stored);
    return new EventCount(store, in.varint(), in.varint());
  }

  private static byte[] key(long store) {
    return OnDiskFormat.smallKey(store, OnDiskFormat.STORE_EVENTS, new byte[0]);
  }

  /** One more event, of this revision. The first of a revision tells that all before it are complete. */
  void add(EngineBatch batch, long revision, int ordinal) {
    if (ordinal == 0 && total - marked >= EVERY) {
      batch.put(Family.SMALL, OnDiskFormat.markKey(store, revision - 1), new BytesOut(10).varint(total).toArray());
      marked = total;
    }
    total++;
    changed = true;
  }

  /** The round is about to be written. */
  void save(EngineBatch batch) {
    if (changed) {
      batch.put(Family.SMALL, key(store), new BytesOut(20).varint(total).varint(marked).toArray());
      changed = false;
    }
  }

  /** What no look needs any more goes with the events. */
  void compact(EngineBatch batch, long from, long to) {
    batch.deleteRange(Family.SMALL, OnDiskFormat.markKey(store, from), OnDiskFormat.markKey(store, to + 1));
  }

  /** The highest marked revision above {@code compacted} behind which at least {@code keep} events are left; 0 when there is none. */
  static long revisionWithout(EngineView view, long store, long compacted, long keep) {
    byte[] stored = view.get(Family.SMALL, key(store));
    long most = stored == null ? 0 : new BytesIn(stored).varint() - keep;
    long found = 0;
    byte[] first = OnDiskFormat.markKey(store, compacted + 1);
    byte[] end = OnDiskFormat.smallKey(store, (byte) (OnDiskFormat.STORE_MARK + 1), new byte[0]);
    try (EngineCursor cursor = view.cursor(Family.SMALL, first, end)) {
      for (int i = 0; i < LOOK_MAX && cursor.valid() && new BytesIn(cursor.value()).varint() <= most; i++) {
        found = OnDiskFormat.markRevision(cursor.key());
        cursor.next();
      }
    }
    return found;
  }
}
