package io.cairn.server.retention;

import io.cairn.platform.Clock;
import io.cairn.platform.EventLoop;
import io.cairn.server.apply.Applier;
import io.cairn.server.disk.EngineFlusher;
import io.cairn.server.outcome.FailStop;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.Replicas;
import io.cairn.storage.OnDiskFormat;
import io.cairn.storage.catalog.ReplicaCatalog;
import io.cairn.storage.engine.Engine;
import io.cairn.storage.engine.Engine.Range;
import io.cairn.storage.engine.Family;
import io.cairn.storage.mvcc.DeletedSweep;
import io.cairn.storage.mvcc.ShardStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Gives back, after a compaction, what nobody can ask for any more: the records of keys that were deleted at or below it, in small steps
 * on the apply loop with pauses between them; and the files of dropped events, once the compaction is durable and no view is open
 * that began before it. Works on a loop of its own that may block; {@link #wake} is for any.
 */
public final class SpaceKeeper {
  private static final int PAGE = 1_024;
  /** What one step looks up on the apply loop: well under a millisecond. */
  private static final int STEP = 128;
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);
  /** Between two walks over the records of a store's deleted keys. */
  private static final long SWEEP_NANOS = TimeUnit.SECONDS.toNanos(60);

  /** Events of which no history is kept stay so long at least: ranges that were begun end by then, and watches are fed. */
  private static final long OFF_NANOS = TimeUnit.SECONDS.toNanos(60);

  private static final long DELETES_NANOS = TimeUnit.SECONDS.toNanos(2);
  /** Deletes are counted in files. */
  private static final long DELETES_FLUSH_BYTES = 64 << 10;

  /** What is known of a store whose events are to be given back. */
  private static final class Dropping {
    final long store;
    long mark = -1;
    long markedFor;
    long given;
    long sweptTo;
    long sweepBegan = Long.MIN_VALUE;

    Dropping(long store) {
      this.store = store;
    }
  }

  private final Clock clock;
  private final EventLoop loop;
  private final Engine engine;
  private final ReplicaCatalog catalog;
  private final Replicas replicas;
  private final Applier applier;
  private final EngineFlusher flusher;
  private final FailStop failStop;
  private final BooleanSupplier low;
  private final Map<Integer, Dropping> shards = new TreeMap<>();
  private final OffKeeper off;
  private long offLookedAt;
  private long deletesLookedAt;
  private long deletesGivenAt;
  private boolean scheduled;
  private boolean sweeping;
  private volatile boolean ended;
  private volatile long reclaimed;

  /** @param low whether the disk is nearly full: what deletes leave in the engine's files is given back then, too */
  public SpaceKeeper(Clock clock, EventLoop loop, Engine engine, ReplicaCatalog catalog, Replicas replicas, Applier applier,
      EngineFlusher flusher, FailStop failStop, BooleanSupplier low) {
    this.low = low;
    this.clock = clock;
    this.loop = loop;
    this.engine = engine;
    this.catalog = catalog;
    this.replicas = replicas;
    this.applier = applier;
    this.flusher = flusher;
    this.failStop = failStop;
    this.off = new OffKeeper(loop, catalog, replicas, applier, OFF_NANOS, () -> ended);
    this.offLookedAt = clock.nanoTime();
    this.deletesLookedAt = offLookedAt;
    this.deletesGivenAt = offLookedAt - SWEEP_NANOS;
  }

  /** A shard here was compacted. From any loop. */
  public void wake() {
    loop.execute(this::work);
  }

  /** Time passes: events of which no history is kept may have become old enough. From any loop. */
  public void look(long now) {
    if (now - deletesLookedAt >= DELETES_NANOS && low.getAsBoolean()) {
      deletesLookedAt = now;
      loop.execute(() -> giveBackDeletes(now));
    }
    if (now - offLookedAt >= OFF_NANOS / 6) {
      offLookedAt = now;
      if (replicas.all().stream().anyMatch(replica -> !replica.store().historyRules().isEmpty())) {
        loop.execute(() -> off.look(now));
      }
    }
  }

  /** What was deleted stays in the engine's files until a merge comes by; while the disk is nearly full nobody can wait for that. */
  private void giveBackDeletes(long now) {
    if (ended || now - deletesGivenAt < SWEEP_NANOS / 2) {
      return;
    }
    try {
      if (engine.unflushedBytes() >= DELETES_FLUSH_BYTES) {
        flusher.flushSoon();
      }
      if (engine.reclaimDeletes(Family.NEWEST)) {
        deletesGivenAt = now;
      }
    } catch (RuntimeException e) {
      if (!ended) {
        ended = true;
        failStop.broken("giving back the space of deletes", e);
      }
    }
  }

  /** Ranges of events whose files were given back. From any thread. */
  public long reclaimed() {
    return reclaimed;
  }

  /** When the node stops: the engine may be closed from here on. From any loop. */
  public void end() {
    ended = true;
  }

  private void again(long nanos) {
    if (!scheduled) {
      scheduled = true;
      loop.schedule(nanos, () -> {
        scheduled = false;
        work();
      });
    }
  }

  private void work() {
    if (ended) {
      return;
    }
    try {
      boolean waits = false;
      var gone = new ArrayList<Range>();
      for (Replica replica : replicas.all()) {
        ShardStore store = replica.store();
        Dropping dropping = of(replica.descriptor().id(), store);
        waits |= collect(store, dropping, gone);
        waits |= sweep(replica, store, dropping);
      }
      engine.reclaim(Family.EVENTS, gone);
      reclaimed += gone.size();
      if (waits) {
        again(AGAIN_NANOS);
      }
    } catch (RuntimeException e) {
      if (!ended) {
        ended = true;
        failStop.broken("giving back space", e);
      }
    }
  }

  private Dropping of(int shard, ShardStore store) {
    Dropping known = shards.get(shard);
    if (known == null || known.store != store.store()) {
      known = new Dropping(store.store());
      shards.put(shard, known);
    }
    return known;
  }

  /**
   * Adds what can be given back now; whether there is more for which something must happen first. What is waited for is finished before
   * the next: compactions that follow each other fast must not put each other off.
   */
  private boolean collect(ShardStore store, Dropping dropping, List<Range> gone) {
    boolean begun = dropping.markedFor > dropping.given;
    long to = begun ? dropping.markedFor : store.compacted();
    if (to == dropping.given) {
      return false;
    }
    var range = new Range(OnDiskFormat.storePrefix(store.store()), OnDiskFormat.eventKey(store.store(), to + 1, 0));
    if (!begun) {
      if (!engine.isWorthReclaiming(Family.EVENTS, range)) {
        return false;
      }
      dropping.markedFor = to;
      dropping.mark = engine.viewMark();
    }
    if (store.durablyCompacted() < to) {
      flusher.flushSoon();
      return true;
    }
    if (engine.isViewedBefore(dropping.mark)) {
      return true;
    }
    dropping.given = to;
    gone.add(range);
    return store.compacted() > to;
  }

  private boolean sweep(Replica replica, ShardStore store, Dropping dropping) {
    long compacted = store.compacted();
    if (compacted == dropping.sweptTo || store.deletedKeys() == 0) {
      return false;
    }
    long now = clock.nanoTime();
    if (sweeping || dropping.sweepBegan != Long.MIN_VALUE && now - dropping.sweepBegan < SWEEP_NANOS) {
      return true;
    }
    sweeping = true;
    dropping.sweepBegan = now;
    dropping.sweptTo = compacted;
    sweepOn(replica.descriptor().id(), store, new DeletedSweep(store));
    return false;
  }

  private void sweepOn(int shard, ShardStore store, DeletedSweep walk) {
    if (ended || replicas.get(shard).store() != store) {
      sweeping = false;
      return;
    }
    List<byte[]> page = walk.page(PAGE);
    for (int from = 0; from < page.size(); from += STEP) {
      List<byte[]> step = page.subList(from, Math.min(page.size(), from + STEP));
      applier.change("sweeping the records of deleted keys", round -> {
        // A snapshot may have taken its place: then it is deleted, or about to be, and nothing is written to it any more.
        if (catalog.replica(shard).filter(record -> record.store() == store.store()).isPresent()) {
          store.sweepDeleted(round, step);
        }
      });
    }
    if (walk.done()) {
      sweeping = false;
    } else { // Behind the steps: the next page is not looked for before they are done.
      applier.run("sweeping", () -> loop.schedule(PAUSE_NANOS, () -> guardedSweep(shard, store, walk)));
    }
  }

  private void guardedSweep(int shard, ShardStore store, DeletedSweep walk) {
    try {
      sweepOn(shard, store, walk);
    } catch (RuntimeException e) {
      if (!ended) {
        ended = true;
        failStop.broken("sweeping the records of deleted keys", e);
      }
    }
  }
}
