package io.cairn.server.watch;

import io.cairn.protocol.wire.ErrorCode;
import io.cairn.raft.Invariant;
import io.cairn.server.outcome.Outcome;
import io.cairn.server.replica.ReadRequest;
import io.cairn.server.replica.Replica;
import io.cairn.storage.mvcc.CompactedException;
import io.cairn.storage.mvcc.EventReader;
import io.cairn.storage.mvcc.ShardStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One shard as its watchers on this node follow it: its latest events, each read and decoded once, and up to where it is resolved.
 * There is one while somebody watches. Belongs to the watches' loop.
 */
final class ShardTail {
  /** Read in one turn: others have their turns between. */
  private static final long TURN_BYTES = 1 << 20;
  private static final long ASK_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long RETRY_NANOS_MIN = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long RETRY_NANOS_MAX = TimeUnit.SECONDS.toNanos(1);

  private final WatchRoom room;
  private final Replica replica;
  private final List<Feed> feeds = new ArrayList<>();
  private final EventRing ring;
  /** Set by whoever tells of something new, taken back when it is looked at: so one task on the loop tells of all of it. */
  private final AtomicBoolean told = new AtomicBoolean();
  /** Everything applied up to here has been read. */
  private long upTo;
  private long resolved;
  /** What a leader has said, to count once everything that was applied then has been read. */
  private long said;
  private long saidNeeds;
  /** Someone waits for the shard to be resolved there. */
  private long wanted;
  /** A client knows of this revision and says that it was handed out; who asks next asks with it. */
  private long hinted;
  /** Confirmations wanted, those that the question under way will give, and those given. */
  private long asked;
  private long asking;
  private long answered;
  private boolean underWay;
  private long retryNanos = RETRY_NANOS_MIN;
  private boolean closed;

  ShardTail(WatchRoom room, Replica replica) {
    this.room = room;
    this.replica = replica;
    this.upTo = replica.store().applied().revision();
    this.resolved = upTo;
    this.ring = new EventRing(upTo);
  }

  Replica replica() {
    return replica;
  }

  List<Feed> feeds() {
    return feeds;
  }

  EventRing ring() {
    return ring;
  }

  long upTo() {
    return upTo;
  }

  /** No event at or below it will come any more. */
  long resolved() {
    return resolved;
  }

  void close() {
    closed = true;
    ring.restart(upTo);
  }

  /** More is applied. From any thread. */
  void applied() {
    if (told.compareAndSet(false, true)) {
      room.execute(this::look);
    }
  }

  private void look() {
    told.set(false);
    if (closed) {
      return;
    }
    boolean more = read();
    ring.trim(room.ringBytes());
    if (said > resolved && upTo >= saidNeeds) {
      resolved = said;
    }
    // A watch that ends may take its feed, and this with it.
    List.copyOf(feeds).forEach(Feed::advance);
    List.copyOf(feeds).forEach(feed -> feed.confirmed(room.now()));
    if (more) {
      applied();
    }
  }

  /** Takes in what is applied since the last look, or a turn's worth of it; whether there is more. */
  private boolean read() {
    ShardStore store = replica.store();
    if (store.applied().revision() <= upTo) {
      return false;
    }
    long before = upTo;
    boolean more;
    try (EventReader reader = store.events(before + 1, 0)) {
      more = take(reader);
    } catch (CompactedException e) { // On a snapshot, from which history is cut further than this tail had come.
      upTo = e.oldest() - 1;
      ring.restart(upTo);
      more = true;
    }
    if (store != replica.store()) { // A snapshot took its place: what was read may have been of a store that is being deleted.
      ring.restart(before);
      upTo = before;
      return true;
    }
    resolved = Math.max(resolved, upTo);
    return more;
  }

  /** Whether it stopped for having taken a turn's worth. */
  private boolean take(EventReader reader) {
    long bytes = 0;
    while (reader.next()) {
      long revision = reader.revision();
      if (revision != upTo && bytes >= TURN_BYTES) {
        return true;
      }
      Invariant.check(revision > resolved, "shard %d was resolved at %d, and has an event at %d", replica.descriptor().id(), resolved,
          revision);
      var event = new FeedEvent(reader.event());
      bytes += event.bytes();
      upTo = revision;
      if (bytes > room.ringBytes()) { // Of one revision more than the ring takes: who watches it reads it in pages.
        ring.restart(revision);
        return true;
      }
      ring.add(event);
    }
    upTo = reader.applied().revision();
    return false;
  }

  // How far it is resolved.

  /** A read has shown that the shard is resolved at {@code revision}, and that what is applied here holds all up to it. */
  void learn(long revision) {
    if (revision > said) {
      said = revision;
      saidNeeds = replica.store().applied().revision();
      look();
    }
  }

  /** Wants it to be resolved at a revision that was handed out; asks until it is. */
  void resolve(long revision) {
    if (revision > resolved && revision > wanted) {
      wanted = revision;
      ask();
    }
  }

  /**
   * The next confirmation is to reach this revision. Unlike {@link #resolve} it is a client's word: where it was never handed out nothing
   * comes of it.
   */
  void reach(long revision) {
    hinted = Math.max(hinted, revision);
  }

  /** Wants to hear from the shard's leader, after now. Returns what to ask {@link #hasConfirmed} for. */
  long confirm() {
    asked++;
    ask();
    return asked;
  }

  boolean hasConfirmed(long ticket) {
    return answered >= ticket;
  }

  /** One question of a shard is open at a time, whoever wants to know. */
  private void ask() {
    if (underWay || closed || wanted <= Math.max(said, resolved) && asked <= answered) {
      return;
    }
    underWay = true;
    boolean confirms = asked > answered;
    asking = asked;
    // A confirmation goes as far as this node knows of: marks that stayed where this shard last changed would be compacted under its watches.
    long context = Math.max(Math.max(wanted, hinted), confirms ? replica.handedOut() : 0);
    var read = new ReadRequest(context, room.now() + ASK_NANOS, outcome -> room.execute(() -> told(outcome)));
    replica.loop().run(() -> replica.read(read));
  }

  private void told(Outcome<Long> outcome) {
    underWay = false;
    if (outcome instanceof Outcome.Done<Long>(var revision)) {
      retryNanos = RETRY_NANOS_MIN;
      answered = asking;
      if (revision > said) {
        learn(revision);
      } else {
        look();
      }
      ask();
    } else if (!closed) {
      if (outcome instanceof Outcome.Refused<Long>(var refusal) && refusal.code() == ErrorCode.FUTURE_REVISION) {
        hinted = 0;
      }
      underWay = true; // Until it is tried again.
      room.schedule(retryNanos, () -> {
        underWay = false;
        ask();
      });
      retryNanos = Math.min(2 * retryNanos, RETRY_NANOS_MAX);
    }
  }
}
