package io.cairn.jepsen.check;

import io.cairn.jepsen.history.Change;
import io.cairn.jepsen.history.Event;
import io.cairn.jepsen.history.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** What a right cluster would hold: the truth that test histories are made from. Keys from {@code b} on lie in shard 2. */
final class FakeStore {
  private final TreeMap<String, Version> held = new TreeMap<>();
  private long revision = 1;

  long revision() {
    return revision;
  }

  Optional<Version> get(String key) {
    return Optional.ofNullable(held.get(key));
  }

  List<Version> range(String start, String end) {
    return List.copyOf(held.subMap(start, end).values());
  }

  static int shard(String key) {
    return key.compareTo("b") < 0 ? 1 : 2;
  }

  /** Puts values, or deletes where they are null, all at one revision; empty where that changes nothing. */
  Optional<Event.Applied> write(long at, Map<String, String> values, long lease) {
    List<Change> changes = new ArrayList<>();
    long next = revision + 1;
    values.forEach((key, value) -> {
      Optional<Version> before = get(key);
      if (value != null) {
        changes.add(Change.put(Model.put(before, key, value, lease, next), before));
      } else {
        before.ifPresent(version -> changes.add(Change.delete(next, version)));
      }
    });
    return apply(at, changes, 0);
  }

  /** Deletes what a lease holds, in each shard at a revision of its own. */
  List<Event.Applied> end(long at, long lease) {
    List<Event.Applied> ends = new ArrayList<>();
    for (int shard : List.of(1, 2)) {
      List<Change> changes = new ArrayList<>();
      for (String key : new TreeSet<>(held.keySet())) {
        if (held.get(key).lease() == lease && shard(key) == shard) {
          changes.add(Change.delete(revision + 1, held.get(key)));
        }
      }
      apply(at, changes, lease).ifPresent(ends::add);
    }
    return ends;
  }

  private Optional<Event.Applied> apply(long at, List<Change> changes, long endedLease) {
    if (changes.isEmpty()) {
      return Optional.empty();
    }
    revision++;
    for (Change change : changes) {
      if (change.isDelete()) {
        held.remove(change.key());
      } else {
        held.put(change.key(), change.now().orElseThrow());
      }
    }
    return Optional.of(new Event.Applied(at, shard(changes.getFirst().key()), revision, endedLease, changes));
  }
}
