package io.cairn.raft;

import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.LogSlice;
import io.cairn.raft.log.RaftLog;
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
import io.cairn.raft.read.ReadAnswer;

/** Hears a leader, appends what it is told, votes at most once a term. */
final class Follower implements Role {

  private final ReplicaState state;
  private ReplicaId leader;
  /** Up to here the log is known to be the leader's own. */
  private long agreed;

  private Follower(ReplicaState state, ReplicaId leader) {
    this.state = state;
    this.leader = leader;
  }

  /** A follower of {@code leader}, {@link ReplicaId#NONE} when none is known. */
  static Follower of(ReplicaState state, ReplicaId leader) {
    return new Follower(state, leader);
  }

  @Override
  public RoleName name() {
    return RoleName.FOLLOWER;
  }

  @Override
  public ReplicaId leader() {
    return leader;
  }

  @Override
  public Role tick() {
    noticeBroughtUp();
    state.asked.expire(state.now - state.settings.electionTimeoutNanos(), state.outbox::answered);
    return !state.quiesced && state.now >= state.campaignAt && mayCampaign() ? PreCandidate.begin(state) : this;
  }

  /** Not in the middle of a snapshot: a leader's log is not begun anew. Nor where it would have to give leadership away at once. */
  private boolean mayCampaign() {
    return state.installing == null && !state.retiring && state.diskStalledNanos() <= state.settings.diskPatienceNanos()
        && !state.isRemoved() && state.mayLead() && state.suspicion.mayCampaign();
  }

  @Override
  public Role persisted() {
    noticeBroughtUp();
    return this;
  }

  private void noticeBroughtUp() {
    if (!leader.equals(ReplicaId.NONE)) {
      // What is committed here is the leader's too.
      state.suspicion.follows(state.term(), Math.min(Math.max(agreed, state.log.committed()), state.log.persisted()));
    }
  }

  @Override
  public Role receive(RaftMessage message) {
    switch (message) {
      case AppendEntries append -> {
        hear(append.from());
        append(append);
      }
      case Heartbeat heartbeat -> {
        hear(heartbeat.from());
        answer(heartbeat);
      }
      case Quiesce quiesce -> {
        hear(quiesce.from());
        quiesce(quiesce);
      }
      case RequestVote request -> Election.answerVote(state, request);
      case ReadIndexRequest request -> refuseRead(state, request);
      case ReadIndexResponse response -> answered(response);
      case TimeoutNow order -> {
        if (order.from().equals(leader) && state.mayObey(order.round()) && mayCampaign()) {
          return Candidate.begin(state, true);
        }
      }
      // What answers a role that this replica no longer has, or asks what Raft itself answers.
      case RequestPreVote _, PreVoteResponse _, VoteResponse _, AppendEntriesResponse _, HeartbeatResponse _,
          ReplicaRemoved _, ShowLog _, LogShown _ -> { }
    }
    return this;
  }

  private void hear(ReplicaId from) {
    Invariant.check(leader.equals(ReplicaId.NONE) || leader.equals(from), "term %d has one leader: %d, and now %d",
        state.term(), leader.value(), from.value());
    leader = from;
    state.heardLeader();
  }

  /** Section 5.3: take the entries when the one before them agrees, else say where it may. */
  private void append(AppendEntries append) {
    var slice = new LogSlice(append.previous(), append.entries());
    if (slice.last().term() > append.term()) {
      throw new IllegalArgumentException("entry " + slice.last() + " is of a later term than its leader's, " + append.term());
    }
    if (state.installing != null) {
      return;
    }
    RaftLog log = state.log;
    if (slice.previous().index() < log.committed()) {
      // What is committed here is the leader's too (5.4.3); a late append from below it is no conflict (RC-11).
      EntryId known = new EntryId(log.term(log.committed()), log.committed());
      if (slice.last().index() <= known.index()) {
        acknowledge(append, known.index());
        return;
      }
      slice = slice.after(known);
    }
    if (!log.matches(slice.previous())) {
      EntryId hint = log.lastAtOrBelow(slice.previous().index(), slice.previous().term());
      state.outbox.send(new AppendEntriesResponse(state.self, append.from(), state.term(), false, 0, hint, append.previous().index()));
      return;
    }
    log.accept(slice);
    acknowledge(append, slice.last().index());
  }

  private void acknowledge(AppendEntries append, long match) {
    agreed = Math.max(agreed, match);
    state.log.commitTo(Math.min(append.commit(), agreed));
    accepted(append.from(), match);
  }

  private void answer(Heartbeat heartbeat) {
    state.answeredRound(heartbeat.round());
    if (state.installing == null && heartbeat.commit() <= state.log.last()) {
      state.log.commitTo(heartbeat.commit());
    }
    state.outbox.send(
        new HeartbeatResponse(state.self, heartbeat.from(), state.term(), heartbeat.round(), state.log.last()));
  }

  /** A log that ends with the leader's last entry is the leader's (5.3), and all of that is committed. */
  private void quiesce(Quiesce order) {
    if (state.installing == null && state.log.lastId().equals(order.last()) && state.log.persisted() == order.last().index()) {
      agreed = order.last().index();
      state.log.commitTo(agreed);
      state.quiesced = true;
    } else {
      // Something is missing here after all: any message wakes the leader.
      state.outbox.send(new HeartbeatResponse(state.self, order.from(), state.term(), 0, state.log.last()));
    }
  }

  @Override
  public void woken() {
    state.restartCampaignTimer();
  }

  @Override
  public void readIndex(long read, long context) {
    if (leader.equals(ReplicaId.NONE) || !state.asked.add(read, state.now)) {
      refuseOwnRead(state, read);
      return;
    }
    state.outbox.send(new ReadIndexRequest(state.self, leader, state.term(), read, context));
  }

  private void answered(ReadIndexResponse response) {
    if (!state.asked.remove(response.read())) {
      return;
    }
    state.outbox.answered(new ReadAnswer(response.read(), response.index(), response.answer(), response.ok()));
  }

  /** Whoever follows has asked this leader, in this term: nobody else will answer. */
  @Override
  public void leave() {
    state.asked.failAll(state.outbox::answered);
  }

  /** A whole snapshot has come. One that says nothing new is acknowledged and left (MB-04: also what it says of members). */
  void snapshot(SnapshotMeta snapshot, ReplicaId from) {
    hear(from);
    RaftLog log = state.log;
    EntryId last = snapshot.last();
    if (state.installing != null) {
      return;
    }
    if (last.index() <= log.committed() || log.matches(last)) {
      log.commitTo(last.index());
      agreed = Math.max(agreed, log.committed());
      accepted(from, log.committed());
      return;
    }
    state.installing = snapshot;
    log.freeze();
    state.outbox.install(snapshot);
  }

  void snapshotInstalled(SnapshotMeta snapshot) {
    agreed = Math.max(agreed, snapshot.last().index());
    if (!leader.equals(ReplicaId.NONE)) {
      accepted(leader, snapshot.last().index());
    }
  }

  private void accepted(ReplicaId to, long match) {
    state.outbox.claim(new AppendEntriesResponse(state.self, to, state.term(), true, match, EntryId.ZERO, 0));
  }

  static void refuseRead(ReplicaState state, ReadIndexRequest request) {
    state.outbox.send(new ReadIndexResponse(state.self, request.from(), state.term(), request.read(), 0, 0, false));
  }

  static void refuseOwnRead(ReplicaState state, long read) {
    state.outbox.answered(new ReadAnswer(read, 0, 0, false));
  }
}
