package io.cairn.storage.mvcc;

import io.cairn.storage.OnDiskFormat;
import io.cairn.storage.engine.EngineCursor;
import io.cairn.storage.engine.EngineView;
import io.cairn.storage.engine.Family;

/**
 * The events of one store in their order, from a place in it on, as of one moment. For one thread; to be closed. A revision is there
 * wholly or not at all, since all of it is written at once.
 */
public final class EventReader implements AutoCloseable {
  private final EngineView view;
  private final EngineCursor cursor;
  private final StoreState state;
  private final StoredEvent stored = new StoredEvent();
  private final StoredVersion version = new StoredVersion();
  private boolean begun;

  /** @throws CompactedException when events at or above {@code revision} are gone; it names the oldest that is complete */
  EventReader(EngineView view, long store, long revision, int ordinal) {
    this.view = view;
    this.state = StoreState.decode(view.get(Family.SMALL, OnDiskFormat.stateKey(store)));
    if (revision <= state.compacted()) {
      view.close();
      throw new CompactedException(revision, state.compacted() + 1);
    }
    this.cursor = view.cursor(Family.EVENTS, OnDiskFormat.eventKey(store, revision, ordinal), OnDiskFormat.storeEnd(store));
  }

  /** How far the store had come at the moment of this view. */
  public Applied applied() {
    return state.applied();
  }

  /** Moves to the next event; false when there is none. */
  public boolean next() {
    if (begun) {
      cursor.next();
    }
    begun = true;
    return cursor.valid();
  }

  public long revision() {
    return OnDiskFormat.eventRevision(cursor.key());
  }

  /** The event under the cursor. */
  public Event event() {
    byte[] place = cursor.key();
    stored.read(cursor.value());
    byte[] key = stored.key();
    Version current = stored.put ? stored.current(version).toVersion(key, false) : null;
    Version replaced = stored.replaced ? stored.replaced(version).toVersion(key, false) : null;
    return new Event(OnDiskFormat.eventRevision(place), OnDiskFormat.eventOrdinal(place), key, current, replaced);
  }

  @Override
  public void close() {
    cursor.close();
    view.close();
  }
}
