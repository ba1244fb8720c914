package io.cairn.server.watch;

import io.cairn.server.replica.Replica;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The events of a set of shards in the order of their revisions, for all watches over just these shards. It has come as far as the
 * lowest revision at which all of them are resolved: below that nothing can be added any more in any of them. Belongs to the watches'
 * loop.
 */
final class Feed {
  private final List<ShardTail> tails;
  private final WatchIndex watches = new WatchIndex();
  private long upTo;
  /** Of the confirmation that marks wait for, of each tail; null when none do. */
  private long[] tickets;
  /** Watches that asked for a mark when a confirmation was under way already: theirs is the next, begun after they asked. */
  private final List<Watch> askedLate = new ArrayList<>();

  Feed(List<ShardTail> tails) {
    this.tails = tails;
    this.upTo = lowestResolved();
  }

  List<ShardTail> tails() {
    return tails;
  }

  List<Replica> replicas() {
    return tails.stream().map(ShardTail::replica).toList();
  }

  /** Everything up to it is known, and handed to the watches that are not behind. */
  long upTo() {
    return upTo;
  }

  WatchIndex watches() {
    return watches;
  }

  /** One of its shards is resolved further. */
  void advance() {
    long to = lowestResolved();
    if (to > upTo) {
      long before = upTo;
      upTo = to;
      if (ringHolds(before + 1)) {
        handOut(before);
      } else { // Too much came at once: each watch reads what concerns it.
        watches.all().forEach(watch -> watch.fallBehind(before));
      }
    }
    resolveWhatIsKnown();
  }

  private void handOut(long before) {
    Set<Watch> concerned = new LinkedHashSet<>();
    new Merge(tails, before + 1, upTo).forEach(event -> watches.match(event.key(), watch -> {
      if (watch.collect(event)) {
        concerned.add(watch);
      }
    }));
    concerned.forEach(watch -> watch.deliver(before, upTo));
  }

  /** An event that one shard holds goes out once the others are resolved at its revision: they are asked, if there is one. */
  private void resolveWhatIsKnown() {
    long known = 0;
    for (ShardTail tail : tails) {
      known = Math.max(known, tail.upTo());
    }
    if (known > upTo) {
      for (ShardTail tail : tails) {
        tail.resolve(known);
      }
    }
  }

  private long lowestResolved() {
    long lowest = Long.MAX_VALUE;
    for (ShardTail tail : tails) {
      lowest = Math.min(lowest, tail.resolved());
    }
    return lowest;
  }

  /** Whether everything from this revision on is in memory. */
  boolean ringHolds(long from) {
    for (ShardTail tail : tails) {
      if (tail.ring().base() >= from) {
        return false;
      }
    }
    return true;
  }

  /** Events of one watch, and how far they reach. */
  record Stretch(List<FeedEvent> events, long upTo) {}

  /** What a watch that is behind, but not behind the rings, is to be sent next. */
  Stretch stretch(long from, WatchTerms terms, long bytesMax) {
    var events = new ArrayList<FeedEvent>();
    long bytes = 0;
    int steps = 0;
    long revision = from;
    for (FeedEvent event : new Merge(tails, from, upTo)) {
      if (event.revision() != revision && (bytes >= bytesMax || ++steps >= EventPages.STEPS_MAX)) {
        return new Stretch(events, revision);
      }
      revision = event.revision();
      if (terms.takes(event)) {
        events.add(event);
        bytes += event.bytes();
      }
    }
    return new Stretch(events, upTo);
  }

  // Marks.

  /** Asks every shard anew how far it is resolved: a replica that hears no leader does not answer, and then no mark is sent. */
  void confirm() {
    if (tickets == null) {
      tickets = new long[tails.size()];
      for (int i = 0; i < tickets.length; i++) {
        tickets[i] = tails.get(i).confirm();
      }
    }
  }

  /** A watch wants a mark that shows what was acknowledged before it asked, and that reaches {@code seen}. */
  void confirmFor(Watch watch, long seen) {
    tails.forEach(tail -> tail.reach(seen));
    if (tickets != null) {
      askedLate.add(watch);
    } else {
      watch.wantMark();
      confirm();
    }
  }

  /** Sends the marks that are due once every shard has answered. */
  void confirmed(long now) {
    if (tickets == null) {
      return;
    }
    for (int i = 0; i < tickets.length; i++) {
      if (!tails.get(i).hasConfirmed(tickets[i])) {
        return;
      }
    }
    tickets = null;
    for (Watch watch : watches.all()) {
      if (watch.isMarkDue(now)) {
        watch.mark();
      }
    }
    if (!askedLate.isEmpty()) {
      askedLate.forEach(Watch::wantMark);
      askedLate.clear();
      confirm();
    }
  }
}
