package io.cairn.raft;

import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.EntryKind;
import io.cairn.raft.log.HardState;
import io.cairn.raft.log.RaftLog;
import io.cairn.raft.log.StableLog;
import io.cairn.raft.membership.ChangeOutcome;
import io.cairn.raft.membership.MemberChange;
import io.cairn.raft.membership.Membership;
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
import io.cairn.raft.progress.CatchUpPace;
import io.cairn.raft.read.ConfirmedRead;
import io.cairn.raft.read.ReadAnswer;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * One replica of one shard as a pure state machine: inputs go in, {@link #ready()} says what they ask for.
 *
 * <p>It owns no thread, reads no clock, does no I/O; time comes in as monotonic nanoseconds with the inputs that need it.
 */
public final class Raft {

  /** See {@link #diskStalledSince}: nothing written waits for the disk. */
  public static final long DISK_ANSWERS = Long.MAX_VALUE;

  private final ReplicaState state;
  private Role role;
  private long tickedAt;

  /**
   * @param membership the members as of {@code applied}; later ones are read from the log
   * @param applied index up to which the state machine has durably applied; entries after it are handed out again
   * @param now the time of this start: no vote is given before a full election timeout from here has passed, when the
   *     replica has been in use before
   * @throws InvariantBroken when the log has lost what the hard state or the state machine knows to be committed
   */
  public Raft(ReplicaId self, RaftSettings settings, HardState hardState, Membership membership, StableLog log, long applied,
      LeaderEntry leaderEntry, ElectionJitter jitter, long now) {
    this(self, settings, hardState, membership, log, applied, DiskState.INTACT, leaderEntry, jitter, now);
  }

  /**
   * A replica whose disk may have lost what it promised.
   *
   * @param disk what is known of it at this start; a suspect one is remembered as suspect, durably, until {@link #disk()} says otherwise
   */
  public Raft(ReplicaId self, RaftSettings settings, HardState hardState, Membership membership, StableLog log, long applied,
      DiskState disk, LeaderEntry leaderEntry, ElectionJitter jitter, long now) {
    // Of an intact disk the log checks that it holds what was committed.
    HardState known = disk == DiskState.INTACT ? hardState
        : new HardState(hardState.term(), hardState.vote(), Math.min(hardState.commit(), log.last().index()));
    var raftLog = new RaftLog(log, known, applied, membership, settings);
    this.state = new ReplicaState(self, settings, known, raftLog, disk, leaderEntry, jitter, now);
    this.role = Follower.of(state, ReplicaId.NONE);
    this.tickedAt = now;
  }

  /** Members that are far behind are sent what they lack at this pace, in place of none. To be called before the first input. */
  public void catchUpPace(CatchUpPace pace) {
    state.pace = pace;
  }

  /**
   * Lets time pass: elections, heartbeats, check-quorum. To be called about every half heartbeat. Of a longer silence only two
   * heartbeats count against others: a process that stood still has heard nobody, and must not depose a leader for it.
   */
  public void tick(long now) {
    passTime(now);
    long overslept = state.now - tickedAt - 2 * state.settings.heartbeatNanos();
    tickedAt = state.now;
    if (overslept > 0) {
      state.postponeCampaign(overslept);
      if (role instanceof Leader leader) {
        leader.replication().overslept(overslept);
      }
    }
    become(role.tick());
    state.suspicion.tick();
  }

  /**
   * Takes a message in.
   *
   * @param now read from the clock <em>after</em> the message had arrived: a lease stands on it that this replica votes for nobody
   *     else for an election timeout from here
   * @throws IllegalArgumentException when the message is malformed or not for this replica; nothing of it is appended
   */
  public void receive(RaftMessage message, long now) {
    if (!message.to().equals(state.self)) {
      throw new IllegalArgumentException("a message to replica " + message.to() + " came to " + state.self);
    }
    passTime(now);
    if (isFromOrToRemoved(message)) {
      return;
    }
    wakeBy(message);
    switch (message) {
      case ReplicaRemoved _ -> {
        state.toldRemoved = true;
        become(Follower.of(state, ReplicaId.NONE));
      }
      case ShowLog question -> show(question);
      case LogShown answer -> {
        state.suspicion.shown(answer);
        reachTermShown();
      }
      case RequestPreVote request -> Election.answerPreVote(state, role, request);
      case PreVoteResponse answer when answer.granted() -> become(role.receive(answer));
      case RequestVote request when request.term() >= state.term() && !request.transfer() && Election.isSticky(state, role) -> { }
      default -> {
        if (message.term() > state.term()) {
          follow(message.term());
        }
        if (message.term() == state.term()) {
          become(role.receive(message));
        } else {
          receiveLate(message);
        }
      }
    }
  }

  /**
   * Whoever was removed decides nothing, whatever its term: it is told and not heard (dissertation 4.2.3), and a replica that knows
   * itself removed hears nobody.
   */
  private boolean isFromOrToRemoved(RaftMessage message) {
    if (state.isRemoved(message.from())) {
      if (!(message instanceof ReplicaRemoved)) {
        state.outbox.send(new ReplicaRemoved(state.self, message.from(), state.term()));
      }
      return true;
    }
    return state.isRemoved();
  }

  /**
   * Any message wakes, but the order to fall silent. Who is asked for a vote while the shard is quiesced has, for all it knows, a leader
   * that is well, and gives that one an election timeout to say so.
   */
  private void wakeBy(RaftMessage message) {
    if (state.quiesced && !(message instanceof Quiesce)) {
      if (message instanceof RequestPreVote || message instanceof RequestVote) {
        state.keepLeaseUntil(state.now + state.settings.electionTimeoutNanos());
      }
      wake();
    }
  }

  private void wake() {
    if (state.quiesced) {
      state.quiesced = false;
      role.woken();
    }
  }

  /**
   * Asks an idle leader to fall silent: no heartbeats, no elections, no lease, until a message, a proposal, a read or {@link #wake(long)}.
   * Refused, by false, unless every member holds and has answered everything. To be asked again after every waking.
   */
  public boolean quiesce(long now) {
    passTime(now);
    return !state.quiesced && role instanceof Leader leader && leader.quiesce();
  }

  /** The driver has lost a node that matters to this shard: a leader sends heartbeats again, a follower may campaign in due course. */
  public void wake(long now) {
    passTime(now);
    wake();
  }

  public boolean isQuiesced() {
    return state.quiesced;
  }

  /** Of no term: a suspect replica must not depose anybody by asking, and every answer helps it. */
  private void show(ShowLog question) {
    state.outbox.send(new LogShown(state.self, question.from(), state.term(), question.question(), state.lastId(),
        state.log.members().index(), role instanceof Leader));
    if (role instanceof Leader leader) {
      leader.replication().suspected(question.from(), question.last());
    }
  }

  /** Above the terms that were shown is where a suspect replica may campaign, and it does so in the term after its own. */
  private void reachTermShown() {
    if (state.suspicion.votedAbove() > state.term()) {
      follow(state.suspicion.votedAbove());
    }
  }

  /** A message of an earlier term: whoever takes itself for a leader or candidate of it is told the present one. */
  private void receiveLate(RaftMessage message) {
    long term = state.term();
    switch (message) {
      case AppendEntries append -> state.outbox.send(new AppendEntriesResponse(state.self, append.from(), term, false, 0,
          EntryId.ZERO, append.previous().index()));
      // No round: it was one of another term, and its sender may lead this one by now and count rounds of its own.
      case Heartbeat heartbeat -> state.outbox.send(new HeartbeatResponse(state.self, heartbeat.from(), term, 0, state.log.last()));
      case RequestVote request -> state.outbox.send(new VoteResponse(state.self, request.from(), term, false));
      // A read is as good from an asker that has not heard of this term yet, and so is a refusal.
      case ReadIndexRequest _, PreVoteResponse _ -> become(role.receive(message));
      case RequestPreVote _, VoteResponse _, AppendEntriesResponse _, HeartbeatResponse _, ReadIndexResponse _, TimeoutNow _, Quiesce _,
          ReplicaRemoved _, ShowLog _, LogShown _ -> { }
    }
  }

  /** Who stood still for as long as a lease lasts believes no lease from before, whatever its clock says of it. */
  private void passTime(long now) {
    state.now = Math.max(state.now, now);
    if (state.now - tickedAt >= state.settings.leaseNanos() && role instanceof Leader leader) {
      leader.stoodStill();
    }
  }

  private void follow(long term) {
    state.enterTerm(term);
    become(Follower.of(state, ReplicaId.NONE));
  }

  private void become(Role next) {
    if (next != role) {
      state.quiesced = false;
      role.leave();
      role = next;
    }
  }

  /**
   * Appends an entry to the leader's log.
   *
   * @return its index, or -1 when this replica does not lead, is handing leadership over, or too much is uncommitted
   * @throws IllegalArgumentException for any kind but {@link EntryKind#COMMAND}
   */
  public long propose(EntryKind kind, byte[] payload) {
    wake();
    return role instanceof Leader leader ? leader.propose(kind, payload) : -1;
  }

  /**
   * Begins a change of members, all of {@code changes} as one. Its entry takes effect when it is appended; a joint one is left by
   * whoever leads when it is applied. It is over when {@link #status()} shows the target and its entry is committed.
   *
   * @return where it stands in the log, or why it was refused; {@link ChangeOutcome.Refused} has no effect
   */
  public ChangeOutcome changeMembers(List<MemberChange> changes) {
    wake();
    return role instanceof Leader leader ? leader.changeMembers(changes) : notLeader();
  }

  /** What {@link #changeMembers} would be refused with at this moment; empty when it would be appended. */
  public Optional<ChangeOutcome.Refused> checkChange(List<MemberChange> changes) {
    return role instanceof Leader leader ? Optional.ofNullable(leader.refusal(changes)) : Optional.of(notLeader());
  }

  private ChangeOutcome.Refused notLeader() {
    return new ChangeOutcome.Refused(ChangeOutcome.Cause.NOT_LEADER,
        "replica " + state.self + " does not lead" + (role.leader().equals(ReplicaId.NONE) ? "" : "; replica " + role.leader() + " does"));
  }

  /** On the leader: how far every member is, in the order of their ids; empty elsewhere. */
  public List<MemberStatus> members() {
    return role instanceof Leader leader ? leader.members() : List.of();
  }

  /** What the disk is known to hold of what was promised: a suspect replica becomes an intact one once it lacks nothing. */
  public DiskState disk() {
    return state.suspicion.disk();
  }

  /**
   * Whether this replica was removed from its shard, for ever: it campaigns no more, votes no more and hears nobody. The driver
   * remembers that durably and lets the replica end.
   */
  public boolean isRemoved() {
    return state.isRemoved();
  }

  /**
   * Hands leadership over to a voter (dissertation 3.10). Until it is over nothing is proposed; when an election timeout has passed
   * it is given up, and this replica leads on. Asked again for the same target it changes nothing.
   */
  public TransferAnswer transferLeadership(ReplicaId target, long now) {
    passTime(now);
    wake();
    return role instanceof Leader leader ? leader.transferTo(target) : new TransferAnswer.Refused(TransferAnswer.Reason.NOT_LEADER);
  }

  /** As {@link #transferLeadership}, to whoever of {@code among} is nearest to taking over. */
  public TransferAnswer handOver(long now, Predicate<ReplicaId> among) {
    passTime(now);
    wake();
    return role instanceof Leader leader ? leader.handOver(among) : new TransferAnswer.Refused(TransferAnswer.Reason.NOT_LEADER);
  }

  /** To whom leadership is being handed; {@link ReplicaId#NONE} when it is not. */
  public ReplicaId transferTarget() {
    return role instanceof Leader leader ? leader.transferTarget() : ReplicaId.NONE;
  }

  /** Whether this replica leads because the leader before it handed over. */
  public boolean leadsByTransfer() {
    return role instanceof Leader leader && leader.byTransfer();
  }

  /**
   * From here on this replica does not campaign, not even when it is told to: the process is about to stop. It still votes,
   * acknowledges, and leads as long as nobody has taken over.
   */
  public void retire() {
    state.retiring = true;
  }

  /**
   * Priority for leadership: a replica of rank n waits n election jitters (or heartbeats, where they are longer) more before it
   * campaigns, so that one of a lower rank campaigns first. It delays, and never forbids: when those before it are gone it leads. 0 at
   * the start.
   *
   * @param rank from 0 to 8
   */
  public void rank(int rank) {
    if (rank < 0 || rank > 8) {
      throw new IllegalArgumentException("a rank lies between 0 and 8, was " + rank);
    }
    state.rank(rank);
  }

  /**
   * Since when (nanoseconds of {@code now}'s clock) the disk owes an answer to the oldest write it was given; {@link #DISK_ANSWERS}
   * when it owes none. A leader whose disk stands still hands over, and steps down when that fails ({@link
   * RaftSettings#diskPatienceNanos}); others do not campaign. To be told before each tick.
   */
  public void diskStalledSince(long since) {
    state.diskStalledSince = since;
  }

  /** Asks for a read index, here or at the leader. {@code read} must not have been used before in this process. */
  public void readIndex(long read, long context, long now) {
    passTime(now);
    wake();
    role.readIndex(read, context);
  }

  /** On the leader: answers a confirmed read, wherever it was asked. What was confirmed stays true when leadership is lost. */
  public void answerRead(ConfirmedRead read, long index, long answer) {
    if (index < read.index()) {
      throw new IllegalArgumentException("a read confirmed at " + read.index() + " must not be answered at " + index);
    }
    if (read.origin().equals(state.self)) {
      state.outbox.answered(new ReadAnswer(read.read(), index, answer, true));
    } else {
      state.outbox.send(new ReadIndexResponse(state.self, read.origin(), state.term(), read.read(), index, answer, true));
    }
  }

  /** The Ready with this ticket, and so all before it, is durable. Said twice, or late, it changes nothing. */
  public void persisted(long ticket) {
    state.log.persisted(ticket);
    become(role.persisted());
  }

  public void applied(long index) {
    state.log.applied(index);
    become(role.applied());
  }

  /** A whole snapshot has arrived from a leader of {@code term}; {@link Ready#install()} says whether to switch to it. */
  public void snapshotReceived(SnapshotMeta snapshot, ReplicaId from, long term, long now) {
    passTime(now);
    if (term < state.term()) {
      state.outbox.send(new AppendEntriesResponse(state.self, from, state.term(), false, 0, EntryId.ZERO, snapshot.last().index()));
      return;
    }
    if (term > state.term()) {
      follow(term);
    } else if (!(role instanceof Follower)) {
      Invariant.check(!(role instanceof Leader), "term %d has one leader: %d, and now %d", term, state.self.value(), from.value());
      become(Follower.of(state, from));
    }
    ((Follower) role).snapshot(snapshot, from);
  }

  /** The store and the log stand on the snapshot, durably, and nothing written to the log before is still on its way. */
  public void snapshotInstalled(SnapshotMeta snapshot) {
    if (!snapshot.equals(state.installing)) {
      throw new IllegalArgumentException("the snapshot up to " + snapshot.last() + " is not the one asked to be installed");
    }
    state.installing = null;
    state.log.restart(snapshot);
    // Nobody campaigns in the middle of a snapshot.
    ((Follower) role).snapshotInstalled(snapshot);
  }

  /** On the leader: sending a snapshot has ended. {@code index} is the last entry it stood for; ignored when not ok. */
  public void snapshotSent(ReplicaId to, long index, boolean ok) {
    if (role instanceof Leader leader) {
      leader.replication().snapshotSent(to, index, ok);
    }
  }

  /** What was on its way to a replica may be lost: a leader probes where that one stands. */
  public void messagesLost(ReplicaId to) {
    if (role instanceof Leader leader) {
      leader.replication().messagesLost(to);
    }
  }

  /**
   * The connection to a replica broke: what was on its way may be lost. Of the leader's a follower hears no more, perhaps, and then
   * campaigns when its election timeout has passed with a third of the election jitter.
   */
  public void connectionLost(ReplicaId to) {
    messagesLost(to);
    if (role instanceof Follower follower && !to.equals(ReplicaId.NONE) && follower.leader().equals(to) && !state.quiesced) {
      state.leaderLost();
    }
  }

  public boolean hasReady() {
    return role.hasUnflushed() || state.outbox.hasWork(state.hardState(), state.log);
  }

  /** Takes what the steps since the last call ask for. */
  public Ready ready() {
    role.flush();
    RaftInvariants.always(state, role);
    return state.outbox.take(state.hardState(), state.log);
  }

  /**
   * Until when (nanoseconds of {@code now}'s clock) this replica's leadership is certain without asking. The caller asks, and compares
   * with the clock, after it has read and before it answers; what it was told before the last {@link #ready()} is of no use, since
   * leadership may have been handed over. {@link Long#MIN_VALUE} without a lease, and on a leader whose first entry of the term is
   * not committed, which has told another to campaign, or which stood still and was not confirmed since.
   */
  public long leaseUntil() {
    return role instanceof Leader leader ? leader.leaseUntil() : Long.MIN_VALUE;
  }

  /**
   * When this replica last heard a leader; of a leader, as of when a quorum last confirmed it. What it has committed may be so old,
   * and nothing is known of what came since. {@link Long#MIN_VALUE} when it has heard none since its start.
   */
  public long leaderHeardAt() {
    return role instanceof Leader leader ? Math.max(leader.confirmedAt(), state.leaderHeardAt) : state.leaderHeardAt;
  }

  public boolean isLeader() {
    return role instanceof Leader;
  }

  /** Whether the membership that decides is applied here: then nothing that it takes back can come after it. */
  public boolean isMembershipSettled() {
    return state.log.members().index() <= state.log.applied();
  }

  public long term() {
    return state.term();
  }

  public ReplicaId leader() {
    return role.leader();
  }

  /** The last index of the log, durable or not. */
  public long lastIndex() {
    return state.log.last();
  }

  public long commitIndex() {
    return state.log.committed();
  }

  /** For the invariants, and for tests in this package, which compare logs across replicas. */
  RaftLog log() {
    return state.log;
  }

  ReplicaState state() {
    return state;
  }

  Role role() {
    return role;
  }

  public RaftStatus status() {
    var matches = new TreeMap<ReplicaId, Long>();
    if (role instanceof Leader leader) {
      leader.replication().rows().forEach(row -> matches.put(row.replica(), row.progress.match()));
    }
    var log = state.log;
    return new RaftStatus(state.self, role.name(), state.term(), state.vote(), role.leader(), log.first(), log.last(),
        log.persisted(), log.committed(), log.applied(), state.membership(), Collections.unmodifiableMap(matches));
  }
}
