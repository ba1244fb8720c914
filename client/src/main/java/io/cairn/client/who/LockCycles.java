package io.cairn.client.who;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds places that wait for one another. A function of the queues and nothing else.
 *
 * <p>A thread that waits at a place does nothing else, so a place that waits goes once it is granted. One that is granted belongs to a thread that may be
 * waiting in <em>another</em> queue for a lock of the same session: which one is not known, so it is taken to go when no place of its session waits in
 * another queue any more. Places that go by this are taken away, again and again; one that waits for some of several permits is so no reason
 * while another permit can come free. What is left is stuck: each place that waits there is behind another one that does not go, and following
 * that from one to the next runs into a circle.
 */
final class LockCycles {
  private final List<LockQueue> queues;
  /** Of each session, how many of its places wait; and of each queue by its index. */
  private final Map<Long, Integer> waiting = new HashMap<>();
  private final List<Map<Long, Integer>> waitingIn = new ArrayList<>();
  /** Places that wait, and will be granted. */
  private final Set<QueuedPlace> granted = new HashSet<>();

  private LockCycles(List<LockQueue> queues) {
    this.queues = queues;
  }

  /** One circle for each group of places that is stuck; in an order that follows from the queues. */
  static List<LockCycle> of(List<LockQueue> queues) {
    var cycles = new LockCycles(queues);
    for (LockQueue queue : queues) {
      Map<Long, Integer> here = new HashMap<>();
      cycles.waitingIn.add(here);
      for (QueuedPlace place : queue.places()) {
        if (waits(place)) {
          here.merge(place.lease(), 1, Integer::sum);
          cycles.waiting.merge(place.lease(), 1, Integer::sum);
        }
      }
    }
    boolean changed = true;
    while (changed) { // Each turn but the last one grants a place.
      changed = false;
      for (int i = 0; i < queues.size(); i++) {
        changed |= cycles.takeAway(i);
      }
    }
    return cycles.circles();
  }

  /** What somebody put into a queue without a lease waits for nobody. */
  private static boolean waits(QueuedPlace place) {
    return !place.granted() && place.lease() != 0;
  }

  /** Whether it goes, by what is known by now. */
  private boolean goes(int queue, QueuedPlace place) {
    long lease = place.lease();
    return waits(place) ? granted.contains(place) : waiting.getOrDefault(lease, 0).equals(waitingIn.get(queue).getOrDefault(lease, 0));
  }

  /** Whether a place turned out to be granted some time. */
  private boolean takeAway(int queue) {
    boolean changed = false;
    var before = new LockQueue.Before();
    for (QueuedPlace place : queues.get(queue).places()) {
      if (waits(place) && !granted.contains(place) && before.lets(place)) {
        granted.add(place);
        waiting.merge(place.lease(), -1, Integer::sum);
        waitingIn.get(queue).merge(place.lease(), -1, Integer::sum);
        changed = true;
      }
      if (!goes(queue, place)) {
        before.add(place);
      }
    }
    return changed;
  }

  /** A place that is stuck, with its queue. */
  private record Stuck(int queue, QueuedPlace place) {}

  private List<LockCycle> circles() {
    Map<Long, List<Stuck>> ofLease = new HashMap<>();
    List<Stuck> all = new ArrayList<>();
    for (int i = 0; i < queues.size(); i++) {
      for (QueuedPlace place : queues.get(i).places()) {
        if (waits(place) && !granted.contains(place)) {
          var stuck = new Stuck(i, place);
          all.add(stuck);
          ofLease.computeIfAbsent(place.lease(), lease -> new ArrayList<>()).add(stuck);
        }
      }
    }
    List<LockCycle> circles = new ArrayList<>();
    Set<Stuck> seen = new HashSet<>();
    for (Stuck from : all) {
      Map<Stuck, LockCycle.Wait> path = new HashMap<>();
      Set<Stuck> order = new LinkedHashSet<>();
      Stuck at = from;
      while (seen.add(at)) {
        QueuedPlace behind = before(at);
        path.put(at, new LockCycle.Wait(queues.get(at.queue()), at.place(), behind));
        order.add(at);
        at = next(at.queue(), behind, ofLease);
      }
      if (path.containsKey(at)) {
        List<LockCycle.Wait> waits = new ArrayList<>();
        boolean inside = false;
        for (Stuck each : order) {
          inside |= each.equals(at);
          if (inside) {
            waits.add(path.get(each));
          }
        }
        circles.add(new LockCycle(waits));
      }
    }
    return circles;
  }

  /** The first place before it that does not go and keeps it waiting. */
  private QueuedPlace before(Stuck stuck) {
    for (QueuedPlace each : queues.get(stuck.queue()).places()) {
      if (each.before() < stuck.place().before() && !goes(stuck.queue(), each) && stuck.place().yieldsTo(each)) {
        return each;
      }
    }
    throw new IllegalStateException("nothing is before the place that waits: " + stuck);
  }

  /** What the place waits for in its turn: it waits itself, or its session does in another queue. */
  private Stuck next(int queue, QueuedPlace place, Map<Long, List<Stuck>> ofLease) {
    if (waits(place)) {
      return new Stuck(queue, place);
    }
    for (Stuck each : ofLease.getOrDefault(place.lease(), List.of())) {
      if (each.queue() != queue) {
        return each;
      }
    }
    throw new IllegalStateException("it goes: " + place);
  }
}
