package io.cairn.server.watch;

import io.cairn.server.replica.Replica;
import io.cairn.storage.mvcc.CompactedException;
import io.cairn.storage.mvcc.Event;
import io.cairn.storage.mvcc.EventReader;
import io.cairn.storage.mvcc.ShardStore;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a page of a watch's events from the event families of its shards, in the order of revisions. On the scan loop. A page ends when it
 * is full, or when so many events were looked at, whether they are the watch's or not; it may end inside of a revision.
 */
final class EventPages {
  /** Few enough that whoever waits for the scan loop waits for milliseconds. */
  static final int STEPS_MAX = 8_192;

  /**
   * What to read.
   *
   * @param from the first revision, from the event {@code ordinal} of it on
   * @param to the last one: every shard is resolved there, and has applied it here
   */
  record Query(List<Replica> replicas, WatchTerms terms, long from, int ordinal, long to, int bytesMax) {}

  /**
   * @param next with {@code nextOrdinal} the first event that was not looked at
   * @param exchanged a store was replaced by a snapshot meanwhile: nothing of the page counts
   */
  record Page(List<FeedEvent> events, long next, int nextOrdinal, boolean exchanged) {}

  private EventPages() {}

  /** @throws CompactedException when what it needs is gone */
  static Page read(Query query) {
    var stores = new ArrayList<ShardStore>();
    var readers = new ArrayList<EventReader>();
    try {
      for (Replica replica : query.replicas) {
        ShardStore store = replica.store();
        stores.add(store);
        readers.add(store.events(query.from, query.ordinal));
        // Asked behind the view: what is removed from now on is in it. A watch that stands has named no past, so only what is gone counts.
        long oldest = store.oldestKept(query.terms.start(), query.terms.end());
        if (query.from <= oldest) {
          throw new CompactedException(query.from, oldest + 1);
        }
      }
      Page page = merge(query, readers);
      for (int i = 0; i < stores.size(); i++) {
        if (query.replicas.get(i).store() != stores.get(i)) {
          return new Page(List.of(), query.from, query.ordinal, true);
        }
      }
      return page;
    } finally {
      readers.forEach(EventReader::close);
    }
  }

  private static Page merge(Query query, List<EventReader> readers) {
    var live = new ArrayList<EventReader>();
    for (EventReader reader : readers) {
      if (reader.next()) {
        live.add(reader);
      }
    }
    boolean latest = query.terms.lag() == WatchTerms.Lag.LATEST;
    var byKey = new LinkedHashMap<ByteBuffer, FeedEvent>();
    var events = new ArrayList<FeedEvent>();
    long bytes = 0;
    for (int steps = 0; ; steps++) {
      EventReader first = earliest(live);
      if (first == null || first.revision() > query.to) {
        return new Page(latest ? taken(byKey, query.terms) : events, query.to + 1, 0, false);
      }
      Event event = first.event();
      if (steps >= STEPS_MAX || bytes >= query.bytesMax) {
        return new Page(latest ? taken(byKey, query.terms) : events, event.revision(), event.ordinal(), false);
      }
      var next = new FeedEvent(event);
      if (query.terms.holds(next.key())) {
        bytes += latest ? keep(byKey, next) : add(events, next, query.terms);
      }
      if (!first.next()) {
        live.remove(first);
      }
    }
  }

  private static long add(List<FeedEvent> events, FeedEvent event, WatchTerms terms) {
    if (!terms.takes(event)) {
      return 0;
    }
    events.add(event);
    return event.bytes();
  }

  /** The last event of a key takes the place of those before it. Of several that it replaces, it shows what the first one did. */
  private static long keep(Map<ByteBuffer, FeedEvent> byKey, FeedEvent event) {
    FeedEvent before = byKey.remove(ByteBuffer.wrap(event.key()));
    FeedEvent kept = before == null ? event : event.after(before);
    byKey.put(ByteBuffer.wrap(event.key()), kept);
    return before == null ? event.bytes() : event.bytes() - before.bytes();
  }

  /** In the order in which they were put in, which is that of their revisions. */
  private static List<FeedEvent> taken(Map<ByteBuffer, FeedEvent> byKey, WatchTerms terms) {
    return byKey.values().stream().filter(terms::takes).toList();
  }

  private static EventReader earliest(List<EventReader> live) {
    EventReader first = null;
    for (EventReader reader : live) {
      if (first == null || reader.revision() < first.revision()) {
        first = reader;
      }
    }
    return first;
  }
}
