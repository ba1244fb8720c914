package io.cairn.raft.quorum;

/** What an election has come to. {@code LOST}: whatever the missing voters answer, it cannot be won any more. */
public enum VoteOutcome {
  PENDING, WON, LOST
}
