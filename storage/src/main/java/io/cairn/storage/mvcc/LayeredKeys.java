package io.cairn.storage.mvcc;

import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.function.Predicate;

/**
 * Keys as they are below with changes over them.
 *
 * @param <T> what is kept of a change
 */
abstract class LayeredKeys<T> implements Keys {
  private final Keys below;

  LayeredKeys(Keys below) {
    this.below = below;
  }

  /** What the change of this key is; null when there is none. */
  abstract T over(byte[] key);

  /** The changes within the bounds, under keys as they are kept here. */
  abstract NavigableMap<byte[], T> over(byte[] start, byte[] end);

  /** The key of one that is kept here. */
  abstract byte[] key(byte[] kept);

  /** What a change has made of its key; null where it was deleted. */
  abstract Version version(byte[] key, T change);

  @Override
  public final Version get(byte[] key) {
    T change = over(key);
    return change == null ? below.get(key) : version(key, change);
  }

  @Override
  public final void each(byte[] start, byte[] end, boolean reverse, Predicate<Version> visit) {
    if (end != null && Arrays.compareUnsigned(start, end) >= 0) {
      return;
    }
    NavigableMap<byte[], T> changes = over(start, end);
    if (changes.isEmpty()) {
      below.each(start, end, reverse, visit);
    } else {
      new Merge(reverse ? changes.descendingMap() : changes, reverse, visit).run(start, end);
    }
  }

  /** Both in one order; where both have a key, the change counts. */
  private final class Merge {
    private final Iterator<Map.Entry<byte[], T>> changes;
    private final boolean reverse;
    private final Predicate<Version> visit;
    private byte[] nextKey;
    private T nextChange;
    private boolean ended;

    Merge(NavigableMap<byte[], T> changes, boolean reverse, Predicate<Version> visit) {
      this.changes = changes.entrySet().iterator();
      this.reverse = reverse;
      this.visit = visit;
      step();
    }

    void run(byte[] start, byte[] end) {
      below.each(start, end, reverse, this::shown);
      while (!ended && nextKey != null) {
        showChange();
      }
    }

    private boolean shown(Version version) {
      int order = compare(version.key());
      while (!ended && order < 0) {
        showChange();
        order = compare(version.key());
      }
      if (!ended && order == 0) {
        showChange();
      } else if (!ended) {
        ended = !visit.test(version);
      }
      return !ended;
    }

    /** Where the next change lies, seen from this key; behind it when there is none. */
    private int compare(byte[] key) {
      if (nextKey == null) {
        return 1;
      }
      int order = Arrays.compareUnsigned(nextKey, key);
      return reverse ? -order : order;
    }

    private void showChange() {
      Version version = version(nextKey, nextChange);
      ended = version != null && !visit.test(version);
      step();
    }

    private void step() {
      if (changes.hasNext()) {
        Map.Entry<byte[], T> next = changes.next();
        nextKey = key(next.getKey());
        nextChange = next.getValue();
      } else {
        nextKey = null;
      }
    }
  }
}
