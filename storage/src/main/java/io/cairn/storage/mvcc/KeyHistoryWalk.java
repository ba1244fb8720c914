package io.cairn.storage.mvcc;

import io.cairn.storage.OnDiskFormat;
import io.cairn.storage.StorageFailure;
import io.cairn.storage.StorageFailure.Kind;
import io.cairn.storage.bytes.BytesIn;
import io.cairn.storage.engine.EngineView;
import io.cairn.storage.engine.Family;
import java.util.ArrayList;
import java.util.Arrays;

/**
 * Goes back through what became of a key: from its newest version, or from the record of its delete, each event names the one before it.
 * One look into the engine for each. For one thread.
 */
final class KeyHistoryWalk {
  private final EngineView view;
  private final long store;
  private final StoreState state;
  private final HistoryRules rules;
  private final byte[] key;
  private final StoredEvent event = new StoredEvent();
  private final StoredVersion version = new StoredVersion();
  private long revision;
  private int ordinal;

  KeyHistoryWalk(EngineView view, long store, StoreState state, HistoryRules rules, byte[] key) {
    this.rules = rules;
    this.view = view;
    this.store = store;
    this.state = state;
    this.key = key;
  }

  KeyHistoryPage page(KeyHistoryQuery query) {
    if (query.atRevision() > 0) {
      revision = query.atRevision();
      ordinal = query.atOrdinal();
    } else {
      begin();
    }
    var events = new ArrayList<KeyEvent>();
    long bytes = 0;
    for (int steps = 0; revision > state.compacted() && revision >= query.from(); steps++) {
      if (steps == query.stepsMax() || events.size() == query.limit() || bytes >= query.bytesMax()) {
        return new KeyHistoryPage(events, revision, ordinal, false);
      }
      if (rules.isGone(key, revision) || !load(steps == 0 && query.atRevision() > 0)) {
        return new KeyHistoryPage(events, 0, 0, true);
      }
      if (revision <= query.to()) {
        Version current = event.put ? event.current(version).toVersion(key, false) : null;
        events.add(new KeyEvent(revision, ordinal, current, event.clientHigh, event.clientLow, event.sequence));
        bytes += key.length + (current == null ? 0 : current.value().length);
      }
      before();
    }
    return new KeyHistoryPage(events, 0, 0, revision > 0 && revision <= state.compacted());
  }

  private void begin() {
    byte[] storeKey = OnDiskFormat.storeKey(store, key);
    byte[] newest = view.get(Family.NEWEST, storeKey);
    byte[] deleted = newest != null ? null : view.get(Family.DELETED, storeKey);
    if (newest != null) {
      version.read(newest);
      revision = version.mod;
      ordinal = version.ordinal;
    } else if (deleted != null) {
      var in = new BytesIn(deleted);
      revision = in.varint();
      ordinal = in.count();
    }
  }

  /** False when there is no such event of this key: a place to go on from that was made up. */
  private boolean load(boolean toldByClient) {
    byte[] found = view.get(Family.EVENTS, OnDiskFormat.eventKey(store, revision, ordinal));
    if (found == null && toldByClient) {
      return false;
    }
    if (found == null) {
      throw new StorageFailure(Kind.CORRUPT, "store " + store + " has no event " + revision + "/" + ordinal + ", which is not compacted");
    }
    return Arrays.equals(event.read(found).key(), key);
  }

  private void before() {
    if (event.replaced) {
      event.replaced(version);
      revision = version.mod;
      ordinal = version.ordinal;
    } else {
      revision = event.deletedBefore ? event.deleteRevision : 0;
      ordinal = event.deletedBefore ? event.deleteOrdinal : 0;
    }
  }
}
