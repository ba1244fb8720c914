package io.cairn.storage.mvcc;

import io.cairn.raft.Invariant;
import io.cairn.storage.OnDiskFormat;
import io.cairn.storage.StorageFailure.Kind;
import io.cairn.storage.StorageFailure;
import io.cairn.storage.bytes.BytesIn;
import io.cairn.storage.engine.EngineView;
import io.cairn.storage.engine.Family;

/**
 * What keys were at a revision, found by going back from what they are: the newest version, and while that is above the revision
 * the events that made and replaced it. The revision is never below the compaction revision, so every event on that way is there. The
 * way is as long as the key was overwritten since; who goes it after another one follows the trail that was left, {@link Trails}.
 */
final class PastVersions {
  private final EngineView view;
  private final long store;
  private final Trails trails;
  private final HistoryRules rules;
  private final long newest;
  /** Whether what was asked for names its revision: then nothing is shown that the rules say is not kept. */
  boolean strict;
  private final Trail way = new Trail();
  private final byte[] eventKey = new byte[OnDiskFormat.EVENT_KEY_BYTES];
  private final StoredEvent event = new StoredEvent();
  /** What the last look found. */
  final StoredVersion version = new StoredVersion();

  PastVersions(EngineView view, long store, Trails trails, HistoryRules rules, long newest) {
    this.rules = rules;
    this.newest = newest;
    this.view = view;
    this.store = store;
    this.trails = trails;
  }

  /** Points {@link #version} at what the key was at a revision, from its newest version on; false if it did not live then. */
  boolean fromNewest(byte[] newest, long at) {
    version.read(newest);
    return version.mod <= at || goBack(version.mod, version.ordinal, at);
  }

  /** The same from the record of the key's delete on. */
  boolean fromDeleted(byte[] record, long at) {
    var in = new BytesIn(record);
    long revision = in.varint();
    return revision > at && goBack(revision, in.count(), at);
  }

  /** Follows what each event replaced, from the one at (revision, ordinal), until something at or below {@code at}. */
  private boolean goBack(long revision, int ordinal, long at) {
    way.clear();
    Trail known = null;
    long fromRevision = revision;
    int fromOrdinal = ordinal;
    while (true) {
      Trail trail = known == null ? trails.from(fromRevision, fromOrdinal) : null;
      if (trail != null) {
        known = trail;
        way.addAll(trail);
        int oldest = trail.oldestAbove(at);
        fromRevision = trail.revision(oldest);
        fromOrdinal = trail.ordinal(oldest);
      } else {
        way.add(fromRevision, fromOrdinal);
      }
      event.read(load(fromRevision, fromOrdinal, at));
      checkKept(at);
      if (event.replaced) {
        event.replaced(version);
        if (version.mod <= at) {
          trails.went(way, known);
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
        trails.went(way, known);
        return false;
      }
    }
  }

  private void checkKept(long at) {
    if (strict && !rules.isEmpty()) {
      long floor = rules.floor(event.key(), newest);
      if (at < floor) {
        throw new CompactedException(at, floor);
      }
    }
  }

  private byte[] load(long revision, int ordinal, long at) {
    OnDiskFormat.eventKey(eventKey, store, revision, ordinal);
    byte[] found = view.get(Family.EVENTS, eventKey);
    if (found == null && !rules.isEmpty()) {
      throw new CompactedException(at, newest); // No history is kept of the key, and its event was removed.
    }
    if (found == null) {
      throw new StorageFailure(Kind.CORRUPT, "store " + store + " has no event " + revision + "/" + ordinal
          + ", which a read at " + at + ", not below the compaction revision, needs");
    }
    return found;
  }
}
