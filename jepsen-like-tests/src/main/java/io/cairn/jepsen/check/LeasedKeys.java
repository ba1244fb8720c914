package io.cairn.jepsen.check;

import io.cairn.jepsen.history.Change;
import io.cairn.jepsen.history.Event;
import io.cairn.jepsen.history.Version;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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
    Map<Long, Set<String>> deleted = new TreeMap<>();
    applied.endedLeases().forEach(lease -> deleted.put(lease, new TreeSet<>()));
    for (Change change : applied.changes()) {
      Place before = placeOf.remove(change.key());
      Set<String> ofIts = before == null ? null : deleted.get(before.lease());
      if (ofIts != null && change.isDelete()) {
        ofIts.add(change.key());
      } else {
        findings.check(!applied.isEnd(), LeaseChecker.AT_ONCE, "the ends of leases %s in shard %d come with %s, which is under none of them",
            applied.endedLeases(), applied.shard(), change);
        if (before != null) {
          held.get(before).remove(change.key());
        }
      }
      long lease = change.now().map(Version::lease).orElse(0L);
      if (lease != 0) {
        attached(change, new Place(lease, applied.shard()));
      }
    }
    deleted.forEach((lease, keys) -> ended(applied, lease, keys));
  }

  private void attached(Change change, Place place) {
    findings.check(!gone.containsKey(place), LeaseChecker.NOTHING_AFTER, "%s comes under lease %d, whose keys in shard %d went at %s", change,
        place.lease(), place.shard(), gone.get(place));
    held.computeIfAbsent(place, _ -> new TreeSet<>()).add(change.key());
    placeOf.put(change.key(), place);
  }

  private void ended(Event.Applied applied, long lease, Set<String> deleted) {
    Place place = new Place(lease, applied.shard());
    if (deleted.isEmpty() && held.getOrDefault(place, Set.of()).isEmpty()) {
      return; // It is named beside others, and had no keys left.
    }
    Long earlier = gone.putIfAbsent(place, applied.revision());
    Set<String> due = held.getOrDefault(place, Set.of());
    findings.check(earlier == null && deleted.equals(due), LeaseChecker.AT_ONCE, "the end of lease %d in shard %d deletes %s at %d%s, it held %s",
        place.lease(), place.shard(), deleted, applied.revision(), earlier == null ? "" : " and came before at " + earlier, due);
    held.remove(place);
  }
}
