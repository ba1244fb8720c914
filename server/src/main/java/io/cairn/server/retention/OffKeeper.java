package io.cairn.server.retention;

import io.cairn.platform.EventLoop;
import io.cairn.server.apply.Applier;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.Replicas;
import io.cairn.storage.catalog.ReplicaCatalog;
import io.cairn.storage.engine.Family;
import io.cairn.storage.mvcc.OffSweep;
import io.cairn.storage.mvcc.ShardStore;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Removes the events of keys of which no history is kept, once they are old enough, by walking over each event of such a shard once: some
 * at a time, with pauses. For the space loop alone.
 */
final class OffKeeper {
  private static final int PAGE = 1_024;
  private static final int STEP = 128;
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private record Sample(long at, long revision) {}

  /** One shard's walk, and how far its store had come at some times. */
  private static final class Walk {
    final OffSweep sweep;
    final ArrayDeque<Sample> samples = new ArrayDeque<>();
    boolean underWay;
    long to;

    Walk(ShardStore store) {
      sweep = new OffSweep(store);
    }
  }

  private final EventLoop loop;
  private final ReplicaCatalog catalog;
  private final Replicas replicas;
  private final Applier applier;
  private final long ageNanos;
  private final BooleanSupplier ended;
  private final Map<Integer, Walk> walks = new TreeMap<>();

  OffKeeper(EventLoop loop, ReplicaCatalog catalog, Replicas replicas, Applier applier, long ageNanos, BooleanSupplier ended) {
    this.loop = loop;
    this.catalog = catalog;
    this.replicas = replicas;
    this.applier = applier;
    this.ageNanos = ageNanos;
    this.ended = ended;
  }

  void look(long now) {
    for (Replica replica : replicas.all()) {
      ShardStore store = replica.store();
      int shard = replica.descriptor().id();
      if (ended.getAsBoolean() || store.historyRules().isEmpty()) {
        walks.remove(shard);
        continue;
      }
      Walk walk = walks.get(shard);
      if (walk == null || walk.sweep.store() != store) {
        walk = new Walk(store);
        walks.put(shard, walk);
      }
      walk.samples.add(new Sample(now, store.applied().revision()));
      while (now - walk.samples.getFirst().at >= ageNanos) {
        walk.to = walk.samples.poll().revision;
      }
      if (!walk.underWay) {
        walk.underWay = true;
        goOn(shard, walk);
      }
    }
  }

  private void goOn(int shard, Walk walk) {
    List<byte[]> page;
    try {
      page = ended.getAsBoolean() || walks.get(shard) != walk ? null : walk.sweep.page(walk.to, PAGE);
    } catch (IllegalStateException e) {
      if (!ended.getAsBoolean()) {
        throw e;
      }
      return; // The engine was closed under the walk: the node stops.
    }
    if (page == null) {
      walk.underWay = false;
      return;
    }
    for (int from = 0; from < page.size(); from += STEP) {
      List<byte[]> step = page.subList(from, Math.min(page.size(), from + STEP));
      applier.change("removing events of which no history is kept", round -> {
        if (catalog.replica(shard).filter(record -> record.store() == walk.sweep.store().store()).isPresent()) {
          step.forEach(key -> round.batch().delete(Family.EVENTS, key));
        }
      });
    }
    applier.run("removing events", () -> loop.schedule(PAUSE_NANOS, () -> goOn(shard, walk)));
  }
}
