package io.cairn.raft.membership;

import io.cairn.raft.ReplicaId;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Who takes part: the voters, during a joint change also the voters that are leaving ({@code outgoing}; both majorities
 * decide, dissertation 4.3), and learners, which receive everything and decide nothing.
 */
public record Membership(SortedSet<ReplicaId> voters, SortedSet<ReplicaId> outgoing, SortedSet<ReplicaId> learners) {

  public Membership {
    voters = java.util.Collections.unmodifiableSortedSet(new TreeSet<>(voters));
    outgoing = java.util.Collections.unmodifiableSortedSet(new TreeSet<>(outgoing));
    learners = java.util.Collections.unmodifiableSortedSet(new TreeSet<>(learners));
    if (voters.isEmpty()) {
      throw new IllegalArgumentException("a shard needs at least one voter");
    }
    for (ReplicaId learner : learners) {
      if (voters.contains(learner) || outgoing.contains(learner)) {
        throw new IllegalArgumentException("replica " + learner + " is both a voter and a learner");
      }
    }
  }

  public static Membership of(SortedSet<ReplicaId> voters) {
    return new Membership(voters, new TreeSet<>(), new TreeSet<>());
  }

  public boolean isJoint() {
    return !outgoing.isEmpty();
  }

  public boolean isVoter(ReplicaId replica) {
    return voters.contains(replica) || outgoing.contains(replica);
  }

  /** Everyone a leader replicates to, itself included. */
  public SortedSet<ReplicaId> all() {
    var all = new TreeSet<>(voters);
    all.addAll(outgoing);
    all.addAll(learners);
    return all;
  }
}
