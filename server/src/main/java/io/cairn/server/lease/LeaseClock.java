package io.cairn.server.lease;

import io.cairn.platform.Clock;
import io.cairn.server.command.HomeCommand.Seen;
import io.cairn.storage.lease.Lease;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * When leases end, by this replica's own clock: each is stamped when the entry that granted or renewed it is applied here, or, where that
 * is not known, when it was loaded. So whoever leads next ends none early, and renews none by leading. Belongs to the replica's loop.
 */
final class LeaseClock {
  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final int FORGOTTEN_MAX = 1_000;

  /** One for each lease: it is looked at when the lease would have ended by its stamp of then. */
  private record Due(long at, long id, long grant) implements Comparable<Due> {
    @Override
    public int compareTo(Due other) {
      return Long.compare(at - other.at, 0);
    }
  }

  /** A lease, and when it was granted or renewed last. */
  record Held(Lease lease, long stamp) {
    /** When its time is over. */
    long end() {
      return stamp + lease.ttlMillis() * NANOS_PER_MILLI;
    }
  }

  private final Clock clock;
  private final Map<Long, Held> byId = new LinkedHashMap<>();
  private final PriorityQueue<Due> due = new PriorityQueue<>();
  /** Those whose end was proposed, in the order of time: that may come to nothing. */
  private final Deque<Due> proposed = new ArrayDeque<>();
  private int ending;

  LeaseClock(Clock clock) {
    this.clock = clock;
  }

  /** The replica stands on other data: these are all leases. What was renewed unseen is stamped now; the others keep their stamps. */
  void reset(List<Lease> leases) {
    var before = new HashMap<>(byId);
    byId.clear();
    due.clear();
    proposed.clear();
    ending = 0;
    for (Lease lease : leases) {
      Held held = before.get(lease.id());
      hold(lease, held != null && isSame(held.lease, lease) ? held.stamp : clock.nanoTime(), true);
    }
  }

  private static boolean isSame(Lease one, Lease other) {
    return one.grant() == other.grant() && one.epoch() == other.epoch();
  }

  /** A lease is this one now; returns what was known of the same grant before, or null. */
  Held changed(Lease lease) {
    Held any = lease.isForgotten() ? byId.remove(lease.id()) : byId.get(lease.id());
    ending -= any != null && any.lease.ending() ? 1 : 0;
    Held before = any == null || any.lease.grant() != lease.grant() ? null : any;
    if (!lease.isForgotten()) {
      hold(lease, before != null && isSame(before.lease, lease) ? before.stamp : clock.nanoTime(), before == null);
    }
    return before;
  }

  private void hold(Lease lease, long stamp, boolean isNew) {
    var held = new Held(lease, stamp);
    byId.put(lease.id(), held);
    ending += lease.ending() ? 1 : 0;
    if (isNew) {
      due.add(new Due(held.end(), lease.id(), lease.grant()));
      if (due.size() > 2 * byId.size() + FORGOTTEN_MAX) {
        sortAnew();
      }
    }
  }

  /** A key that is put with a TTL ever again leaves a forgotten lease each time: they must not pile up until their times come. */
  private void sortAnew() {
    due.clear();
    proposed.clear();
    for (Lease lease : all()) {
      due.add(new Due(byId.get(lease.id()).end(), lease.id(), lease.grant()));
    }
  }

  /** Leases whose time is over, at most {@code max}; one that is still alive after {@code againNanos} is named again. */
  List<Seen> due(int max, long againNanos) {
    long now = clock.nanoTime();
    var over = new ArrayList<Seen>();
    while (over.size() < max) {
      Due next = poll(now);
      if (next == null) {
        break;
      }
      Held held = byId.get(next.id);
      if (held == null || held.lease.grant() != next.grant || held.lease.ending()) {
        continue;
      }
      if (held.end() - now > 0) {
        due.add(new Due(held.end(), next.id, next.grant)); // It was renewed.
      } else {
        proposed.add(new Due(now + againNanos, next.id, next.grant));
        over.add(new Seen(next.id, next.grant, held.lease.epoch()));
      }
    }
    over.sort(Comparator.comparingLong(Seen::id)); // As they lie in the store.
    return over;
  }

  /** What was named last could not be proposed at all: it is named again at once. */
  void notProposed(List<Seen> over) {
    Set<Long> ids = over.stream().map(Seen::id).collect(Collectors.toSet());
    proposed.removeIf(each -> ids.contains(each.id));
    long now = clock.nanoTime();
    over.forEach(seen -> due.add(new Due(now, seen.id(), seen.grant())));
  }

  private Due poll(long now) {
    if (!proposed.isEmpty() && proposed.peek().at - now <= 0) {
      return proposed.poll();
    }
    return !due.isEmpty() && due.peek().at - now <= 0 ? due.poll() : null;
  }

  Lease get(long id) {
    Held held = byId.get(id);
    return held == null ? null : held.lease;
  }

  /** What is left of a lease that is held here: within 0 and its TTL (LL-06). */
  long remainingMillis(long id) {
    Held held = byId.get(id);
    long left = held.lease.ending() ? 0 : (held.end() - clock.nanoTime()) / NANOS_PER_MILLI;
    return Math.max(0, Math.min(left, held.lease.ttlMillis()));
  }

  /** In the order of ids. */
  List<Lease> all() {
    return byId.values().stream().map(Held::lease).sorted(Comparator.comparingLong(Lease::id)).toList();
  }

  /** How many have an end that has begun. */
  int ending() {
    return ending;
  }

  int size() {
    return byId.size();
  }
}
