package io.cairn.jepsen.history;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The changes that the cluster itself has written down, by revision and by key. */
public final class Truth {
  private final List<Event.Applied> applied;
  private final Map<Long, Event.Applied> byRevision = new TreeMap<>();
  private final TreeMap<String, List<Change>> byKey = new TreeMap<>();

  Truth(List<Event.Applied> unordered) {
    List<Event.Applied> ordered = new ArrayList<>(unordered);
    ordered.sort((one, other) -> Long.compare(one.revision(), other.revision()));
    this.applied = Collections.unmodifiableList(ordered);
    for (Event.Applied each : ordered) {
      byRevision.putIfAbsent(each.revision(), each);
      for (Change change : each.changes()) {
        byKey.computeIfAbsent(change.key(), _ -> new ArrayList<>()).add(change);
      }
    }
  }

  /** In order of revisions. */
  public List<Event.Applied> applied() {
    return applied;
  }

  public Optional<Event.Applied> at(long revision) {
    return Optional.ofNullable(byRevision.get(revision));
  }

  public long lastRevision() {
    return applied.isEmpty() ? 0 : applied.getLast().revision();
  }

  public List<String> keys() {
    return List.copyOf(byKey.keySet());
  }

  /** All that ever happened to a key, in order. */
  public List<Change> of(String key) {
    return Collections.unmodifiableList(byKey.getOrDefault(key, List.of()));
  }

  public Optional<Change> of(String key, long revision) {
    return last(key, revision).filter(change -> change.revision() == revision);
  }

  /** The last change of a key at or below a revision. */
  public Optional<Change> last(String key, long revision) {
    List<Change> changes = byKey.getOrDefault(key, List.of());
    int low = 0;
    int high = changes.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (changes.get(middle).revision() <= revision) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low == 0 ? Optional.empty() : Optional.of(changes.get(low - 1));
  }

  /** What a key held at a revision. */
  public Optional<Version> held(String key, long revision) {
    return last(key, revision).flatMap(Change::now);
  }

  /** What a range held at a revision, in order of keys. */
  public List<Version> held(String start, String end, long revision) {
    List<Version> found = new ArrayList<>();
    if (start.compareTo(end) < 0) {
      byKey.subMap(start, end).keySet().forEach(key -> held(key, revision).ifPresent(found::add));
    }
    return found;
  }

  /** Keys of a range that ever were. */
  public List<String> keys(String start, String end) {
    return start.compareTo(end) < 0 ? List.copyOf(byKey.subMap(start, end).keySet()) : List.of();
  }
}
