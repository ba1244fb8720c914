package io.cairn.storage.mvcc;

import io.cairn.raft.Invariant;
import io.cairn.storage.OnDiskFormat;
import io.cairn.storage.engine.EngineCursor;
import io.cairn.storage.engine.EngineView;
import io.cairn.storage.engine.Family;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Several reads of one store on one consistent view, of the newest and of past revisions. For one thread; to be closed. How a
 * past version is found: {@code PastVersions}; how a range is walked: {@code KeyWalk}.
 */
public final class ReadView implements AutoCloseable {
  private final EngineView view;
  private final long store;
  private final StoreState state;
  private final PastVersions versions;
  private final HistoryRules rules;

  /** @param ruled whether there may be rules about history */
  ReadView(EngineView view, long store, Trails trails, boolean ruled) {
    this.view = view;
    this.store = store;
    this.state = StoreState.decode(view.get(Family.SMALL, OnDiskFormat.stateKey(store)));
    this.rules = ruled ? HistoryRules.decode(view.get(Family.SMALL, NamedRecords.key(store, HistoryRules.RECORD))) : HistoryRules.NONE;
    this.versions = new PastVersions(view, store, trails, rules, state.applied().revision());
  }

  /** What is read is asked for by its revision: where no history is kept it shows nothing that has changed since. */
  ReadView strict() {
    versions.strict = true;
    return this;
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
      return versions.fromNewest(newest, at) ? versions.version.toVersion(key, false) : null;
    }
    if (state.deletedKeys() == 0 || at >= state.applied().revision()) {
      return null;
    }
    byte[] deleted = view.get(Family.DELETED, storeKey);
    return deleted != null && versions.fromDeleted(deleted, at) ? versions.version.toVersion(key, false) : null;
  }

  /** One page of a range. @throws CompactedException for a revision below the compaction revision */
  public RangePage range(RangeQuery query) {
    checkKept(query.revision());
    Invariant.check(query.limit() >= 0, "a range's limit %d is not negative", query.limit());
    Invariant.check(!(query.countOnly() && query.reverse()), "a count goes forward");
    if (isEmpty(query.start(), query.end())) {
      return new RangePage(List.of(), null, 0, 0, false);
    }
    return walk(query.start(), query.end(), query.revision(), query.reverse(), query.stepsMax(),
        walk -> query.countOnly() ? count(walk) : page(query, walk));
  }

  /** One page of what lies one level below a prefix. @throws CompactedException for a revision below the compaction revision */
  public ChildrenPage children(ChildrenQuery query) {
    checkKept(query.revision());
    Invariant.check(query.delimiter().length > 0, "a delimiter has at least one byte");
    if (isEmpty(query.start(), query.end())) {
      return new ChildrenPage(List.of(), null, query.start());
    }
    return walk(query.start(), query.end(), query.revision(), false, query.stepsMax(), walk -> children(query, walk));
  }

  /** One page of what became of a key. */
  public KeyHistoryPage history(KeyHistoryQuery query) {
    return new KeyHistoryWalk(view, store, state, rules, query.key()).page(query);
  }

  private static boolean isEmpty(byte[] start, byte[] end) {
    return end != null && Arrays.compareUnsigned(start, end) >= 0;
  }

  private interface Walked<T> {
    T of(KeyWalk walk);
  }

  private <T> T walk(byte[] from, byte[] to, long revision, boolean reverse, int stepsMax, Walked<T> walked) {
    long at = revision == 0 ? Long.MAX_VALUE : revision;
    byte[] start = OnDiskFormat.storeKey(store, from);
    byte[] end = to == null ? OnDiskFormat.storeEnd(store) : OnDiskFormat.storeKey(store, to);
    boolean past = at < state.applied().revision();
    try (EngineCursor newest = view.cursor(Family.NEWEST, start, end);
        EngineCursor deleted = past && state.deletedKeys() > 0 ? view.cursor(Family.DELETED, start, end) : null) {
      return walked.of(new KeyWalk(versions, newest, deleted, at, past, reverse, stepsMax));
    }
  }

  private static RangePage count(KeyWalk walk) {
    long count = 0;
    while (walk.advance(false)) {
      count++;
    }
    byte[] resume = walk.paused ? OnDiskFormat.userKey(walk.pausedAt()) : null;
    return new RangePage(List.of(), resume, count, 0, walk.paused);
  }

  private RangePage page(RangeQuery query, KeyWalk walk) {
    long limit = query.limit() == 0 ? Long.MAX_VALUE : query.limit();
    var found = new ArrayList<Version>();
    long bytes = 0;
    byte[] last = null;
    while (walk.advance(true)) {
      byte[] key = OnDiskFormat.userKey(walk.key);
      int size = key.length + (query.keysOnly() ? 0 : versions.version.valueLength());
      boolean begun = query.begun() || !found.isEmpty();
      if (found.size() == limit || begun && bytes + size > query.bytesLeft()) {
        return new RangePage(found, null, found.size(), bytes, true);
      }
      if (!found.isEmpty() && bytes >= query.bytesMax()) {
        return new RangePage(found, query.reverse() ? last : key, found.size(), bytes, true);
      }
      found.add(versions.version.toVersion(key, query.keysOnly()));
      bytes += size;
      last = key;
    }
    byte[] resume = walk.paused ? OnDiskFormat.userKey(walk.pausedAt()) : null;
    return new RangePage(found, resume, found.size(), bytes, walk.paused);
  }

  /** One seek for each child that keys lie below, however many they are; one step for each that is a key. */
  private ChildrenPage children(ChildrenQuery query, KeyWalk walk) {
    var children = new ArrayList<Child>();
    byte[] behind = query.start();
    long bytes = 0;
    while (walk.advance(true)) {
      byte[] key = OnDiskFormat.userKey(walk.key);
      if (query.limit() > 0 && children.size() == query.limit() || !children.isEmpty() && bytes >= query.bytesMax()) {
        return new ChildrenPage(children, key, key);
      }
      int length = levelEnd(key, query.prefix().length, query.delimiter());
      boolean below = length > 0;
      byte[] name = below ? Arrays.copyOf(key, length) : key;
      children.add(new Child(name, below));
      bytes += name.length;
      behind = below ? KeyBounds.prefixEnd(name) : KeyBounds.successor(key);
      if (behind == null) {
        return new ChildrenPage(children, null, query.end());
      }
      if (below) {
        walk.skipTo(OnDiskFormat.storeKey(store, behind));
      }
    }
    byte[] resume = walk.paused ? OnDiskFormat.userKey(walk.pausedAt()) : null;
    return new ChildrenPage(children, resume, resume == null ? behind : resume);
  }

  /** The length of the key up to and including the first delimiter at or behind {@code from}; 0 without one. */
  private static int levelEnd(byte[] key, int from, byte[] delimiter) {
    for (int i = from; i + delimiter.length <= key.length; i++) {
      if (Arrays.equals(key, i, i + delimiter.length, delimiter, 0, delimiter.length)) {
        return i + delimiter.length;
      }
    }
    return 0;
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
