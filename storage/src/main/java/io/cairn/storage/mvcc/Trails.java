package io.cairn.storage.mvcc;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Long ways back through a key's events, left by those who went them. Clients that read page after page at one revision, while keys on
 * the way are overwritten a thousand times, would else load each of those thousand events for each page that has such a key.
 *
 * <p>An event never changes and neither does what it replaced, so a trail stays true for every view that has its first event; events that
 * history was cut from are below every revision that may still be read, and nobody is led to them. From any thread.
 */
final class Trails {
  /** Ways that are not longer are gone again. */
  private static final int LONG_WAY = 16;
  /** Over all trails, of 12 bytes each. */
  private static final long EVENTS_MOST = 1 << 17;

  private record Event(long revision, int ordinal) {}

  private final ConcurrentHashMap<Event, Trail> trails = new ConcurrentHashMap<>();
  private final AtomicLong events = new AtomicLong();

  /** What lies before this event and begins with it, or null; not to be changed. */
  Trail from(long revision, int ordinal) {
    return trails.isEmpty() ? null : trails.get(new Event(revision, ordinal));
  }

  /** Somebody went this way, over {@code known} if that is not null; it is copied if it is worth it. */
  void went(Trail way, Trail known) {
    if (way.length() <= LONG_WAY || known != null && way.length() <= known.length() || way.length() > EVENTS_MOST / 2) {
      return;
    }
    if (events.addAndGet(way.length()) > EVENTS_MOST) {
      // Found again by those who go there.
      trails.clear();
      events.set(way.length());
    }
    forget(trails.put(new Event(way.revision(0), way.ordinal(0)), way.copy()));
    if (known != null && known.revision(0) != way.revision(0)) {
      forget(trails.remove(new Event(known.revision(0), known.ordinal(0))));
    }
  }

  private void forget(Trail trail) {
    if (trail != null) {
      events.addAndGet(-trail.length());
    }
  }
}
