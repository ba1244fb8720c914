package io.cairn.raft.quorum;

import io.cairn.raft.ReplicaId;
import io.cairn.raft.membership.Membership;

/** Whose agreement decides. The only place that counts majorities: of matches, of rounds, of times heard, of votes. */
public sealed interface Quorum permits MajorityQuorum, JointQuorum {

  /** What a voter stands at. */
  @FunctionalInterface
  interface Standing {
    long of(ReplicaId voter);
  }

  /** The largest number that enough voters stand at or above to decide. */
  long agreed(Standing standing);

  /** What the votes given so far decide. */
  VoteOutcome outcome(VoteTally tally);

  static Quorum of(Membership membership) {
    var incoming = new MajorityQuorum(membership.voters());
    return membership.isJoint() ? new JointQuorum(incoming, new MajorityQuorum(membership.outgoing())) : incoming;
  }
}
