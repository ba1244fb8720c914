package io.cairn.server.watch;

import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.WatchBatch;
import io.cairn.server.outcome.Refusal;
import io.cairn.storage.mvcc.CompactedException;
import java.util.ArrayList;
import java.util.List;

/**
 * One watch on this node. Its whole state is a place in the order of events, so that it costs the same whether its reader is quick or slow:
 * at the head, where everything its feed has come to is handed out, or behind, at {@link #next} and {@link #nextOrdinal}. Belongs to the
 * watches' loop.
 */
final class Watch {
  /** What a batch takes beside its events. */
  private static final int BATCH_BYTES = 48;

  private final WatchRoom room;
  private final WatchTerms terms;
  private final WatchLane lane;
  private final long id;
  private final Feed feed;
  /** The revision of the last batch: what the next one must name. */
  private long sent;
  /** The first event not handed out lies here or later. Kept up to date while behind only. */
  private long next;
  private int nextOrdinal;
  /** Bytes it may send in all, and has sent. */
  private long granted;
  private long spent;
  private boolean behind;
  private boolean reading;
  private volatile boolean ended;
  /** A part has been sent that another one belongs to. */
  private boolean open;
  private boolean markWanted;
  private long sentAt;
  private final long openedAt;
  /** Collected while a feed advances. */
  private final List<FeedEvent> matched = new ArrayList<>();

  Watch(WatchRoom room, WatchStart start, Feed feed) {
    this.room = room;
    this.terms = start.terms();
    this.lane = start.lane();
    this.id = start.id();
    this.feed = feed;
    this.next = start.next();
    this.sent = start.next() - 1;
    this.granted = start.credit();
    this.spent = start.spent();
    this.openedAt = room.now();
  }

  WatchTerms terms() {
    return terms;
  }

  WatchLane lane() {
    return lane;
  }

  long id() {
    return id;
  }

  Feed feed() {
    return feed;
  }

  boolean isBehind() {
    return behind;
  }

  /** Up to where everything that concerns it is on its way to its reader. */
  long upTo() {
    return behind ? next - 1 : Math.max(feed.upTo(), sent);
  }

  long openNanos() {
    return room.now() - openedAt;
  }

  boolean hasEnded() {
    return ended;
  }

  /** Says that it stands, at its place; then takes its place in the feed. */
  void begin(boolean synced) {
    send(WatchBatch.newBuilder().setRevision(sent).setSynced(synced), 0);
    behind = next <= feed.upTo();
    if (behind) {
      room.fellBehind(1);
      goOn();
    }
  }

  // At the head.

  /** Whether this is the first event of the present advance that concerns it. */
  boolean collect(FeedEvent event) {
    if (behind || ended || event.revision() < next || !terms.takes(event)) {
      return false;
    }
    matched.add(event);
    return matched.size() == 1;
  }

  /** The feed has come from {@code before} to {@code upTo}; what was collected is all there is of that. */
  void deliver(long before, long upTo) {
    if (credit() <= 0 || !lane.holds(this)) {
      fallBehind(before);
    } else {
      hand(matched, upTo, false);
    }
    matched.clear();
  }

  /** What comes after {@code upTo} it must be brought up to. */
  void fallBehind(long upTo) {
    if (!behind && !ended) {
      behind = true;
      next = Math.max(next, upTo + 1);
      nextOrdinal = 0;
      room.fellBehind(1);
      goOn();
    }
  }

  // Behind.

  /** Goes on reading if it may: it has credit, its connection has room, and it is not reading already. */
  void goOn() {
    if (!behind || reading || ended || credit() <= 0 || !lane.holds(this)) {
      return;
    }
    if (next > feed.upTo()) {
      rejoin();
    } else if (nextOrdinal == 0 && feed.ringHolds(next)) {
      reading = true;
      room.execute(this::fromRing);
    } else if (terms.lag() == WatchTerms.Lag.END && nextOrdinal == 0) {
      end(Refusal.of(ErrorCode.WATCH_LAGS, "the watch is at revision " + (next - 1) + ", events up to " + feed.upTo()
          + " wait for it, and it asked to be ended rather than to lag so far; read the present state instead").withRevision(feed.upTo()));
    } else {
      reading = true;
      room.read(this, new EventPages.Query(feed.replicas(), terms, next, nextOrdinal, feed.upTo(), room.pageBytes()));
    }
  }

  private void rejoin() {
    behind = false;
    room.fellBehind(-1);
    if (markWanted) {
      mark();
    }
  }

  private void fromRing() {
    reading = false;
    if (ended || !behind) {
      return;
    }
    if (!feed.ringHolds(next)) {
      goOn();
      return;
    }
    Feed.Stretch stretch = feed.stretch(next, terms, room.pageBytes());
    next = stretch.upTo() + 1;
    hand(stretch.events(), stretch.upTo(), false);
    goOn();
  }

  /** A page was read for it. */
  void pageRead(EventPages.Page page) {
    reading = false;
    if (ended) {
      return;
    }
    boolean inside = page.nextOrdinal() > 0;
    next = page.next();
    nextOrdinal = page.nextOrdinal();
    hand(page.events(), page.next() - 1, inside);
    goOn();
  }

  /** The page could not be read as the store was exchanged meanwhile. */
  void readAgain() {
    reading = false;
    goOn();
  }

  void compacted(CompactedException e) {
    reading = false;
    end(compacted(next, e.oldest()));
  }

  static Refusal compacted(long wanted, long oldest) {
    return Refusal.of(ErrorCode.COMPACTED, "events from revision " + wanted + " on are compacted; a watch of this range may begin at "
        + oldest + " or later").withRevision(oldest);
  }

  // Sending.

  long credit() {
    return granted - spent;
  }

  /**
   * Sends events as batches that each fit a frame; a revision that does not is sent in parts.
   *
   * @param upTo everything up to this revision is handed out with them
   * @param inside the last event's revision, which is the one after {@code upTo}, goes on behind it
   */
  private void hand(List<FeedEvent> events, long upTo, boolean inside) {
    room.sentEvents(events.size());
    var parcel = new Parcel(room.chunkBytes(), room.partBytes(), terms.previous(), this::send);
    int at = 0;
    while (at < events.size()) {
      long revision = events.get(at).revision();
      int end = at;
      int revisionBytes = 0;
      while (end < events.size() && events.get(end).revision() == revision) {
        revisionBytes += parcel.bytesOf(events.get(end++));
      }
      boolean unfinished = inside && end == events.size() && revision > upTo;
      if (!parcel.isEmpty() && (unfinished || !parcel.hasRoomFor(revisionBytes))) {
        parcel.send(events.get(at - 1).revision(), false);
      }
      for (; at < end; at++) {
        parcel.add(events.get(at));
      }
      if (unfinished && !parcel.isEmpty()) {
        parcel.send(revision, true);
        return;
      }
    }
    if (!parcel.isEmpty() || open && !inside) {
      parcel.send(upTo, false);
    }
  }

  private void send(WatchBatch.Builder batch, int eventBytes) {
    batch.setPreviousRevision(sent);
    open = batch.getMore();
    if (!open) {
      sent = batch.getRevision();
    }
    int bytes = eventBytes + BATCH_BYTES;
    spent += eventBytes;
    sentAt = room.now();
    markWanted = false;
    lane.send(new WatchPart(id, batch.build(), null, bytes));
  }

  // Marks.

  void wantMark() {
    markWanted = true;
  }

  /** Whether it is time to say how far it is. */
  boolean isMarkDue(long now) {
    return !ended && (markWanted || terms.progressNanos() > 0 && now - sentAt >= terms.progressNanos());
  }

  /** Says how far it is: never further than what was handed out (W-02). */
  void mark() {
    long upTo = upTo();
    if (ended || open || behind && (nextOrdinal > 0 || credit() <= 0)) {
      return;
    }
    send(WatchBatch.newBuilder().setRevision(Math.max(upTo, sent)), 0);
  }

  void grant(long total) {
    granted = Math.max(granted, total);
    goOn();
  }

  /** Ends it, with why; null when nobody waits for that. */
  void end(Refusal why) {
    if (ended) {
      return;
    }
    ended = true;
    if (behind) {
      room.fellBehind(-1);
    }
    room.ended(this);
    if (why != null) {
      lane.send(new WatchPart(id, null, why, BATCH_BYTES));
    }
  }
}
