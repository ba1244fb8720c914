package io.cairn.server.node;

import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.HardState;
import io.cairn.raft.log.StableLog;
import io.cairn.storage.StorageFailure;
import io.cairn.storage.log.LogWrite;
import io.cairn.storage.log.ReplicaKey;
import io.cairn.storage.mvcc.Applied;
import java.util.List;
import java.util.Optional;

/** At boot: what a replica's log lacks to go with its durable data. */
final class LogAlignment {

  private LogAlignment() {}

  /**
   * A durable applied entry that the log does not hold with that term is the log's base, and what the log holds after it is
   * dropped: the node stopped between switching to a snapshot and restarting its log, or lost the unsynced end of its log. What
   * is applied is committed, and the hard state says so in the same record (SN-10).
   *
   * @throws StorageFailure {@code UNMENDABLE} when the log was cut behind entries that the data lacks (SN-11): they were acknowledged, and a
   *     replica that began again before them would vote for who lacks them too
   */
  static Optional<LogWrite> of(ReplicaKey key, Applied applied, StableLog log, HardState stored) {
    if (log.base().index() > applied.index()) {
      throw new StorageFailure(StorageFailure.Kind.UNMENDABLE, "shard " + key.shard() + ": its log begins behind entry " + log.base().index()
          + ", its data ends at " + applied.index() + ": the engine has lost what was flushed, its MANIFEST or CURRENT may be an older copy. "
          + StorageFailure.REPLACE);
    }
    if (applied.index() == 0 || log.term(applied.index()) == applied.term()) {
      return Optional.empty();
    }
    var base = new EntryId(applied.term(), applied.index());
    var hardState = new HardState(Math.max(stored.term(), applied.term()), stored.term() >= applied.term() ? stored.vote() : 0,
        Math.max(stored.commit(), applied.index()));
    return Optional.of(new LogWrite(key, Optional.of(hardState), List.of(), Optional.of(base)));
  }
}
