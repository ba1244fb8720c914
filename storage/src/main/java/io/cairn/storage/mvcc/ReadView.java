package io.cairn.storage.mvcc;

import io.cairn.storage.Invariant;
import io.cairn.storage.OnDiskFormat;
import io.cairn.storage.StorageFailure;
import io.cairn.storage.StorageFailure.Kind;
import io.cairn.storage.bytes.BytesIn;
import io.cairn.storage.engine.EngineCursor;
import io.cairn.storage.engine.EngineView;
import io.cairn.storage.engine.Family;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Several reads of one store on one consistent view, of the newest and of past revisions. For one thread; to be closed.
 *
 * <p>A read at R takes the newest version, and while that is above R goes back through the events that made and replaced it.
 * R is never below the compaction revision, so every event on that way is there.
 */
public final class ReadView implements AutoCloseable {
  private final EngineView view;
  private final long store;
  private final StoreState state;
  private final byte[] eventKey = new byte[OnDiskFormat.EVENT_KEY_BYTES];
  private final StoredVersion version = new StoredVersion();
  private final StoredEvent event = new StoredEvent();

  ReadView(EngineView view, long store) {
    this.view = view;
    this.store = store;
    this.state = StoreState.decode(view.get(Family.SMALL, OnDiskFormat.stateKey(store)));
  }

  /** How far the store had come at the moment of this view. */
  public Applied applied() {
    return state.applied();
  }

  /** The oldest revision that can be read. */
  public long compacted() {
    return state.compacted();
  }

  /**
   * The key's version at {@code revision} (0 for the newest), or null if there was none.
   *
   * @throws CompactedException for a revision below the compaction revision
   */
  public Version get(byte[] key, long revision) {
    checkKept(revision);
    long at = revision == 0 ? Long.MAX_VALUE : revision;
    byte[] storeKey = OnDiskFormat.storeKey(store, key);
    byte[] newest = view.get(Family.NEWEST, storeKey);
    if (newest != null) {
      return versionAt(newest, at) ? version.toVersion(key, false) : null;
    }
    if (state.deletedKeys() == 0 || at >= state.applied().revision()) {
      return null;
    }
    byte[] deleted = view.get(Family.DELETED, storeKey);
    return deleted != null && deletedVersionAt(deleted, at) ? version.toVersion(key, false) : null;
  }

  /** One page of a range, in the order of keys. @throws CompactedException for a revision below the compaction revision */
  public RangePage range(RangeQuery query) {
    checkKept(query.revision());
    Invariant.check(query.limit() >= 0, "a range's limit %d is not negative", query.limit());
    long at = query.revision() == 0 ? Long.MAX_VALUE : query.revision();
    if (query.end() != null && Arrays.compareUnsigned(query.start(), query.end()) >= 0) {
      return new RangePage(List.of(), null, 0, false);
    }
    byte[] start = OnDiskFormat.storeKey(store, query.start());
    byte[] end = query.end() == null ? OnDiskFormat.storeEnd(store) : OnDiskFormat.storeKey(store, query.end());
    boolean past = at < state.applied().revision();
    try (EngineCursor newest = view.cursor(Family.NEWEST, start, end);
        EngineCursor deleted = past && state.deletedKeys() > 0 ? view.cursor(Family.DELETED, start, end) : null) {
      var walk = new Walk(newest, deleted, at, past);
      return query.countOnly() ? count(walk) : page(query, walk);
    }
  }

  private static RangePage count(Walk walk) {
    long count = 0;
    while (walk.advance(false)) {
      count++;
    }
    return new RangePage(List.of(), null, count, false);
  }

  private RangePage page(RangeQuery query, Walk walk) {
    long limit = query.limit() == 0 ? Long.MAX_VALUE : query.limit();
    var versions = new ArrayList<Version>();
    long bytes = 0;
    while (walk.advance(true)) {
      byte[] key = OnDiskFormat.userKey(walk.key);
      if (versions.size() == limit) {
        return new RangePage(versions, null, versions.size(), true);
      }
      if (!versions.isEmpty() && bytes >= query.bytesMax()) {
        return new RangePage(versions, key, versions.size(), true);
      }
      versions.add(version.toVersion(key, query.keysOnly()));
      bytes += key.length + (query.keysOnly() ? 0 : version.valueLength());
    }
    return new RangePage(versions, null, versions.size(), false);
  }

  /** Goes over the keys that lived at a revision: those of today and, for a past one, those deleted since, in one order. */
  private final class Walk {
    private final EngineCursor newest;
    private final EngineCursor deleted;
    private final long at;
    private final boolean past;
    /** Keys under the two cursors; null when one is done. */
    private byte[] newestKey;
    private byte[] deletedKey;
    /** The store's key of the version now in {@link #version}; set only when asked for. */
    private byte[] key;

    Walk(EngineCursor newest, EngineCursor deleted, long at, boolean past) {
      this.newest = newest;
      this.deleted = deleted;
      this.at = at;
      this.past = past;
      newestKey = past ? keyOf(newest) : null;
      deletedKey = deleted == null ? null : keyOf(deleted);
    }

    /** Moves to the next key that lived; with {@code load}, {@link #key} and {@link #version} are its own. */
    boolean advance(boolean load) {
      return past ? advancePast() : advanceNewest(load);
    }

    /** At or above the last revision nothing has to be looked up: what is newest lived. A count copies nothing at all. */
    private boolean advanceNewest(boolean load) {
      if (!newest.valid()) {
        return false;
      }
      if (load) {
        key = newest.key();
        version.read(newest.value());
      }
      newest.next();
      return true;
    }

    private boolean advancePast() {
      while (newestKey != null || deletedKey != null) {
        boolean alive;
        if (deletedKey == null || newestKey != null && Arrays.compareUnsigned(newestKey, deletedKey) < 0) {
          key = newestKey;
          alive = versionAt(newest.value(), at);
          newest.next();
          newestKey = keyOf(newest);
        } else {
          key = deletedKey;
          alive = deletedVersionAt(deleted.value(), at);
          deleted.next();
          deletedKey = keyOf(deleted);
        }
        if (alive) {
          return true;
        }
      }
      return false;
    }

    private static byte[] keyOf(EngineCursor cursor) {
      return cursor.valid() ? cursor.key() : null;
    }
  }

  /** Points {@link #version} at what the key was at a revision, from its newest version on; false if it did not live then. */
  private boolean versionAt(byte[] newest, long at) {
    version.read(newest);
    return version.mod <= at || goBack(version.mod, version.ordinal, at);
  }

  /** The same from the record of the key's delete on. */
  private boolean deletedVersionAt(byte[] record, long at) {
    var in = new BytesIn(record);
    long revision = in.varint();
    return revision > at && goBack(revision, in.count(), at);
  }

  /** Follows what each event replaced, from the one at (revision, ordinal), until something at or below {@code at}. */
  private boolean goBack(long revision, int ordinal, long at) {
    long fromRevision = revision;
    int fromOrdinal = ordinal;
    while (true) {
      OnDiskFormat.eventKey(eventKey, store, fromRevision, fromOrdinal);
      byte[] found = view.get(Family.EVENTS, eventKey);
      if (found == null) {
        throw new StorageFailure(Kind.CORRUPT, "store " + store + " has no event " + fromRevision + "/" + fromOrdinal
            + ", which a read at " + at + " above the compaction revision " + state.compacted() + " needs");
      }
      event.read(found);
      if (event.replaced) {
        event.replaced(version);
        if (version.mod <= at) {
          return true;
        }
        Invariant.check(version.mod < fromRevision, "what event %d replaced is older: %d", fromRevision, version.mod);
        fromRevision = version.mod;
        fromOrdinal = version.ordinal;
      } else if (event.deletedBefore && event.deleteRevision > at) {
        Invariant.check(event.deleteRevision < fromRevision, "the delete before %d is older: %d", fromRevision, event.deleteRevision);
        fromRevision = event.deleteRevision;
        fromOrdinal = event.deleteOrdinal;
      } else {
        return false;
      }
    }
  }

  private void checkKept(long revision) {
    Invariant.check(revision >= 0, "a revision to read at is not negative: %d", revision);
    if (revision != 0 && revision < state.compacted()) {
      throw new CompactedException(revision, state.compacted());
    }
  }

  @Override
  public void close() {
    view.close();
  }
}
