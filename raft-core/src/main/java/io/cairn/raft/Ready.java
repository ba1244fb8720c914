package io.cairn.raft;

import io.cairn.raft.log.Entry;
import io.cairn.raft.log.HardState;
import io.cairn.raft.message.RaftMessage;
import io.cairn.raft.read.ConfirmedRead;
import io.cairn.raft.read.ReadAnswer;
import java.util.List;
import java.util.Optional;

/**
 * What the steps since the last one ask for. Do it in this order:
 *
 * <ol>
 *   <li>send {@link #messages}: they claim nothing that this Ready has yet to write (dissertation 10.2.1);
 *   <li>make {@link #hardState} and {@link #entries} durable, together; Readies are written in the order they were taken;
 *   <li>once durable, send {@link #messagesAfterPersist} (votes, vote requests, acknowledgements: true only now,
 *       dissertation 3.8) and call {@link Raft#persisted} with {@link #ticket};
 *   <li>apply {@link #committed}, in order, and call {@link Raft#applied}: never more than is both committed and durable
 *       here, which raft-core sees to.
 * </ol>
 *
 * @param ticket names this Ready for {@link Raft#persisted}; 0 when there is nothing to write
 * @param hardState present when it changed
 * @param entries contiguous; an entry at an index that the log already has replaces it and all after it
 * @param committed contiguous, each entry exactly once
 * @param confirmedReads on a leader, to be answered by {@link Raft#answerRead}
 * @param readAnswers for the reads asked here
 * @param snapshotsWanted followers that need a snapshot; report the end by {@link Raft#snapshotSent}
 * @param install a received snapshot to switch to; report the end by {@link Raft#snapshotInstalled}
 */
public record Ready(
    long ticket,
    List<RaftMessage> messages,
    Optional<HardState> hardState,
    List<Entry> entries,
    List<RaftMessage> messagesAfterPersist,
    List<Entry> committed,
    List<ConfirmedRead> confirmedReads,
    List<ReadAnswer> readAnswers,
    List<ReplicaId> snapshotsWanted,
    Optional<SnapshotMeta> install) {

  /** Whether anything must be made durable before {@link #messagesAfterPersist} may leave. */
  public boolean mustPersist() {
    return ticket != 0;
  }
}
