package io.cairn.server.watch;

import java.util.ArrayList;
import java.util.List;

/** The latest events of one shard, without a gap: all above {@link #base}. Bounded in bytes; the oldest go first, a revision whole. */
final class EventRing {
  private final ArrayList<FeedEvent> events = new ArrayList<>();
  /** Those before it are dropped; they are taken out of the list when they are half of it. */
  private int first;
  private long base;
  private long bytes;

  EventRing(long base) {
    this.base = base;
  }

  /** Everything above it is here. */
  long base() {
    return base;
  }

  long bytes() {
    return bytes;
  }

  void add(FeedEvent event) {
    events.add(event);
    bytes += event.bytes();
  }

  /** Holds nothing any more, and nothing at or below {@code revision} again. */
  void restart(long revision) {
    events.clear();
    first = 0;
    bytes = 0;
    base = revision;
  }

  void trim(long bytesMax) {
    while (bytes > bytesMax && first < events.size()) {
      base = events.get(first).revision();
      while (first < events.size() && events.get(first).revision() == base) {
        bytes -= events.get(first).bytes();
        events.set(first++, null);
      }
    }
    if (first > events.size() / 2) {
      events.subList(0, first).clear();
      first = 0;
    }
  }

  /** Those in {@code [from, to]}, in order; {@code from} is above the base. A view, until the ring is changed. */
  List<FeedEvent> between(long from, long to) {
    return events.subList(firstAtOrAbove(from), firstAtOrAbove(to + 1));
  }

  private int firstAtOrAbove(long revision) {
    int low = first;
    int high = events.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (events.get(middle).revision() < revision) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
