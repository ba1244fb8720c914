package io.cairn.raft;

/**
 * What must hold of one replica, to be read against the paper. Tests and simulations check it after every input: the state by
 * itself, and each change against the state before. What spans replicas (election safety, log matching, leader completeness,
 * state machine safety) needs all of them and is the simulators' to check.
 */
public final class RaftInvariants {

  private RaftStatus before;

  /** Checks {@code raft} as it stands now, and how it came here since the last call. */
  public void check(Raft raft) {
    RaftStatus after = raft.status();
    checkState(after);
    Invariant.check(raft.leaseUntil() == Long.MIN_VALUE || after.role() == RoleName.LEADER, "only a leader has a lease");
    if (before != null) {
      checkChange(before, after);
    }
    before = after;
  }

  static void checkState(RaftStatus now) {
    checkCursors(now);
    Invariant.check(now.vote().equals(ReplicaId.NONE) || now.term() > 0, "nobody votes in term 0");
    switch (now.role()) {
      case LEADER -> {
        Invariant.check(now.leader().equals(now.self()), "a leader knows that it leads");
        Invariant.check(now.vote().equals(now.self()), "a leader has voted for itself in its term");
        now.matches().forEach((replica, match) -> Invariant.check(match <= now.last(),
            "replica %d agrees up to %d, within the leader's log (last %d)", replica.value(), match, now.last()));
      }
      case CANDIDATE -> {
        Invariant.check(now.vote().equals(now.self()), "a candidate has voted for itself in its term");
        Invariant.check(now.leader().equals(ReplicaId.NONE), "a candidate knows no leader");
      }
      case PRE_CANDIDATE -> Invariant.check(now.leader().equals(ReplicaId.NONE), "a pre-candidate knows no leader");
      case FOLLOWER -> Invariant.check(!now.leader().equals(now.self()), "a follower does not follow itself");
    }
  }

  /** The line of cursors in {@link io.cairn.raft.log.RaftLog}. */
  private static void checkCursors(RaftStatus now) {
    Invariant.check(now.first() - 1 <= now.applied(), "what is cut off the log (first %d) is applied (%d)", now.first(), now.applied());
    Invariant.check(now.applied() <= now.commit(), "applied %d <= committed %d", now.applied(), now.commit());
    Invariant.check(now.applied() <= now.persisted(), "applied %d <= durable here %d (A-01)", now.applied(), now.persisted());
    Invariant.check(now.commit() <= now.last(), "committed %d <= last %d (RC-07)", now.commit(), now.last());
    Invariant.check(now.persisted() <= now.last(), "durable %d <= last %d", now.persisted(), now.last());
  }

  static void checkChange(RaftStatus before, RaftStatus after) {
    Invariant.check(after.term() >= before.term(), "the term never goes back: %d after %d", after.term(), before.term());
    Invariant.check(after.commit() >= before.commit(), "the commit index never goes back: %d after %d", after.commit(), before.commit());
    Invariant.check(after.applied() >= before.applied(), "what is applied stays: %d after %d", after.applied(), before.applied());
    Invariant.check(after.first() >= before.first(), "the log's beginning never goes back: %d after %d", after.first(), before.first());
    if (after.term() == before.term()) {
      checkWithinTerm(before, after);
    }
  }

  private static void checkWithinTerm(RaftStatus before, RaftStatus after) {
    Invariant.check(before.vote().equals(ReplicaId.NONE) || after.vote().equals(before.vote()),
        "term %d: the vote is set at most once, to %d and not to %d", after.term(), before.vote().value(), after.vote().value());
    boolean leaderKept = before.leader().equals(ReplicaId.NONE) || after.leader().equals(ReplicaId.NONE)
        || after.leader().equals(before.leader());
    Invariant.check(leaderKept, "term %d has one leader: %d, not %d", after.term(), before.leader().value(), after.leader().value());
    if (before.role() == RoleName.LEADER) {
      Invariant.check(after.role() == RoleName.LEADER || after.role() == RoleName.FOLLOWER, "a leader steps down to follower only");
      Invariant.check(after.last() >= before.last(), "a leader only appends, and keeps its log when it steps down: %d after %d (RC-10)",
          after.last(), before.last());
    }
    if (after.role() == RoleName.LEADER) {
      Invariant.check(before.role() == RoleName.LEADER || before.role() == RoleName.CANDIDATE, "only a candidate becomes leader");
    }
  }
}
