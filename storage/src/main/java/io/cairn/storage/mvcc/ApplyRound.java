package io.cairn.storage.mvcc;

import io.cairn.raft.Invariant;
import io.cairn.storage.engine.Engine;
import io.cairn.storage.engine.EngineBatch;
import java.util.ArrayList;
import java.util.List;

/**
 * Collects what several shards apply, and several entries of each, into one engine batch: one write, one native call.
 *
 * <p>Reads made while applying see what the round has changed already; everybody else sees it when {@link #commit()} has
 * written it. A round is used again after each commit. It cannot be given up half way: what is applied and not committed
 * stands in memory (revisions, clients), so a round in which applying failed can only end with the node (SM-04). Used by the
 * engine's apply loop alone.
 */
public final class ApplyRound {
  private final Engine engine;
  private final EngineBatch batch;
  private final RecentVersions recent;
  private final List<ShardStore> touched = new ArrayList<>();
  private boolean broken;

  /** @param recent of this engine's apply loop: each change is told to it, by every round */
  public ApplyRound(Engine engine, RecentVersions recent) {
    this.engine = engine;
    this.recent = recent;
    this.batch = engine.newBatch();
  }

  /** The batch itself, for what must become visible together with the round (such as a change in the catalog). */
  public EngineBatch batch() {
    return batch;
  }

  /** About what the next {@link #commit()} writes. */
  public long bytes() {
    return batch.bytes();
  }

  public boolean isEmpty() {
    return touched.isEmpty() && batch.count() == 0;
  }

  /** Writes everything in one engine write, then publishes how far each store has come. Not durable: see {@link Engine#flush()}. */
  public void commit() {
    Invariant.check(!broken, "a round in which applying failed is not committed");
    broken = true;
    for (ShardStore store : touched) {
      store.save(batch);
    }
    engine.write(batch);
    for (ShardStore store : touched) {
      store.publish();
    }
    touched.clear();
    broken = false;
  }

  Engine engine() {
    return engine;
  }

  RecentVersions recent() {
    return recent;
  }

  void touch(ShardStore store) {
    touched.add(store);
  }

  /** Brackets each change: one that does not come to {@link #end()} has thrown, and left something half done. */
  void begin() {
    Invariant.check(!broken, "nothing is applied in a round in which applying failed");
    broken = true;
  }

  void end() {
    broken = false;
  }
}
