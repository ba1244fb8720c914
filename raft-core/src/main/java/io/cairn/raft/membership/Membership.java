package io.cairn.raft.membership;

import io.cairn.raft.ReplicaId;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Who takes part: the voters, during a joint change also the voters as they were ({@code outgoing}; both majorities decide,
 * dissertation 4.3), and learners, which receive everything and decide nothing. A learner that is among {@code outgoing} too votes
 * until the change is over and learns from then on.
 *
 * @param highest the highest replica id that ever took part. A replica id at or below it that is no member has been removed, and
 *     never comes back (MB-02): so eight bytes are the tombstones of all removed replicas
 */
public record Membership(SortedSet<ReplicaId> voters, SortedSet<ReplicaId> outgoing, SortedSet<ReplicaId> learners, ReplicaId highest) {

  public Membership {
    voters = Collections.unmodifiableSortedSet(new TreeSet<>(voters));
    outgoing = Collections.unmodifiableSortedSet(new TreeSet<>(outgoing));
    learners = Collections.unmodifiableSortedSet(new TreeSet<>(learners));
    if (voters.isEmpty()) {
      throw new IllegalArgumentException("a shard needs at least one voter");
    }
    for (ReplicaId learner : learners) {
      if (voters.contains(learner)) {
        throw new IllegalArgumentException("replica " + learner + " is both a voter and a learner");
      }
    }
    ReplicaId last = highest(voters, outgoing, learners);
    if (highest.compareTo(last) < 0) {
      throw new IllegalArgumentException("replica " + last + " is above the highest id ever used, " + highest);
    }
  }

  /** Of replicas of which none was ever removed. */
  public Membership(SortedSet<ReplicaId> voters, SortedSet<ReplicaId> outgoing, SortedSet<ReplicaId> learners) {
    this(voters, outgoing, learners, highest(voters, outgoing, learners));
  }

  public static Membership of(SortedSet<ReplicaId> voters) {
    return new Membership(voters, Collections.emptySortedSet(), Collections.emptySortedSet());
  }

  private static ReplicaId highest(SortedSet<ReplicaId> voters, SortedSet<ReplicaId> outgoing, SortedSet<ReplicaId> learners) {
    var all = new TreeSet<>(voters);
    all.addAll(outgoing);
    all.addAll(learners);
    return all.isEmpty() ? ReplicaId.NONE : all.last();
  }

  public boolean isJoint() {
    return !outgoing.isEmpty();
  }

  public boolean isVoter(ReplicaId replica) {
    return voters.contains(replica) || outgoing.contains(replica);
  }

  /** Whether it receives everything and decides nothing, now. */
  public boolean isLearner(ReplicaId replica) {
    return learners.contains(replica) && !outgoing.contains(replica);
  }

  public boolean contains(ReplicaId replica) {
    return isVoter(replica) || learners.contains(replica);
  }

  /** Whether voters and learners are the same, whoever took part before. */
  public boolean hasMembersOf(Membership other) {
    return voters.equals(other.voters) && outgoing.equals(other.outgoing) && learners.equals(other.learners);
  }

  /** Whether it took part once and never will again. */
  public boolean isRemoved(ReplicaId replica) {
    return replica.compareTo(highest) <= 0 && !contains(replica);
  }

  /** The id that the next new replica gets: one that was never used. */
  public ReplicaId nextReplica() {
    return new ReplicaId(highest.value() + 1);
  }

  /** What a joint membership leads to (dissertation 4.3: the new configuration, alone). */
  public Membership left() {
    return new Membership(voters, Collections.emptySortedSet(), learners, highest);
  }

  /** Everyone a leader replicates to, itself included. */
  public SortedSet<ReplicaId> all() {
    var all = new TreeSet<>(voters);
    all.addAll(outgoing);
    all.addAll(learners);
    return all;
  }

  /** As an operator reads it: {@code voters [1, 2, 4] instead of [1, 2, 3], learners [5]}. */
  public String describe() {
    return "voters " + voters + (isJoint() ? " instead of " + outgoing : "") + (learners.isEmpty() ? "" : ", learners " + learners);
  }
}
