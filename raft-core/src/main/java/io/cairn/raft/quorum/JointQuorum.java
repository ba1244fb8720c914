package io.cairn.raft.quorum;

/** During a change of voters both the coming and the leaving majority must agree (dissertation 4.3). */
public final class JointQuorum implements Quorum {

  private final MajorityQuorum incoming;
  private final MajorityQuorum outgoing;

  public JointQuorum(MajorityQuorum incoming, MajorityQuorum outgoing) {
    this.incoming = incoming;
    this.outgoing = outgoing;
  }

  @Override
  public long agreed(Standing standing) {
    return Math.min(incoming.agreed(standing), outgoing.agreed(standing));
  }

  @Override
  public VoteOutcome outcome(VoteTally tally) {
    VoteOutcome one = incoming.outcome(tally);
    VoteOutcome other = outgoing.outcome(tally);
    if (one == other) {
      return one;
    }
    return one == VoteOutcome.LOST || other == VoteOutcome.LOST ? VoteOutcome.LOST : VoteOutcome.PENDING;
  }
}
