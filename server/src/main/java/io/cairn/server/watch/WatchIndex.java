package io.cairn.server.watch;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Which watches a key concerns. Single keys are looked up; ranges lie in a tree by their starts, in which each node knows the last end
 * below it, so that only ranges near the key are looked at. Watches of equal ranges share a place: the cost of an event is that of
 * its watches, not of all.
 */
final class WatchIndex {

  private record Bounds(byte[] start, byte[] end) {
    private static final Comparator<Bounds> ORDER = Comparator.comparing(Bounds::start, Arrays::compareUnsigned)
        .thenComparing(Bounds::end, Arrays::compareUnsigned);
  }

  private final Map<ByteBuffer, Collection<Watch>> singles = new LinkedHashMap<>();
  private final TreeMap<Bounds, Collection<Watch>> ranges = new TreeMap<>(Bounds.ORDER);
  /** The ranges as a balanced tree over this array, made anew when a range came or went. */
  private List<Map.Entry<Bounds, Collection<Watch>>> tree = List.of();
  private byte[][] lastEnds = {};
  private boolean stale;
  private int size;

  boolean isEmpty() {
    return size == 0;
  }

  void add(Watch watch) {
    size++;
    WatchTerms terms = watch.terms();
    if (terms.isSingle()) {
      singles.computeIfAbsent(ByteBuffer.wrap(terms.start()), _ -> new LinkedHashSet<>()).add(watch);
      return;
    }
    ranges.computeIfAbsent(new Bounds(terms.start(), terms.end()), _ -> {
      stale = true;
      return new LinkedHashSet<>();
    }).add(watch);
  }

  void remove(Watch watch) {
    WatchTerms terms = watch.terms();
    boolean single = terms.isSingle();
    var bounds = new Bounds(terms.start(), terms.end());
    Collection<Watch> equal = single ? singles.get(ByteBuffer.wrap(terms.start())) : ranges.get(bounds);
    if (equal == null || !equal.remove(watch)) {
      return;
    }
    size--;
    if (equal.isEmpty() && single) {
      singles.remove(ByteBuffer.wrap(terms.start()));
    } else if (equal.isEmpty()) {
      ranges.remove(bounds);
      stale = true;
    }
  }

  boolean anyMatch(Predicate<Watch> condition) {
    return singles.values().stream().anyMatch(each -> each.stream().anyMatch(condition))
        || ranges.values().stream().anyMatch(each -> each.stream().anyMatch(condition));
  }

  /** All of them, in an order that does not change from run to run. */
  List<Watch> all() {
    var all = new ArrayList<Watch>(size);
    each(all::add);
    return all;
  }

  /** The same; none may come or go meanwhile. */
  void each(Consumer<Watch> see) {
    ranges.values().forEach(same -> same.forEach(see));
    singles.values().forEach(same -> same.forEach(see));
  }

  /** Shows {@code each} watch whose range holds the key. */
  void match(byte[] key, Consumer<Watch> each) {
    if (!singles.isEmpty()) {
      Collection<Watch> same = singles.get(ByteBuffer.wrap(key));
      if (same != null) {
        same.forEach(each);
      }
    }
    if (stale) {
      build();
    }
    match(0, tree.size() - 1, key, each);
  }

  private void match(int low, int high, byte[] key, Consumer<Watch> each) {
    if (low > high) {
      return;
    }
    int middle = (low + high) >>> 1;
    if (Arrays.compareUnsigned(lastEnds[middle], key) <= 0) {
      return; // Every range below this node ends before the key.
    }
    match(low, middle - 1, key, each);
    Bounds bounds = tree.get(middle).getKey();
    if (Arrays.compareUnsigned(bounds.start(), key) <= 0) {
      if (Arrays.compareUnsigned(key, bounds.end()) < 0) {
        tree.get(middle).getValue().forEach(each);
      }
      match(middle + 1, high, key, each);
    }
  }

  private void build() {
    stale = false;
    tree = new ArrayList<>(ranges.entrySet());
    lastEnds = new byte[tree.size()][];
    lastEnd(0, tree.size() - 1);
  }

  private byte[] lastEnd(int low, int high) {
    if (low > high) {
      return new byte[0];
    }
    int middle = (low + high) >>> 1;
    byte[] last = tree.get(middle).getKey().end();
    for (byte[] below : List.of(lastEnd(low, middle - 1), lastEnd(middle + 1, high))) {
      last = Arrays.compareUnsigned(below, last) > 0 ? below : last;
    }
    lastEnds[middle] = last;
    return last;
  }
}
