package io.cairn.server.node;

import com.google.protobuf.ByteString;
import io.cairn.platform.Clock;
import io.cairn.platform.EventLoop;
import io.cairn.server.apply.SystemState;
import io.cairn.server.command.ShardCommand;
import io.cairn.server.command.SystemCommand;
import io.cairn.server.history.HistoryDesk;
import io.cairn.server.history.HistoryTable;
import io.cairn.server.oracle.Revisions;
import io.cairn.server.peer.Peers;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.Replicas;
import io.cairn.server.retention.Retention;
import io.cairn.server.retention.SpaceKeeper;
import io.cairn.server.shard.ShardDescriptor;
import io.cairn.storage.mvcc.KeyBounds;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What this node makes of shard 0's table of history: where it leads a shard, that shard is told in its own log what the table wants.
 * Where shard 0 is led, changes of the table are taken in. On the node's first loop, which is also the system shard's replica's; what
 * touches another replica goes to that one's loop.
 */
final class HistoryRoom {
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  /** A proposal that is not applied by then may have been lost with the leadership it was made under. */
  private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** What was proposed last for a shard. On the shard's replica's loop. */
  private record Proposed(long to, long term, long at) {}

  private final Clock clock;
  private final EventLoop loop;
  private final Replicas replicas;
  private final Revisions revisions;
  private final HistoryDesk desk;
  private final HistoryRoute route;
  private final Map<Integer, Proposed> proposed = new ConcurrentSkipListMap<>();
  /** When rules of a shard were said last. On the shard's replica's loop. */
  private final Map<Integer, Long> kept = new ConcurrentSkipListMap<>();
  private volatile HistoryTable table = HistoryTable.NONE;
  private final Retention retention;
  private final SpaceKeeper space;
  private final AtomicLong asked = new AtomicLong();
  private final AtomicLong byRetention = new AtomicLong();
  private long lookedAt;
  /** The sum of all compaction revisions here: when it grows there may be space to give back. */
  private long compactedSum;

  HistoryRoom(Clock clock, EventLoop loop, Replicas replicas, Peers peers, Revisions revisions, Retention retention, SpaceKeeper space) {
    this.clock = clock;
    this.loop = loop;
    this.replicas = replicas;
    this.revisions = revisions;
    this.retention = retention;
    this.space = space;
    this.lookedAt = clock.nanoTime();
    this.desk = new HistoryDesk(clock, loop, revisions, command -> {
      Replica system = replicas.get(ShardDescriptor.SYSTEM);
      return system != null && system.propose(new SystemCommand.ChangeHistory(command));
    });
    this.route = new HistoryRoute(clock, loop, replicas, new SystemShard(clock, replicas, peers), desk, retention.config());
  }

  /** Compactions begun here because somebody asked for them. From any thread. */
  long asked() {
    return asked.get();
  }

  /** The same because of how much is kept. */
  long byRetention() {
    return byRetention.get();
  }

  HistoryRoute route() {
    return route;
  }

  /** A replica was opened. */
  void opened(Replica replica) {
    if (replica.descriptor().isSystem()) {
      changed(SystemState.history(replica.store()));
    }
  }

  /** The table as of what this node has applied. */
  void changed(HistoryTable next) {
    table = next;
    revisions.learn(next.wanted()); // Before a shard is told: it was handed out, and what a shard asks for from now on is above it.
    desk.applied(next);
    look();
  }

  /** This node leads the system shard. */
  void lead(Replica system) {
    desk.lead(SystemState.history(system.store()));
  }

  /** It does so no more. */
  void follow() {
    if (desk.leads()) {
      desk.follow();
    }
  }

  void tick() {
    desk.tick();
    if (clock.nanoTime() - lookedAt >= LOOK_NANOS) {
      look();
    }
  }

  private void look() {
    long now = clock.nanoTime();
    lookedAt = now;
    retention.note(now, revisions.known());
    long sum = 0;
    for (Replica replica : replicas.all()) {
      if (replica.leads() && !replica.descriptor().isSystem()) {
        boolean due = retention.isDue(replica.descriptor().id(), now);
        long old = due ? retention.oldAt(now) : 0;
        replica.loop().run(() -> look(replica, due ? retention.target(replica.store(), old) : 0));
      }
      sum += replica.store().compacted();
    }
    space.look(now);
    if (sum != compactedSum) {
      compactedSum = sum;
      space.wake();
    }
  }

  /**
   * Has the shard's log say what the table says of prefixes and the shard does not know yet. On the replica's loop. Said twice it is said
   * once, so one that may have been lost is said again.
   */
  private void keep(Replica replica) {
    int shard = replica.descriptor().id();
    HistoryTable wanted = table;
    List<ByteString> known = replica.store().historyRules().off().stream().map(ByteString::copyFrom).toList();
    List<ByteString> here = wanted.off().stream().filter(prefix -> meets(replica.descriptor(), prefix.toByteArray())).toList();
    long now = clock.nanoTime();
    Long saidAt = kept.get(shard);
    if (here.equals(known) || replica.closed() || saidAt != null && now - saidAt < AGAIN_NANOS / 5) {
      return;
    }
    kept.put(shard, now);
    known.stream().filter(prefix -> !here.contains(prefix)).forEach(prefix -> replica.propose(new ShardCommand.KeepHistory(true, prefix)));
    here.stream().filter(prefix -> !known.contains(prefix)).forEach(prefix -> replica.propose(new ShardCommand.KeepHistory(false, prefix)));
  }

  private static boolean meets(ShardDescriptor shard, byte[] prefix) {
    byte[] behind = KeyBounds.prefixEnd(prefix);
    return (shard.end().length == 0 || Arrays.compareUnsigned(prefix, shard.end()) < 0)
        && (behind == null || Arrays.compareUnsigned(shard.start(), behind) < 0);
  }

  /** On the replica's loop. */
  private void look(Replica replica, long byItself) {
    keep(replica);
    long to = Math.max(table.wanted(), byItself);
    if (to <= replica.store().compacted() || replica.closed()) {
      return;
    }
    int shard = replica.descriptor().id();
    long now = clock.nanoTime();
    long term = replica.leadership().term();
    Proposed last = proposed.get(shard);
    boolean open = last != null && last.to >= to && last.term == term && now - last.at < AGAIN_NANOS;
    if (!open && replica.compact(to)) {
      proposed.put(shard, new Proposed(to, term, now));
      (to == table.wanted() ? asked : byRetention).incrementAndGet();
    }
  }
}
