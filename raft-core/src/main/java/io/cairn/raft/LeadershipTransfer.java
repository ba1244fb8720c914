package io.cairn.raft;

import io.cairn.raft.log.RaftLog;
import io.cairn.raft.membership.Membership;
import io.cairn.raft.message.RaftMessage.TimeoutNow;
import io.cairn.raft.progress.Progress;
import io.cairn.raft.progress.ProgressTable.Row;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * A leader's handing over (dissertation 3.10): proposals stop, the target catches up, and an order to campaign at once goes out.
 *
 * <pre>
 *   begin ──▶ catching up ──target holds the whole log──▶ ordered ──a later term──▶ (this leader has stepped down)
 *                  │                                         │
 *                  └───────── an election timeout later: given up, proposals go on
 * </pre>
 *
 * <p>The election that is ordered is heard in spite of leader stickiness, on which the lease stands. So there is no lease from the
 * moment an order leaves until its target has acknowledged a later heartbeat round: from then on it ignores the order, which names
 * its round. A target that stays silent for an election timeout after the transfer was given up may campaign at any time; then
 * the leader ends its term rather than lead without a lease for ever.
 */
final class LeadershipTransfer {

  private final ReplicaState state;
  private final RaftLog log;
  private final Replication replication;
  /** Orders that may still be obeyed: the round that each names. */
  private final Map<ReplicaId, Long> orders = new TreeMap<>();
  private ReplicaId target = ReplicaId.NONE;
  private ReplicaId lastTarget = ReplicaId.NONE;
  private long deadline;

  LeadershipTransfer(ReplicaState state, Replication replication) {
    this.state = state;
    this.log = state.log;
    this.replication = replication;
  }

  ReplicaId target() {
    return target;
  }

  boolean isUnderWay() {
    return !target.equals(ReplicaId.NONE);
  }

  /** Whether somebody may campaign on this leader's word: then its lease is worth nothing. */
  boolean mayBeObeyed() {
    return !orders.isEmpty();
  }

  TransferAnswer begin(ReplicaId to) {
    if (target.equals(to)) {
      return new TransferAnswer.Begun(to);
    }
    TransferAnswer.Reason reason = isUnderWay() ? TransferAnswer.Reason.UNDER_WAY : unfit(to);
    if (reason != null) {
      return new TransferAnswer.Refused(reason);
    }
    target = to;
    lastTarget = to;
    deadline = state.now + state.settings.electionTimeoutNanos();
    return new TransferAnswer.Begun(to);
  }

  /** To whoever of those is nearest to taking over; not to the one tried last, where there is another. */
  TransferAnswer beginToBest(Predicate<ReplicaId> among) {
    if (isUnderWay()) {
      return new TransferAnswer.Begun(target);
    }
    Row best = null;
    for (Row row : replication.rows()) {
      if (among.test(row.replica()) && unfit(row.replica()) == null && (best == null || isBetter(row, best))) {
        best = row;
      }
    }
    return best == null ? new TransferAnswer.Refused(TransferAnswer.Reason.NOBODY) : begin(best.replica());
  }

  private boolean isBetter(Row row, Row than) {
    if (row.replica().equals(lastTarget) || than.replica().equals(lastTarget)) {
      return than.replica().equals(lastTarget);
    }
    // A few entries are a matter of one message; with them ignored, all shards of a node go to the same one.
    return row.progress.match() > than.progress.match() + state.settings.maxInflightMessages();
  }

  private TransferAnswer.Reason unfit(ReplicaId to) {
    if (to.equals(state.self)) {
      return TransferAnswer.Reason.SELF;
    }
    Membership membership = state.membership();
    Row row = replication.row(to);
    if (row == null) {
      return TransferAnswer.Reason.UNKNOWN;
    }
    if (!membership.voters().contains(to)) {
      return membership.learners().contains(to) ? TransferAnswer.Reason.LEARNER : TransferAnswer.Reason.LEAVING;
    }
    if (state.now - row.heardAt > state.settings.leaseNanos()) {
      return TransferAnswer.Reason.SILENT;
    }
    return row.progress instanceof Progress.Snapshotting ? TransferAnswer.Reason.NEEDS_SNAPSHOT : null;
  }

  /**
   * Gives the order once the target lacks nothing; again only when the order before it is known to be ignored. For half of the time
   * it also waits for all to be committed: then nobody who waits for an entry has to ask the next leader what became of it.
   */
  void advance(long round) {
    if (!isUnderWay() || orders.containsKey(target)) {
      return;
    }
    Row row = replication.row(target);
    boolean settled = log.committed() == log.last() || state.now >= deadline - state.settings.electionTimeoutNanos() / 2;
    Invariant.check(state.membership().voters().contains(target),
        "while leadership is handed to replica %d in term %d, members do not change", target.value(), state.term());
    if (row.progress.match() == log.last() && settled) {
      orders.put(target, round);
      state.outbox.send(new TimeoutNow(state.self, target, state.term(), round));
    }
  }

  /** A round was answered: an order from before it is out of date for whoever answered. */
  void answered(Row row) {
    Long round = orders.get(row.replica());
    if (round != null && row.answeredRound > round) {
      orders.remove(row.replica());
    }
  }

  /** @return whether the leader has to end its term */
  boolean tick() {
    if (isUnderWay() && state.now >= deadline) {
      target = ReplicaId.NONE;
    }
    return !isUnderWay() && mayBeObeyed() && state.now >= deadline + state.settings.electionTimeoutNanos();
  }
}
