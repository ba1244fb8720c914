package io.cairn.storage.mvcc;

import java.util.concurrent.ConcurrentHashMap;

/**
 * Long ways back through a key's events, found by those who went them: from one event to an older one of the same key. Clients that
 * read page after page at one revision, while keys on the way are overwritten a thousand times, would else load each of those thousand
 * events for each page that has such a key.
 *
 * <p>An event never changes and neither does what it replaced, so what was found stays true for every view that has the event; an event
 * that history was cut from is below every revision that may still be read, and no step to it is taken. From any thread.
 */
final class BackSteps {
  /** Ways that are not longer are gone again. */
  private static final int LONG_WAY = 16;
  /** About 100 bytes each. */
  private static final int STEPS_MOST = 4096;

  /** The event of a store at a revision and ordinal. */
  record Event(long revision, int ordinal) {}

  private final ConcurrentHashMap<Event, Event> steps = new ConcurrentHashMap<>();

  /** An event further back on the way from this one that is above {@code at} as well, or null. */
  Event from(long revision, int ordinal, long at) {
    if (steps.isEmpty()) {
      return null;
    }
    Event further = steps.get(new Event(revision, ordinal));
    return further != null && further.revision > at ? further : null;
  }

  /** The way from one event of a key to another went over so many of its events. */
  void went(long revision, int ordinal, long toRevision, int toOrdinal, int events) {
    if (events <= LONG_WAY) {
      return;
    }
    if (steps.size() >= STEPS_MOST) {
      // Found again by the next who goes there.
      steps.clear();
    }
    steps.put(new Event(revision, ordinal), new Event(toRevision, toOrdinal));
  }
}
