package io.cairn.server.watch;

import io.cairn.platform.Clock;
import io.cairn.platform.EventLoop;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.WatchListAnswer;
import io.cairn.server.outcome.FailStop;
import io.cairn.server.outcome.Refusal;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.Replicas;
import io.cairn.server.shard.ShardDescriptor;
import io.cairn.storage.mvcc.CompactedException;
import io.cairn.storage.mvcc.ShardStore;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * All watches of a node, on a loop of their own that may read from the engine: neither apply nor the network waits for them. What is public
 * here may be called from any thread.
 */
public final class WatchRoom {
  /** How often it is looked whether a mark is due. */
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  /** Gives pages their turns among all that read many keys, on the scan loop. */
  public interface PageTurns {
    void ask(Runnable page);
  }

  private final EventLoop loop;
  private final Clock clock;
  private final FailStop failStop;
  private final Replicas replicas;
  private final WatchBounds bounds;
  private final Map<List<Integer>, Feed> feeds = new LinkedHashMap<>();
  private final Map<Integer, ShardTail> tails = new ConcurrentSkipListMap<>();
  private final AtomicLong onTheWay = new AtomicLong();
  private final AtomicLong lanes = new AtomicLong();
  private final List<WatchLane> leaving = new ArrayList<>();
  private PageTurns turns;
  private boolean looks;
  private volatile boolean closed;
  /** Lanes of which a watch found the node full. */
  private Set<WatchLane> waiting = new LinkedHashSet<>();
  private volatile boolean awaited;
  private volatile long watches;
  private volatile long behind;
  private volatile long sentEvents;
  private volatile long pagesRead;

  public WatchRoom(EventLoop loop, Clock clock, FailStop failStop, Replicas replicas, WatchBounds bounds) {
    this.loop = loop;
    this.clock = clock;
    this.failStop = failStop;
    this.replicas = replicas;
    this.bounds = bounds;
  }

  /** Before the first watch. */
  public void readWith(PageTurns pageTurns) {
    turns = pageTurns;
  }

  /** The replica of a shard has applied more, or stands on a snapshot. Costs next to nothing when nobody watches. */
  public void applied(Replica replica) {
    ShardTail tail = tails.get(replica.descriptor().id());
    if (tail != null) {
      tail.applied();
    }
  }

  /** Nothing of the replica's data is shown any more: its watches end, and go on at another node. */
  public void fenced(Replica replica) {
    execute(() -> {
      ShardTail tail = tails.get(replica.descriptor().id());
      if (tail != null) {
        List.copyOf(tail.feeds()).forEach(feed -> feed.watches().all().forEach(watch -> watch.end(replica.fence().refusal())));
      }
    });
  }

  /** @param peer the other end of the connection, for whoever asks which watches there are */
  public WatchLane lane(String peer, WatchLane.Outlet outlet) {
    return new WatchLane(this, lanes.incrementAndGet(), peer, outlet);
  }

  /** Tells, on this room's loop, a page of the watches that there are. Walks over all of them once: some milliseconds for 100,000. */
  public void list(WatchListing.Query query, Consumer<WatchListAnswer> told) {
    execute(() -> {
      var listing = new WatchListing(query);
      feeds.values().forEach(feed -> feed.watches().each(listing::see));
      told.accept(listing.page());
    });
  }

  /** Begins a watch, or refuses it; either is the next part that its lane gets for it. */
  public void begin(WatchStart start) {
    execute(() -> beginNow(start));
  }

  /**
   * A client said how much a watch may send in all, and perhaps that it wants to hear how far it is.
   *
   * @param seen the mark is to reach this revision if it was handed out, though it be another shard's
   */
  public void control(WatchLane lane, long id, long granted, boolean mark, long seen, Consumer<Boolean> found) {
    execute(() -> {
      Watch watch = lane.watches().get(id);
      found.accept(watch != null);
      if (watch == null) {
        return;
      }
      watch.grant(granted);
      if (mark) {
        watch.feed().confirmFor(watch, seen);
      }
    });
  }

  public void cancel(WatchLane lane, long id) {
    execute(() -> {
      Watch watch = lane.watches().get(id);
      if (watch != null) {
        watch.end(null);
      }
    });
  }

  /** The connection is gone, and all its watches with it. */
  public void close(WatchLane lane) {
    execute(() -> {
      List.copyOf(lane.watches().values()).forEach(watch -> watch.end(null));
      lane.close();
    });
  }

  /** Ends every watch: the node stops. Their clients go on at another one. */
  public void stop() {
    execute(() -> {
      closed = true;
      for (Feed feed : List.copyOf(feeds.values())) {
        feed.watches().all().forEach(watch -> watch.end(stopping()));
      }
    });
  }

  private static Refusal stopping() {
    return Refusal.of(ErrorCode.SHUTTING_DOWN, "this node is stopping; go on at another one");
  }

  // For the metrics.

  public long watches() {
    return watches;
  }

  public long behind() {
    return behind;
  }

  public long sentEvents() {
    return sentEvents;
  }

  public long pagesRead() {
    return pagesRead;
  }

  /** Bytes of events kept, and of parts on their way. */
  public long bytes() {
    long kept = 0;
    for (ShardTail tail : tails.values()) {
      kept += tail.ring().bytes();
    }
    return kept + onTheWay.get();
  }

  // On the loop.

  private void beginNow(WatchStart start) {
    if (start.lane().isClosed()) {
      return;
    }
    Refusal refusal = refusal(start);
    if (refusal != null) {
      start.lane().send(new WatchPart(start.id(), null, refusal, 0));
      return;
    }
    Feed feed = feeds.computeIfAbsent(start.shards().stream().map(ShardDescriptor::id).toList(), ids -> newFeed(start.shards()));
    for (int i = 0; i < start.shards().size(); i++) {
      feed.tails().get(i).learn(start.resolved().get(i));
    }
    var watch = new Watch(this, start, feed);
    feed.watches().add(watch);
    start.lane().watches().put(start.id(), watch);
    watches++;
    watch.begin(start.synced());
    if (!looks) {
      looks = true;
      lookLater();
    }
  }

  private Refusal refusal(WatchStart start) {
    if (closed) {
      return stopping();
    }
    if (start.lane().watches().containsKey(start.id())) {
      return Refusal.of(ErrorCode.BAD_REQUEST, "request id " + start.id() + " is still in use by a watch of this connection");
    }
    if (start.lane().watches().size() >= bounds.connectionMax()) {
      return Refusal.of(ErrorCode.WATCH_LIMIT, "this connection has " + bounds.connectionMax()
          + " watches, the most that one may have (limits.connection-watches); open another one, or watch a range instead of its keys");
    }
    if (watches >= bounds.nodeMax()) {
      return Refusal.retry(ErrorCode.WATCH_LIMIT, "this node has " + bounds.nodeMax()
          + " watches, the most that it takes (limits.node-watches); try another one", 1_000);
    }
    for (ShardDescriptor shard : start.shards()) {
      Replica replica = replicas.get(shard.id());
      if (replica.fence().isUp()) {
        return replica.fence().refusal();
      }
      ShardStore store = replica.store();
      byte[] from = start.terms().start();
      byte[] to = start.terms().end();
      long oldest = start.named() ? store.oldestReadable(from, to) : store.oldestKept(from, to);
      if (start.next() <= oldest) {
        return Watch.compacted(start.next(), oldest + 1);
      }
    }
    return null;
  }

  private Feed newFeed(List<ShardDescriptor> shards) {
    var feedTails = new ArrayList<ShardTail>();
    for (ShardDescriptor shard : shards) {
      feedTails.add(tails.computeIfAbsent(shard.id(), id -> new ShardTail(this, replicas.get(id))));
    }
    var feed = new Feed(List.copyOf(feedTails));
    feedTails.forEach(tail -> tail.feeds().add(feed));
    return feed;
  }

  void ended(Watch watch) {
    watches--;
    watch.lane().watches().remove(watch.id());
    Feed feed = watch.feed();
    feed.watches().remove(watch);
    if (!feed.watches().isEmpty()) {
      return;
    }
    feeds.values().remove(feed);
    for (ShardTail tail : feed.tails()) {
      tail.feeds().remove(feed);
      if (tail.feeds().isEmpty()) {
        tail.close();
        tails.remove(tail.replica().descriptor().id());
      }
    }
  }

  /** Marks are due per watch; each feed asks its shards once for all of them. */
  private void lookLater() {
    loop.schedule(LOOK_NANOS, () -> guarded(() -> {
      looks = watches > 0;
      for (Feed feed : List.copyOf(feeds.values())) {
        if (feed.watches().anyMatch(watch -> watch.isMarkDue(now()))) {
          feed.confirm();
        }
      }
      if (looks) {
        lookLater();
      }
    }));
  }

  /** Reads a page for a watch, in its turn. */
  void read(Watch watch, EventPages.Query query) {
    turns.ask(() -> {
      if (watch.hasEnded() || closed) {
        return;
      }
      try {
        EventPages.Page page = EventPages.read(query);
        execute(() -> {
          pagesRead++;
          if (page.exchanged()) {
            watch.readAgain();
          } else {
            watch.pageRead(page);
          }
        });
      } catch (CompactedException e) {
        execute(() -> watch.compacted(e));
      }
    });
  }

  void fellBehind(int change) {
    behind += change;
  }

  void sentEvents(int events) {
    sentEvents += events;
  }

  /** Called when the lane gets the first part of a turn. */
  void leavesSoon(WatchLane lane) {
    leaving.add(lane);
  }

  AtomicLong onTheWay() {
    return onTheWay;
  }

  boolean isFull() {
    return onTheWay.get() >= bounds.bytes() / 2;
  }

  /** Tells the lane when the node is not full any more. */
  void await(WatchLane lane) {
    waiting.add(lane);
    awaited = true;
  }

  /** Parts were taken by a connection. From any thread. */
  void roomAgain() {
    if (awaited && onTheWay.get() <= bounds.bytes() / 4) {
      awaited = false;
      execute(() -> {
        Set<WatchLane> again = waiting;
        waiting = new LinkedHashSet<>();
        again.forEach(WatchLane::goOn);
      });
    }
  }

  /** What the ring of one shard may hold: an even part. */
  long ringBytes() {
    return bounds.bytes() / 2 / Math.max(1, tails.size());
  }

  int chunkBytes() {
    return bounds.chunkBytes();
  }

  int partBytes() {
    return bounds.partBytes();
  }

  int pageBytes() {
    return 2 * bounds.chunkBytes();
  }

  long now() {
    return clock.nanoTime();
  }

  void schedule(long nanos, Runnable task) {
    loop.schedule(nanos, () -> guarded(task));
  }

  /** Runs it on the loop; what it sends leaves at its end. A failure is a broken node: nobody knows any more who was told what. */
  void execute(Runnable task) {
    loop.execute(() -> guarded(task));
  }

  private void guarded(Runnable task) {
    if (failStop.isBroken()) {
      return;
    }
    try {
      task.run();
      while (!leaving.isEmpty()) {
        leaving.removeLast().flush();
      }
    } catch (RuntimeException e) {
      failStop.broken("telling watches what was applied", e);
    }
  }
}
