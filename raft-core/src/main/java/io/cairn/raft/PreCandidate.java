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

/** Asks whether an election could be won, without raising anyone's term (dissertation 9.6). */
final class PreCandidate implements Role {

  private final ReplicaState state;
  private final VoteTally tally = new VoteTally();

  private PreCandidate(ReplicaState state) {
    this.state = state;
  }

  static Role begin(ReplicaState state) {
    var role = new PreCandidate(state);
    state.restartPreVoteTimer();
    role.tally.record(state.self, true);
    for (ReplicaId voter : state.membership().all()) {
      if (!voter.equals(state.self) && state.membership().isVoter(voter)) {
        state.outbox.send(new RequestPreVote(state.self, voter, state.term() + 1, state.lastId()));
      }
    }
    return role.decide();
  }

  @Override
  public RoleName name() {
    return RoleName.PRE_CANDIDATE;
  }

  @Override
  public ReplicaId leader() {
    return ReplicaId.NONE;
  }

  @Override
  public Role tick() {
    return state.now >= state.campaignAt ? begin(state) : this;
  }

  @Override
  public Role receive(RaftMessage message) {
    return switch (message) {
      case AppendEntries append -> Follower.of(state, append.from()).receive(append);
      case Heartbeat heartbeat -> Follower.of(state, heartbeat.from()).receive(heartbeat);
      case Quiesce quiesce -> Follower.of(state, quiesce.from()).receive(quiesce);
      case PreVoteResponse answer -> answered(answer);
      case RequestVote request -> {
        Election.answerVote(state, request);
        yield this;
      }
      case ReadIndexRequest request -> {
        Follower.refuseRead(state, request);
        yield this;
      }
      // What answers a role that this replica no longer has, or asks what Raft itself answers.
      case RequestPreVote _, VoteResponse _, AppendEntriesResponse _, HeartbeatResponse _, ReadIndexResponse _, TimeoutNow _,
          ReplicaRemoved _, ShowLog _, LogShown _ -> this;
    };
  }

  private Role answered(PreVoteResponse answer) {
    if (!answer.granted() || answer.term() == state.term() + 1) {
      tally.record(answer.from(), answer.granted());
    }
    return decide();
  }

  private Role decide() {
    return switch (state.quorum().outcome(tally)) {
      case WON -> Candidate.begin(state, false);
      case LOST -> Follower.of(state, ReplicaId.NONE);
      case PENDING -> this;
    };
  }

  @Override
  public void readIndex(long read, long context) {
    Follower.refuseOwnRead(state, read);
  }
}
