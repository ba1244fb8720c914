package io.cairn.jepsen.check;

import io.cairn.jepsen.history.Change;
import io.cairn.jepsen.history.Event;
import io.cairn.jepsen.history.Version;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Which keys each lease holds in each shard, revision by revision. */
final class LeasedKeys {
  private record Place(long lease, int shard) {}

  private final Findings findings;
  private final Map<Place, Set<String>> held = new HashMap<>();
  private final Map<String, Place> placeOf = new HashMap<>();
  /** At which revision its keys went. */
  private final Map<Place, Long> gone = new HashMap<>();

  LeasedKeys(Findings findings) {
    this.findings = findings;
  }

  /** The next revision. */
  void applied(Event.Applied applied) {
    for (Change change : applied.changes()) {
      Place before = placeOf.remove(change.key());
      if (before != null && (applied.endedLease() == 0 || before.lease() != applied.endedLease() || !change.isDelete())) {
        held.get(before).remove(change.key());
      }
      long lease = change.now().map(Version::lease).orElse(0L);
      if (lease != 0) {
        attached(change, new Place(lease, applied.shard()));
      }
    }
    if (applied.endedLease() != 0) {
      ended(applied);
    }
  }

  private void attached(Change change, Place place) {
    findings.check(!gone.containsKey(place), LeaseChecker.NOTHING_AFTER, "%s comes under lease %d, whose keys in shard %d went at %s", change,
        place.lease(), place.shard(), gone.get(place));
    held.computeIfAbsent(place, _ -> new TreeSet<>()).add(change.key());
    placeOf.put(change.key(), place);
  }

  private void ended(Event.Applied applied) {
    Place place = new Place(applied.endedLease(), applied.shard());
    Set<String> deleted = new TreeSet<>();
    applied.changes().forEach(change -> deleted.add(change.key()));
    Long earlier = gone.putIfAbsent(place, applied.revision());
    Set<String> due = held.getOrDefault(place, Set.of());
    findings.check(earlier == null && deleted.equals(due), LeaseChecker.AT_ONCE, "the end of lease %d in shard %d deletes %s at %d%s, it held %s",
        place.lease(), place.shard(), deleted, applied.revision(), earlier == null ? "" : " and came before at " + earlier, due);
    held.remove(place);
  }
}
