package io.cairn.server.replica;

import io.cairn.platform.Clock;
import io.cairn.raft.Raft;
import io.cairn.raft.read.ConfirmedRead;
import io.cairn.storage.mvcc.Applied;

/** What resolving may ask of a replica: which revisions its shard has taken, or may still take. On the replica's loop. */
final class ResolvedShard implements Resolver.Shard {
  private final Replica replica;
  private final Raft raft;
  private final Clock clock;
  private final PendingWrites pending;
  private final WriteBatches batches;
  private final ReadRounds reads;
  /** The highest revision that the replica, as leader, has asked the shard to be compacted to. */
  private long compactionProposed;

  ResolvedShard(Replica replica, Raft raft, Clock clock, PendingWrites pending, WriteBatches batches, ReadRounds reads) {
    this.replica = replica;
    this.raft = raft;
    this.clock = clock;
    this.pending = pending;
    this.batches = batches;
    this.reads = reads;
  }

  /** A compaction to that revision was proposed. */
  void compacting(long to) {
    compactionProposed = Math.max(compactionProposed, to);
  }

  @Override
  public Applied applied() {
    return replica.store().applied();
  }

  @Override
  public long proposedUpTo(long index) {
    // A compaction in the log raises the shard's revision like a write: who reads behind it must read at or above it.
    return Math.max(pending.revisionUpTo(index), compactionProposed);
  }

  @Override
  public long lastIndexAtOrBelow(long revision) {
    return pending.lastIndexAtOrBelow(revision);
  }

  @Override
  public boolean mayGetAtOrBelow(long revision) {
    return batches.mayGetAtOrBelow(revision);
  }

  @Override
  public boolean leaderReady() {
    return replica.leaderReady();
  }

  @Override
  public long confirmAgain(long context) {
    long read = reads.freshId();
    raft.readIndex(read, context, clock.nanoTime());
    replica.requestPump();
    return read;
  }

  @Override
  public void answer(ConfirmedRead read, long index, long revision) {
    raft.answerRead(read, index, revision);
    replica.requestPump();
  }
}
