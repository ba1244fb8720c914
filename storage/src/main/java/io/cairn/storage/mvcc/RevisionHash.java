package io.cairn.storage.mvcc;

import io.cairn.raft.Invariant;
import io.cairn.storage.OnDiskFormat;
import io.cairn.storage.bytes.BytesOut;
import io.cairn.storage.engine.EngineCursor;
import io.cairn.storage.engine.EngineView;
import io.cairn.storage.engine.Family;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * A hash over what a shard meant at one revision: the keys that lived there with their versions, and the events up to it that are
 * kept. What came later is left out, and so is how anything lies on disk: two replicas that are resolved at the revision and
 * compacted equally far have the same hash, whatever each has applied beyond it.
 *
 * <p>It is made slice by slice, each on a view of its own, so that one large shard neither holds the thread nor pins the engine's
 * files. What a revision shows does not change between slices. For one thread at a time.
 */
public final class RevisionHash {
  private final long revision;
  private final MessageDigest digest;
  private final BytesOut line = new BytesOut(1 << 10);
  private final StoredVersion version = new StoredVersion();
  private final StoredEvent event = new StoredEvent();
  private long compacted = -1;
  /** The store's own key to go on from among keys (no store prefix); null when they are done. */
  private byte[] nextKey = {};
  private long nextEventRevision;
  private int nextEventOrdinal;
  private boolean done;
  private long keys;
  private long bytes;

  /** @param revision the shard is resolved there, and the stores given to {@link #advance} have applied all up to it */
  public RevisionHash(long revision) {
    Invariant.check(revision > 0, "a hash is made at a revision, was %d", revision);
    this.revision = revision;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /**
   * Takes in about so many bytes more. The store may be another one than in the slice before, when a snapshot took its place.
   *
   * @return whether that was all
   * @throws CompactedException when the revision is not kept any more
   */
  public boolean advance(ShardStore store, long bytesMax) {
    try (EngineView view = store.engine().view()) {
      StoreState state = StoreState.decode(view.get(Family.SMALL, OnDiskFormat.stateKey(store.store())));
      if (revision < state.compacted()) {
        throw new CompactedException(revision, state.compacted());
      }
      if (state.compacted() != compacted) {
        restart(state.compacted());
      }
      if (nextKey != null) {
        keys(view, store, state, bytesMax);
      } else {
        events(view, store.store(), bytesMax);
      }
    }
    return done;
  }

  /** The first 64 bits, once {@link #advance} has said that this was all. */
  public long hash() {
    Invariant.check(done, "a hash is read when it is complete");
    return OnDiskFormat.readInt64(digest.digest(), 0);
  }

  /** Keys taken in so far. */
  public long keys() {
    return keys;
  }

  /** Bytes of keys, values and history taken in so far. */
  public long bytes() {
    return bytes;
  }

  /** The compaction revision: hashes made above different ones do not compare. */
  public long compacted() {
    return compacted;
  }

  /** The first slice, or history was dropped in between: then what was taken in of it does not count. */
  private void restart(long compactedTo) {
    compacted = compactedTo;
    digest.reset();
    nextKey = new byte[0];
    nextEventRevision = compactedTo + 1;
    nextEventOrdinal = 0;
    keys = 0;
    bytes = 0;
    add(line.clear().int8('A').int64(revision).int64(compactedTo));
  }

  private void keys(EngineView view, ShardStore store, StoreState state, long bytesMax) {
    byte[] start = OnDiskFormat.storeKey(store.store(), nextKey);
    byte[] end = OnDiskFormat.storeEnd(store.store());
    boolean past = revision < state.applied().revision();
    long until = bytes + bytesMax;
    var versions = new PastVersions(view, store.store(), store.trails(), rules(view, store.store()), state.applied().revision());
    try (EngineCursor newest = view.cursor(Family.NEWEST, start, end);
        EngineCursor deleted = past && state.deletedKeys() > 0 ? view.cursor(Family.DELETED, start, end) : null) {
      var walk = new KeyWalk(versions, newest, deleted, revision, past, false, RangeQuery.STEPS_MAX);
      while (bytes < until && walk.advance(true)) {
        byte[] key = OnDiskFormat.userKey(walk.key);
        add(ContentHash.newestLine(line, key, versions.version));
        keys++;
        nextKey = KeyBounds.successor(key);
      }
      if (walk.paused) {
        nextKey = OnDiskFormat.userKey(walk.pausedAt());
      } else if (bytes < until) {
        nextKey = null;
      }
    }
  }

  private void events(EngineView view, long store, long bytesMax) {
    long until = bytes + bytesMax;
    byte[] start = OnDiskFormat.eventKey(store, nextEventRevision, nextEventOrdinal);
    byte[] end = revision == Long.MAX_VALUE ? OnDiskFormat.storeEnd(store) : OnDiskFormat.eventKey(store, revision + 1, 0);
    HistoryRules rules = rules(view, store);
    try (EngineCursor cursor = view.cursor(Family.EVENTS, start, end)) {
      for (; cursor.valid(); cursor.next()) {
        byte[] key = cursor.key();
        if (bytes >= until) {
          nextEventRevision = OnDiskFormat.eventRevision(key);
          nextEventOrdinal = OnDiskFormat.eventOrdinal(key);
          return;
        }
        if (rules.isEmpty() || !rules.isGone(event.read(cursor.value()).key(), OnDiskFormat.eventRevision(key))) {
          add(ContentHash.eventLine(line, key, event.read(cursor.value()), version));
        }
      }
    }
    done = true;
  }

  private static HistoryRules rules(EngineView view, long store) {
    return HistoryRules.decode(view.get(Family.SMALL, NamedRecords.key(store, HistoryRules.RECORD)));
  }

  private void add(BytesOut text) {
    digest.update(text.buffer(), 0, text.length());
    bytes += text.length();
  }
}
