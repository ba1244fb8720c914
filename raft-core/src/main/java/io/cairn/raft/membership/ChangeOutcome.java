package io.cairn.raft.membership;

/** What became of a wish to change the members. */
public sealed interface ChangeOutcome {

  /**
   * It is in the leader's log at {@code index}, and decides from there on. When {@code target} has other voters, the entry at {@code
   * index} is the joint one, and the leader of that time appends the one that ends it by itself. Whether it is committed is not known yet.
   */
  record Appended(long index, Membership target) implements ChangeOutcome {}

  /** Nothing was done, certainly. {@code reason} is for an operator: what is wrong, with values. */
  record Refused(Cause cause, String reason) implements ChangeOutcome {}

  /** Why a change is refused; {@link #isPassing} ones may be tried again as they are. */
  enum Cause {
    NOT_LEADER(true),
    /** The leader has committed nothing in its term yet (MB-01). */
    TERM_NOT_COMMITTED(true),
    /** An earlier change is not committed, or its joint state not left. */
    CHANGE_UNDER_WAY(true),
    /** Leadership is being handed over. */
    TRANSFER_UNDER_WAY(true),
    /** A learner lacks too much of the log to vote (MB-06, MB-07). */
    LEARNER_LAGS(true),
    /** The voters that would be left were not heard from lately in such a number that they could decide. */
    QUORUM_WOULD_BE_LOST(true),
    /** All is already as wished. */
    NO_CHANGE(false),
    NOT_A_MEMBER(false),
    ALREADY_A_MEMBER(false),
    /** A replica id is never used twice (MB-02). */
    ID_USED_BEFORE(false),
    NOT_A_LEARNER(false),
    NOT_A_VOTER(false),
    /** Somebody must decide. */
    NO_VOTER_LEFT(false);

    private final boolean passing;

    Cause(boolean passing) {
      this.passing = passing;
    }

    public boolean isPassing() {
      return passing;
    }
  }
}
