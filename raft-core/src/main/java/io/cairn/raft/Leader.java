package io.cairn.raft;

import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryKind;
import io.cairn.raft.log.RaftLog;
import io.cairn.raft.membership.ChangeOutcome;
import io.cairn.raft.membership.ChangeOutcome.Cause;
import io.cairn.raft.membership.ChangeOutcome.Refused;
import io.cairn.raft.membership.MemberChange;
import io.cairn.raft.membership.Membership;
import io.cairn.raft.membership.MembershipCodec;
import io.cairn.raft.membership.MembershipPlan;
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
import io.cairn.raft.progress.ProgressTable.Row;
import io.cairn.raft.quorum.Quorum;
import io.cairn.raft.read.ConfirmedRead;
import io.cairn.raft.read.HeartbeatRounds;
import io.cairn.raft.read.ReadAnswer;
import io.cairn.raft.read.ReadIndexQueue;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;

/** Proposes, commits, confirms that it leads, and answers reads. How it sends to each follower is {@link Replication}'s. */
final class Leader implements Role {

  private final ReplicaState state;
  private final RaftLog log;
  private final Replication replication;
  private final MembershipChecks checks;
  private final HeartbeatRounds rounds = new HeartbeatRounds();
  private final ReadIndexQueue reads = new ReadIndexQueue();
  private final LeadershipTransfer transfer;
  private final boolean byTransfer;
  /** Index of the first entry of this term. */
  private final long termStart;
  private long nextHeartbeatAt;
  /** Bytes of this term's entries that are not committed. */
  private long uncommittedBytes;
  /** Whom a change that is not committed yet leaves out. */
  private final SortedSet<ReplicaId> departing = new TreeSet<>();
  /** No lease stands on a round up to this one: this process stood still after it. */
  private long distrustedRound;

  private final Quorum.Standing matches;
  private final Quorum.Standing answeredRounds;
  private final Quorum.Standing heardTimes;

  private Leader(ReplicaState state, boolean byTransfer) {
    this.state = state;
    this.byTransfer = byTransfer;
    this.log = state.log;
    this.replication = new Replication(state);
    this.checks = new MembershipChecks(state, replication);
    this.transfer = new LeadershipTransfer(state, replication);
    this.termStart = log.last() + 1;
    this.matches = voter -> isSelf(voter) ? log.persisted() : replication.row(voter).progress.match();
    this.answeredRounds = voter -> isSelf(voter) ? rounds.last() : replication.row(voter).answeredRound;
    this.heardTimes = voter -> isSelf(voter) ? state.now : replication.row(voter).heardAt;
  }

  /** An election is won: the first entry of the term goes out with it, since only that can commit what came before (5.4.2). */
  static Role begin(ReplicaState state, boolean byTransfer) {
    var leader = new Leader(state, byTransfer);
    leader.append(EntryKind.LEADER, state.leaderEntry.payload(state.term()));
    leader.scheduleHeartbeat();
    leader.sendRound();
    return leader;
  }

  @Override
  public RoleName name() {
    return RoleName.LEADER;
  }

  @Override
  public ReplicaId leader() {
    return state.self;
  }

  private boolean isSelf(ReplicaId voter) {
    return voter.equals(state.self);
  }

  Replication replication() {
    return replication;
  }

  // ---- handing over

  TransferAnswer transferTo(ReplicaId target) {
    TransferAnswer answer = transfer.begin(target);
    transfer.advance(rounds.last());
    return answer;
  }

  TransferAnswer handOver(Predicate<ReplicaId> among) {
    TransferAnswer answer = transfer.beginToBest(among);
    transfer.advance(rounds.last());
    return answer;
  }

  /** Whether the leader before handed over to this one. */
  boolean byTransfer() {
    return byTransfer;
  }

  ReplicaId transferTarget() {
    return transfer.target();
  }

  /** Whoever was told of a lease has not been running since: it is taken again on a round that leaves from here on. */
  void stoodStill() {
    distrustedRound = rounds.last();
  }

  // ---- proposing and committing

  /** @return the entry's index, or -1: handing over, or too much is uncommitted */
  long propose(EntryKind kind, byte[] payload) {
    if (kind != EntryKind.COMMAND) {
      throw new IllegalArgumentException("only commands are proposed; the first entry of a term is the leader's own, and members are "
          + "changed by changeMembers");
    }
    if (transfer.isUnderWay()) {
      return -1;
    }
    if (uncommittedBytes > 0 && uncommittedBytes + payload.length > state.settings.maxUncommittedBytes()) {
      return -1;
    }
    return append(kind, payload);
  }

  private long append(EntryKind kind, byte[] payload) {
    Entry entry = state.newEntry(kind, payload);
    log.append(entry);
    uncommittedBytes += entry.sizeBytes();
    replication.wake();
    return entry.index();
  }

  /** Why these changes must not be begun now, or null (MB-01, MB-06). */
  Refused refusal(List<MemberChange> changes) {
    if (!isTermCommitted()) {
      return new Refused(Cause.TERM_NOT_COMMITTED, "this leader has committed nothing in its term " + state.term() + " yet");
    }
    if (log.members().index() > log.committed() || state.membership().isJoint()) {
      return new Refused(Cause.CHANGE_UNDER_WAY, "an earlier change of members is not over: " + state.membership().describe());
    }
    if (transfer.isUnderWay()) {
      return new Refused(Cause.TRANSFER_UNDER_WAY, "leadership is being handed to replica " + transfer.target());
    }
    return checks.refusal(MembershipPlan.of(state.membership(), changes));
  }

  ChangeOutcome changeMembers(List<MemberChange> changes) {
    Refused refused = refusal(changes);
    if (refused != null) {
      return refused;
    }
    MembershipPlan plan = MembershipPlan.of(state.membership(), changes);
    return new ChangeOutcome.Appended(append(plan.first()), plan.target());
  }

  private long append(Membership membership) {
    departing.addAll(state.membership().all());
    long index = append(EntryKind.MEMBERSHIP, MembershipCodec.encode(membership));
    departing.removeAll(membership.all());
    replication.cover(membership);
    return index;
  }

  List<MemberStatus> members() {
    return checks.members();
  }

  /** A joint membership is left as soon as it is applied here, whoever began it (dissertation 4.3; MB-05: once, and by any leader). */
  private void leaveJoint() {
    Membership current = state.membership();
    if (current.isJoint() && isTermCommitted() && log.members().index() <= log.applied()) {
      append(current.left());
    }
  }

  /**
   * What follows from a change that is committed: who was left out is told, and a leader that is no voter any more steps down
   * (dissertation 4.2.2), not before, since until then the others may not know that they decide without it.
   */
  private Role concludeChange() {
    Membership current = state.membership();
    if (current.isJoint() || log.members().index() > log.committed()) {
      return this;
    }
    departing.remove(state.self);
    for (ReplicaId removed : departing) {
      state.outbox.send(new ReplicaRemoved(state.self, removed, state.term()));
    }
    departing.clear();
    if (current.isVoter(state.self)) {
      return this;
    }
    sendRound();
    return Follower.of(state, ReplicaId.NONE);
  }

  private boolean isTermCommitted() {
    return log.committed() >= termStart;
  }

  /** The own disk is one of the quorum and counts as far as it is durable, not further (dissertation 10.2.1). */
  @Override
  public Role persisted() {
    return commit();
  }

  @Override
  public Role applied() {
    leaveJoint();
    return this;
  }

  private Role commit() {
    long before = log.committed();
    if (!Commitment.advance(log, state.term(), state.quorum(), matches)) {
      return this;
    }
    for (long index = Math.max(before + 1, termStart); index <= log.committed(); index++) {
      uncommittedBytes -= log.entry(index).sizeBytes();
    }
    reads.termCommitted(log.committed());
    replication.wake();
    leaveJoint();
    transfer.advance(rounds.last());
    return concludeChange();
  }

  // ---- leading

  @Override
  public Role tick() {
    if (state.quiesced) {
      return this;
    }
    long quorumHeardAt = state.quorum().agreed(heardTimes);
    if (state.now - quorumHeardAt > state.settings.electionTimeoutNanos()) {
      return Follower.of(state, ReplicaId.NONE);
    }
    if (transfer.tick() || !mayKeepLeading()) {
      return Follower.of(state, ReplicaId.NONE);
    }
    transfer.advance(rounds.last());
    replication.tick();
    if (state.now + state.settings.heartbeatNanos() / 4 >= nextHeartbeatAt) {
      scheduleHeartbeat();
      sendRound();
    }
    return this;
  }

  /** A leader whose disk stands still hands over, and steps down when nobody has taken over for as long again. */
  private boolean mayKeepLeading() {
    long stalled = state.diskStalledNanos();
    if (stalled <= state.settings.diskPatienceNanos() || state.membership().voters().size() == 1) {
      return true;
    }
    transfer.beginToBest(_ -> true);
    return stalled <= 2 * state.settings.diskPatienceNanos();
  }

  /**
   * Heartbeats leave on multiples of their period, so that those of all shards of a node leave on the same tick and travel in
   * one message. A tick that comes a quarter early still counts for its multiple.
   */
  private void scheduleHeartbeat() {
    long period = state.settings.heartbeatNanos();
    nextHeartbeatAt = (Math.floorDiv(state.now + period / 4, period) + 1) * period;
  }

  private void sendRound() {
    long round = rounds.begin(state.now);
    reads.ride(round);
    for (Row row : replication.rows()) {
      long commit = Math.min(log.committed(), row.progress.match());
      row.toldCommit = Math.max(row.toldCommit, commit);
      state.outbox.send(new Heartbeat(state.self, row.replica(), state.term(), commit, round));
    }
    confirm();
  }

  private void confirm() {
    if (rounds.confirm(state.quorum().agreed(answeredRounds))) {
      reads.confirmed(rounds.confirmed(), state.outbox::confirmed);
    }
  }

  /** Until when this leadership is certain: {@link Long#MIN_VALUE} when it is not, or when its commit index may be behind. */
  long leaseUntil() {
    if (rounds.confirmed() <= distrustedRound || transfer.mayBeObeyed() || !isTermCommitted() || state.quiesced) {
      return Long.MIN_VALUE;
    }
    return rounds.confirmedSentAt() + state.settings.leaseNanos();
  }

  // ---- being idle

  /**
   * Falls silent when nothing is under way and nobody lacks anything. Every heartbeat has been answered too: an answer that came later
   * would wake this leader again.
   */
  boolean quiesce() {
    long last = log.last();
    if (transfer.isUnderWay() || transfer.mayBeObeyed() || log.applied() < last || !isTermCommitted() || state.membership().isJoint()
        || !reads.isIdle() || !replication.isIdle(rounds.last())) {
      return false;
    }
    for (Row row : replication.rows()) {
      state.outbox.send(new Quiesce(state.self, row.replica(), state.term(), state.lastId()));
    }
    state.quiesced = true;
    return true;
  }

  @Override
  public void woken() {
    replication.woken();
    scheduleHeartbeat();
    sendRound();
  }

  /** As of when a quorum has last confirmed this leadership; {@link Long#MIN_VALUE} before the first time. */
  long confirmedAt() {
    return rounds.confirmed() == 0 ? Long.MIN_VALUE : rounds.confirmedSentAt();
  }

  // ---- messages

  @Override
  public Role receive(RaftMessage message) {
    switch (message) {
      case AppendEntriesResponse answer -> {
        if (replication.answered(answer)) {
          Role next = commit();
          if (next == this) {
            transfer.advance(rounds.last());
          }
          return next;
        }
      }
      case HeartbeatResponse answer -> {
        if (replication.heartbeatAnswered(answer)) {
          transfer.answered(replication.row(answer.from()));
          transfer.advance(rounds.last());
          confirm();
        }
      }
      case ReadIndexRequest request -> {
        if (!reads.add(request.read(), request.from(), request.context(), log.committed())) {
          Follower.refuseRead(state, request);
        }
      }
      case AppendEntries _, Heartbeat _, Quiesce _ ->
          throw new InvariantBroken("term " + state.term() + " has one leader: " + state.self + ", and now " + message.from());
      // Raft has answered the first two; the others answer a role that this replica no longer has.
      case RequestVote _, RequestPreVote _, VoteResponse _, PreVoteResponse _, ReadIndexResponse _, TimeoutNow _,
          ReplicaRemoved _, ShowLog _, LogShown _ -> { }
    }
    return this;
  }

  @Override
  public void readIndex(long read, long context) {
    if (!reads.add(read, state.self, context, log.committed())) {
      Follower.refuseOwnRead(state, read);
    }
  }

  @Override
  public void flush() {
    if (reads.wantsRound()) {
      sendRound();
    }
    replication.flush();
  }

  @Override
  public boolean hasUnflushed() {
    return replication.isAwake() || reads.wantsRound();
  }

  /** The log stays as it is: what was replicated may be committed by the next leader (RC-10). */
  @Override
  public void leave() {
    state.keepLeaseUntil(leaseUntil());
    state.leaderHeardAt = Math.max(state.leaderHeardAt, confirmedAt());
    state.restartCampaignTimer();
    reads.failAll(this::refuse);
  }

  private void refuse(ConfirmedRead read) {
    if (isSelf(read.origin())) {
      state.outbox.answered(new ReadAnswer(read.read(), 0, 0, false));
    } else {
      state.outbox.send(new ReadIndexResponse(state.self, read.origin(), state.term(), read.read(), 0, 0, false));
    }
  }
}
