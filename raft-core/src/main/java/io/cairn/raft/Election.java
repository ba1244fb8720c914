package io.cairn.raft;

import io.cairn.raft.log.EntryId;
import io.cairn.raft.message.RaftMessage.PreVoteResponse;
import io.cairn.raft.message.RaftMessage.RequestPreVote;
import io.cairn.raft.message.RaftMessage.RequestVote;
import io.cairn.raft.message.RaftMessage.VoteResponse;

/** Who may vote for whom. */
final class Election {

  private Election() {}

  /** Section 5.4.1: a log that lacks something committed must not win. */
  static boolean isUpToDate(EntryId candidate, EntryId own) {
    return candidate.compareTo(own) >= 0;
  }

  /**
   * Leader stickiness (dissertation 4.2.3 and 6.4.1): who has a leader, or had one within an election timeout, hears nobody
   * who would depose it, except whom the leader itself has chosen. The lease of leaders stands on this.
   */
  static boolean isSticky(ReplicaState state, Role role) {
    return role instanceof Leader || !state.mayVote();
  }

  /** Dissertation 9.6: nothing is promised by a pre-vote, so nothing is remembered of it. */
  static void answerPreVote(ReplicaState state, Role role, RequestPreVote request) {
    boolean free = request.term() > state.term()
        || (request.term() == state.term() && (state.vote().equals(ReplicaId.NONE) || state.vote().equals(request.from())));
    boolean granted = free && !isSticky(state, role) && isUpToDate(request.last(), state.lastId())
        && state.suspicion.mayVoteFor(request.term(), request.last());
    if (granted && role instanceof Follower) {
      state.letGoFirst();
    }
    state.outbox.send(new PreVoteResponse(state.self, request.from(), granted ? request.term() : state.term(), granted));
  }

  /** Section 5.2. The vote leaves only once it is durable. */
  static void answerVote(ReplicaState state, RequestVote request) {
    boolean free = state.vote().equals(ReplicaId.NONE) || state.vote().equals(request.from());
    boolean granted = free && isUpToDate(request.last(), state.lastId())
        && state.suspicion.mayVoteFor(request.term(), request.last());
    if (granted) {
      state.voteFor(request.from());
      state.restartCampaignTimer();
      state.outbox.claim(new VoteResponse(state.self, request.from(), state.term(), true));
    } else {
      state.outbox.send(new VoteResponse(state.self, request.from(), state.term(), false));
    }
  }
}
