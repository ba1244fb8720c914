package io.cairn.raft.membership;

import io.cairn.raft.ReplicaId;
import io.cairn.raft.membership.ChangeOutcome.Cause;
import io.cairn.raft.membership.ChangeOutcome.Refused;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;

/**
 * What wishes come to, as far as the members alone tell: a target, or a refusal. Whether the moment is right (who has caught up, who
 * answers) only a leader knows and asks after this.
 */
public final class MembershipPlan {

  private final Membership current;
  private final TreeSet<ReplicaId> voters;
  private final TreeSet<ReplicaId> learners;
  private ReplicaId highest;
  private Refused refused;

  private MembershipPlan(Membership current) {
    this.current = current;
    this.voters = new TreeSet<>(current.voters());
    this.learners = new TreeSet<>(current.learners());
    this.highest = current.highest();
  }

  /** @param current not joint */
  public static MembershipPlan of(Membership current, List<MemberChange> changes) {
    if (current.isJoint()) {
      throw new IllegalArgumentException("members are changed again only when the joint state is left: " + current.describe());
    }
    var plan = new MembershipPlan(current);
    for (MemberChange change : changes) {
      if (plan.refused == null) {
        plan.take(change);
      }
    }
    if (plan.refused == null) {
      plan.checkWhole();
    }
    return plan;
  }

  /** Why it cannot be, or null. */
  public Refused refused() {
    return refused;
  }

  /** The members when all is done; only of a plan that is not {@link #refused}. */
  public Membership target() {
    return new Membership(voters, Collections.emptySortedSet(), learners, highest);
  }

  /** The entry that begins it: joint when the voters change, for both majorities must agree then (dissertation 4.3); else the target. */
  public Membership first() {
    return voters.equals(current.voters()) ? target() : new Membership(voters, current.voters(), learners, highest);
  }

  private void take(MemberChange change) {
    ReplicaId id = change.replica();
    switch (change) {
      case MemberChange.AddLearner _ -> addLearner(id);
      case MemberChange.Promote _ -> {
        if (voters.contains(id)) {
          refuse(Cause.ALREADY_A_MEMBER, "replica " + id + " already votes");
        } else if (!learners.remove(id)) {
          refuse(Cause.NOT_A_LEARNER, "replica " + id + " is no learner; a new replica is added as a learner first");
        } else {
          voters.add(id);
        }
      }
      case MemberChange.Demote _ -> {
        if (!voters.remove(id)) {
          refuse(Cause.NOT_A_VOTER, "replica " + id + " is no voter");
        } else {
          learners.add(id);
        }
      }
      case MemberChange.Remove _ -> {
        if (!voters.remove(id) && !learners.remove(id)) {
          refuse(Cause.NOT_A_MEMBER, "replica " + id + " is no member; they are " + current.describe());
        }
      }
    }
  }

  private void addLearner(ReplicaId id) {
    if (voters.contains(id) || learners.contains(id)) {
      refuse(Cause.ALREADY_A_MEMBER, "replica " + id + " is a member already");
    } else if (id.compareTo(highest) <= 0) {
      refuse(Cause.ID_USED_BEFORE, "replica id " + id + " was used before and is never used again; the next free one is "
          + current.nextReplica());
    } else {
      learners.add(id);
      highest = id;
    }
  }

  private void checkWhole() {
    if (voters.isEmpty()) {
      refuse(Cause.NO_VOTER_LEFT, "no voter would be left; the members are " + current.describe());
    } else if (voters.equals(current.voters()) && learners.equals(current.learners())) {
      refuse(Cause.NO_CHANGE, "the members are so already: " + current.describe());
    }
  }

  private void refuse(Cause cause, String reason) {
    refused = new Refused(cause, reason);
  }
}
