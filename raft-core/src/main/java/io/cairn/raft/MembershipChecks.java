package io.cairn.raft;

import io.cairn.raft.log.RaftLog;
import io.cairn.raft.membership.ChangeOutcome.Cause;
import io.cairn.raft.membership.ChangeOutcome.Refused;
import io.cairn.raft.membership.Membership;
import io.cairn.raft.membership.MembershipPlan;
import io.cairn.raft.progress.Progress.Probing;
import io.cairn.raft.progress.Progress.Replicating;
import io.cairn.raft.progress.Progress.Snapshotting;
import io.cairn.raft.progress.ProgressTable.Row;
import io.cairn.raft.quorum.Quorum;
import java.util.ArrayList;
import java.util.List;

/** Whether the moment is right for a change of members, by what a leader knows of the others (dissertation 4.2). */
final class MembershipChecks {

  private final ReplicaState state;
  private final RaftLog log;
  private final Replication replication;

  MembershipChecks(ReplicaState state, Replication replication) {
    this.state = state;
    this.log = state.log;
    this.replication = replication;
  }

  /** Why {@code plan} must not be begun now, or null. */
  Refused refusal(MembershipPlan plan) {
    if (plan.refused() != null) {
      return plan.refused();
    }
    Membership target = plan.target();
    for (ReplicaId voter : target.voters()) {
      if (!state.membership().isVoter(voter) && !isCaughtUp(voter)) {
        return lags(voter);
      }
    }
    return plan.first().isJoint() ? lostQuorum(target) : null;
  }

  private Refused lags(ReplicaId learner) {
    Row row = replication.row(learner);
    return new Refused(Cause.LEARNER_LAGS, "learner " + learner + " lags: it holds " + row.progress.match() + " of " + log.last()
        + " entries (" + sending(row) + ", " + heard(row) + "); promote it when it has caught up");
  }

  /** MB-06: the voters that are left must be able to decide at once. */
  private Refused lostQuorum(Membership target) {
    Quorum.Standing heard = voter -> isHeard(voter) ? 1 : 0;
    if (Quorum.of(target).agreed(heard) == 1) {
      return null;
    }
    var silent = new ArrayList<ReplicaId>();
    for (ReplicaId voter : target.voters()) {
      if (!isHeard(voter)) {
        silent.add(voter);
      }
    }
    return new Refused(Cause.QUORUM_WOULD_BE_LOST, "the quorum would be lost: of the voters " + target.voters() + " that would be left "
        + silent + " were not heard from within an election timeout, and " + (target.voters().size() / 2 + 1) + " are needed");
  }

  private boolean isHeard(ReplicaId replica) {
    Row row = replication.row(replica);
    return row == null ? replica.equals(state.self)
        : row.hasAnswered && state.now - row.heardAt <= state.settings.electionTimeoutNanos();
  }

  /** A snapshot on its way, or logs that may still part, are no beginning for a voter (MB-07). */
  boolean isCaughtUp(ReplicaId replica) {
    Row row = replication.row(replica);
    if (row == null) {
      return replica.equals(state.self);
    }
    return row.progress instanceof Replicating && isHeard(replica)
        && row.catchUp().isDone(row.progress.match(), log.last(), state.settings.electionTimeoutNanos(), state.now);
  }

  List<MemberStatus> members() {
    Membership current = state.membership();
    var members = new ArrayList<MemberStatus>();
    for (ReplicaId replica : current.all()) {
      Row row = replication.row(replica);
      long match = row == null ? log.persisted() : row.progress.match();
      long heardAt = row == null ? state.now : row.hasAnswered ? row.heardAt : Long.MIN_VALUE;
      members.add(new MemberStatus(replica, current.isVoter(replica), row == null ? "self" : sending(row), match,
          Math.max(0, log.last() - match), isCaughtUp(replica), heardAt));
    }
    return members;
  }

  private static String sending(Row row) {
    return switch (row.progress) {
      case Probing _ -> "probing";
      case Replicating _ -> "replicating";
      case Snapshotting _ -> "snapshot";
    };
  }

  private String heard(Row row) {
    return !row.hasAnswered ? "not heard from yet" : "heard from " + (state.now - row.heardAt) / 1_000_000 + " ms ago";
  }
}
