package io.cairn.raft.quorum;

import io.cairn.raft.ReplicaId;
import java.util.SortedSet;

/** More than half of one set of voters. */
public final class MajorityQuorum implements Quorum {

  private final ReplicaId[] voters;
  /** Kept between calls: a leader asks for every acknowledgement. */
  private final long[] descending;

  public MajorityQuorum(SortedSet<ReplicaId> voters) {
    if (voters.isEmpty()) {
      throw new IllegalArgumentException("a majority needs at least one voter");
    }
    this.voters = voters.toArray(ReplicaId[]::new);
    this.descending = new long[this.voters.length];
  }

  @Override
  public long agreed(Standing standing) {
    for (int i = 0; i < voters.length; i++) {
      long value = standing.of(voters[i]);
      int at = i;
      while (at > 0 && descending[at - 1] < value) {
        descending[at] = descending[at - 1];
        at--;
      }
      descending[at] = value;
    }
    return descending[voters.length / 2];
  }

  @Override
  public VoteOutcome outcome(VoteTally tally) {
    int granted = 0;
    int open = 0;
    for (ReplicaId voter : voters) {
      if (tally.granted(voter)) {
        granted++;
      } else if (!tally.refused(voter)) {
        open++;
      }
    }
    int needed = voters.length / 2 + 1;
    if (granted >= needed) {
      return VoteOutcome.WON;
    }
    return granted + open < needed ? VoteOutcome.LOST : VoteOutcome.PENDING;
  }
}
