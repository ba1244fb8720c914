package io.cairn.client.services;

import io.cairn.client.ByteSeq;
import io.cairn.client.KeyValue;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which instances a service has, from what happens to their entries. Time is handed in: that in which the view was connected, since instances
 * cannot come back while nothing is heard.
 *
 * <p>An entry that goes although it was up has <i>vanished</i>: its lease ended, or somebody deleted it by hand. One that was draining or
 * leaving has gone on purpose, and is forgotten at once. With U entries that are up and V vanished in the time that is kept, the view panics when
 * {@code 100 * U < percent * (U + V)}; only then the vanished are shown, as suspected. So a few that crash go at once, and of a service whose
 * leases all end together most of its instances are there at every moment.
 */
final class Members {

  /** @param since connected time */
  private record Vanished(KnownInstance last, long since) {}

  private final String service;
  private final DiscoveryOptions options;
  private final TreeMap<String, KnownInstance> there = new TreeMap<>();
  private final TreeMap<String, Vanished> vanished = new TreeMap<>();
  private final TreeSet<String> unreadable = new TreeSet<>();
  /** The ids that a state has shown so far; null when none is being shown. */
  private Set<String> shown;

  Members(String service, DiscoveryOptions options) {
    this.service = service;
    this.options = options;
  }

  /** What follows, up to {@link #stateEnds}, is all there is. */
  void stateBegins() {
    shown = new TreeSet<>();
  }

  /** What was known before and has not been shown is not there any more. */
  void stateEnds(long now) {
    if (shown != null) {
      Set<String> seen = shown;
      shown = null;
      List<String> known = new ArrayList<>(there.keySet());
      known.addAll(unreadable);
      known.stream().filter(id -> !seen.contains(id)).forEach(id -> gone(id, now));
    }
  }

  void put(KeyValue kv, long now) {
    String id = ServiceKeys.id(kv.key()).orElse(null);
    if (id == null) {
      return; // No entry: somebody's own key below the service's prefix.
    }
    if (shown != null) {
      shown.add(id);
    }
    KnownInstance known = there.get(id);
    if (known != null && known.modRevision() >= kv.modRevision()) {
      return;
    }
    try {
      ServiceEntry entry = EntryText.read(id, kv.value());
      unreadable.remove(id);
      vanished.remove(id);
      if (entry.lifecycle() == Lifecycle.LEAVING) {
        there.remove(id);
      } else {
        there.put(id, new KnownInstance(entry.instance(), entry.lifecycle(), entry.health(), false, entry.generation(), kv.createRevision(),
            kv.modRevision()));
      }
    } catch (IllegalArgumentException | ArithmeticException e) {
      gone(id, now); // What it was last stays known for a while; what it is now nobody here can tell.
      unreadable.add(id);
    }
  }

  void delete(ByteSeq key, long now) {
    ServiceKeys.id(key).ifPresent(id -> {
      if (shown != null) {
        shown.remove(id);
      }
      gone(id, now);
    });
  }

  private void gone(String id, long now) {
    unreadable.remove(id);
    KnownInstance last = there.remove(id);
    if (last != null && last.lifecycle() == Lifecycle.UP) {
      vanished.put(id, new Vanished(last, now));
    }
  }

  /** Forgets those that vanished too long ago. */
  void forget(long now) {
    Iterator<Vanished> each = vanished.values().iterator();
    while (each.hasNext()) {
      if (now - each.next().since >= options.keepSuspected().toNanos()) {
        each.remove();
      }
    }
  }

  /** In how much more connected time there is one to forget; -1 when there is none. */
  long nextIn(long now) {
    long first = -1;
    for (Vanished each : vanished.values()) {
      long left = Math.max(0, each.since + options.keepSuspected().toNanos() - now);
      first = first < 0 ? left : Math.min(first, left);
    }
    return first;
  }

  ServiceSnapshot snapshot(long revision) {
    long up = there.values().stream().filter(each -> each.lifecycle() == Lifecycle.UP).count();
    boolean panics = isTooFew(up, up + vanished.size());
    Map<String, KnownInstance> known = new TreeMap<>(there);
    if (panics) {
      vanished.forEach((id, each) -> known.put(id, each.last.suspected()));
    }
    List<KnownInstance> wanting = known.values().stream().filter(each -> each.lifecycle() == Lifecycle.UP).toList();
    List<KnownInstance> passing = wanting.stream().filter(each -> each.health() == ServiceHealth.PASSING).toList();
    boolean ignoresHealth = isTooFew(passing.size(), wanting.size());
    return new ServiceSnapshot(service, revision, List.copyOf(known.values()), ignoresHealth ? wanting : passing, panics, ignoresHealth,
        unreadable.size());
  }

  private boolean isTooFew(long good, long all) {
    return good * 100 < options.panicPercent() * all;
  }
}
