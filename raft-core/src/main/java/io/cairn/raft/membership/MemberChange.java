package io.cairn.raft.membership;

import io.cairn.raft.ReplicaId;
import java.util.ArrayList;
import java.util.List;

/**
 * One wish of an operator. Several are carried out as one change: to replace a replica is to promote the new one and remove the
 * old one at once. A new replica always starts as a learner, so that it counts for nothing until it has caught up.
 */
public sealed interface MemberChange {

  ReplicaId replica();

  /**
   * What leads from {@code now} to {@code wanted}, whose voters and learners alone count. A voter that is no member yet is to be promoted,
   * and so is refused until it is a learner.
   */
  static List<MemberChange> between(Membership now, Membership wanted) {
    var changes = new ArrayList<MemberChange>();
    for (ReplicaId voter : wanted.voters()) {
      if (!now.voters().contains(voter)) {
        changes.add(new Promote(voter));
      }
    }
    for (ReplicaId learner : wanted.learners()) {
      if (now.voters().contains(learner)) {
        changes.add(new Demote(learner));
      } else if (!now.learners().contains(learner)) {
        changes.add(new AddLearner(learner));
      }
    }
    for (ReplicaId member : now.all()) {
      if (!wanted.contains(member)) {
        changes.add(new Remove(member));
      }
    }
    return changes;
  }

  /** Begins to send everything to a new replica, whose id is {@link Membership#nextReplica()} or higher. */
  record AddLearner(ReplicaId replica) implements MemberChange {}

  /** Makes a learner that has caught up a voter. */
  record Promote(ReplicaId replica) implements MemberChange {}

  /** Makes a voter a learner. */
  record Demote(ReplicaId replica) implements MemberChange {}

  /** Ends a replica; its id is never used again. */
  record Remove(ReplicaId replica) implements MemberChange {}
}
