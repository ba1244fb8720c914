package io.cairn.raft;

import io.cairn.raft.message.RaftMessage;
import io.cairn.raft.message.RaftMessage.AppendEntries;
import io.cairn.raft.message.RaftMessage.AppendEntriesResponse;
import io.cairn.raft.message.RaftMessage.Heartbeat;
import io.cairn.raft.message.RaftMessage.HeartbeatResponse;
import io.cairn.raft.message.RaftMessage.LogShown;
import io.cairn.raft.message.RaftMessage.PreVoteResponse;
import io.cairn.raft.message.RaftMessage.Quiesce;
import io.cairn.raft.message.RaftMessage.ReadIndexRequest;
import io.cairn.raft.message.RaftMessage.ReadIndexResponse;
import io.cairn.raft.message.RaftMessage.ReplicaRemoved;
import io.cairn.raft.message.RaftMessage.RequestPreVote;
import io.cairn.raft.message.RaftMessage.RequestVote;
import io.cairn.raft.message.RaftMessage.ShowLog;
import io.cairn.raft.message.RaftMessage.TimeoutNow;
import io.cairn.raft.message.RaftMessage.VoteResponse;
import io.cairn.raft.quorum.VoteTally;

/** Asks for votes in a new term (section 5.2). */
final class Candidate implements Role {

  private final ReplicaState state;
  private final VoteTally tally = new VoteTally();
  private final boolean transfer;

  private Candidate(ReplicaState state, boolean transfer) {
    this.state = state;
    this.transfer = transfer;
  }

  /** @param transfer whether the leader asked for this election (dissertation 3.10) */
  static Role begin(ReplicaState state, boolean transfer) {
    state.enterTerm(state.term() + 1);
    state.voteFor(state.self);
    state.restartCampaignTimer();
    for (ReplicaId voter : state.membership().all()) {
      if (!voter.equals(state.self) && state.membership().isVoter(voter)) {
        // Asked for only once the own vote is durable: a candidate that forgets it would vote twice (RC-03).
        state.outbox.claim(new RequestVote(state.self, voter, state.term(), state.lastId(), transfer));
      }
    }
    return new Candidate(state, transfer);
  }

  @Override
  public RoleName name() {
    return RoleName.CANDIDATE;
  }

  @Override
  public ReplicaId leader() {
    return ReplicaId.NONE;
  }

  @Override
  public Role tick() {
    return state.now >= state.campaignAt ? PreCandidate.begin(state) : this;
  }

  /** The own vote counts like any other: once it is durable. So a single voter, too, leads only after its disk answered. */
  @Override
  public Role persisted() {
    if (state.isHardStateDurable()) {
      tally.record(state.self, true);
    }
    return decide();
  }

  @Override
  public Role receive(RaftMessage message) {
    return switch (message) {
      case AppendEntries append -> Follower.of(state, append.from()).receive(append);
      case Heartbeat heartbeat -> Follower.of(state, heartbeat.from()).receive(heartbeat);
      case Quiesce quiesce -> Follower.of(state, quiesce.from()).receive(quiesce);
      case VoteResponse vote -> {
        tally.record(vote.from(), vote.granted());
        yield decide();
      }
      case RequestVote request -> {
        Election.answerVote(state, request);
        yield this;
      }
      case ReadIndexRequest request -> {
        Follower.refuseRead(state, request);
        yield this;
      }
      // What answers a role that this replica no longer has, or asks what Raft itself answers.
      case RequestPreVote _, PreVoteResponse _, AppendEntriesResponse _, HeartbeatResponse _, ReadIndexResponse _, TimeoutNow _,
          ReplicaRemoved _, ShowLog _, LogShown _ -> this;
    };
  }

  private Role decide() {
    return switch (state.quorum().outcome(tally)) {
      case WON -> Leader.begin(state, transfer);
      case LOST -> Follower.of(state, ReplicaId.NONE);
      case PENDING -> this;
    };
  }

  @Override
  public void readIndex(long read, long context) {
    Follower.refuseOwnRead(state, read);
  }
}
