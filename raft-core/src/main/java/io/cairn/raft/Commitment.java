package io.cairn.raft;

import io.cairn.raft.log.RaftLog;
import io.cairn.raft.quorum.Quorum;

/** Which entries are committed (section 5.4.2). */
final class Commitment {

  private Commitment() {}

  /**
   * Commits what a quorum holds durably, provided the last of it is of the leader's own term: an older entry on a majority
   * can still be overwritten (figure 8), and is committed by one of this term after it.
   *
   * @return whether the commit index moved
   */
  static boolean advance(RaftLog log, long term, Quorum quorum, Quorum.Standing match) {
    long agreed = quorum.agreed(match);
    Invariant.atMost(agreed, log.last(), "a quorum holds %d, the leader's log ends at %d");
    boolean moves = agreed > log.committed() && log.term(agreed) == term;
    if (moves) {
      log.commitTo(agreed);
    }
    return moves;
  }
}
