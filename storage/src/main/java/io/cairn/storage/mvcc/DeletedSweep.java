package io.cairn.storage.mvcc;

import io.cairn.storage.OnDiskFormat;
import io.cairn.storage.bytes.BytesIn;
import io.cairn.storage.engine.Engine;
import io.cairn.storage.engine.EngineCursor;
import io.cairn.storage.engine.EngineView;
import io.cairn.storage.engine.Family;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds, page by page, the records of deleted keys that nobody can ask for any more because their delete is at or below the compaction
 * revision; {@link ShardStore#sweepDeleted} removes them on the apply loop. What is swept when is each replica's own affair: these
 * records mean nothing, and are no part of any hash. For one thread.
 */
public final class DeletedSweep {
  private final Engine engine;
  private final ShardStore store;
  private byte[] next;
  private boolean done;

  public DeletedSweep(ShardStore store) {
    this.engine = store.engine();
    this.store = store;
    this.next = OnDiskFormat.storePrefix(store.store());
  }

  /** Whether the last page was the last one. */
  public boolean done() {
    return done;
  }

  /** Looks at up to so many records; returns the keys of those that can go. */
  public List<byte[]> page(int most) {
    long compacted = store.compacted();
    var gone = new ArrayList<byte[]>();
    try (EngineView view = engine.view();
        EngineCursor cursor = view.cursor(Family.DELETED, next, OnDiskFormat.storeEnd(store.store()))) {
      for (int i = 0; i < most && cursor.valid(); i++, cursor.next()) {
        if (new BytesIn(cursor.value()).varint() <= compacted) {
          gone.add(cursor.key());
        }
      }
      done = !cursor.valid();
      next = done ? next : cursor.key();
    }
    return gone;
  }
}
