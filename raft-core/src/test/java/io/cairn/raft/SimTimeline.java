package io.cairn.raft;

import java.util.Arrays;

/** What is going to happen, soonest first; what is due at the same instant keeps the order in which it was planned. */
final class SimTimeline {

  private static final class Event {
    final long at;
    final long order;
    final Runnable action;

    Event(long at, long order, Runnable action) {
      this.at = at;
      this.order = order;
      this.action = action;
    }

    boolean isBefore(Event other) {
      return at < other.at || (at == other.at && order < other.order);
    }
  }

  private Event[] heap = new Event[256];
  private int count;
  private long order;
  private long now;
  private long happened;

  long now() {
    return now;
  }

  long happened() {
    return happened;
  }

  void after(long delay, Runnable action) {
    if (count == heap.length) {
      heap = Arrays.copyOf(heap, 2 * count);
    }
    var event = new Event(now + Math.max(0, delay), order++, action);
    int at = count++;
    while (at > 0) {
      int parent = (at - 1) >>> 1;
      if (!event.isBefore(heap[parent])) {
        break;
      }
      heap[at] = heap[parent];
      at = parent;
    }
    heap[at] = event;
  }

  /** The next event happens, if it is due by {@code end}. Else time is {@code end}, and false is returned. */
  boolean step(long end) {
    if (count == 0 || heap[0].at > end) {
      now = Math.max(now, end);
      return false;
    }
    Event first = heap[0];
    Event moved = heap[--count];
    heap[count] = null;
    if (count > 0) {
      sink(moved);
    }
    now = first.at;
    happened++;
    first.action.run();
    return true;
  }

  private void sink(Event event) {
    int at = 0;
    for (int child = 1; child < count; child = 2 * at + 1) {
      if (child + 1 < count && heap[child + 1].isBefore(heap[child])) {
        child++;
      }
      if (!heap[child].isBefore(event)) {
        break;
      }
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = event;
  }
}
