package io.cairn.raft;

import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.EntryKind;
import io.cairn.raft.log.HardState;
import io.cairn.raft.log.RaftLog;
import io.cairn.raft.log.StableLog;
import io.cairn.raft.membership.Membership;
import io.cairn.raft.message.RaftMessage;
import io.cairn.raft.message.RaftMessage.AppendEntries;
import io.cairn.raft.message.RaftMessage.AppendEntriesResponse;
import io.cairn.raft.message.RaftMessage.Heartbeat;
import io.cairn.raft.message.RaftMessage.HeartbeatResponse;
import io.cairn.raft.message.RaftMessage.PreVoteResponse;
import io.cairn.raft.message.RaftMessage.ReadIndexRequest;
import io.cairn.raft.message.RaftMessage.ReadIndexResponse;
import io.cairn.raft.message.RaftMessage.RequestPreVote;
import io.cairn.raft.message.RaftMessage.RequestVote;
import io.cairn.raft.message.RaftMessage.TimeoutNow;
import io.cairn.raft.message.RaftMessage.VoteResponse;
import io.cairn.raft.read.ConfirmedRead;
import io.cairn.raft.read.ReadAnswer;
import java.util.Collections;
import java.util.TreeMap;

/**
 * One replica of one shard as a pure state machine: inputs go in, {@link #ready()} says what they ask for.
 *
 * <p>It owns no thread, reads no clock, does no I/O; time comes in as monotonic nanoseconds with the inputs that need it.
 */
public final class Raft {

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
    var raftLog = new RaftLog(log, hardState, applied, membership, settings);
    this.state = new ReplicaState(self, settings, hardState, raftLog, leaderEntry, jitter, now);
    this.role = Follower.of(state, ReplicaId.NONE);
    this.tickedAt = now;
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
    switch (message) {
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

  /** A message of an earlier term: whoever takes itself for a leader or candidate of it is told the present one. */
  private void receiveLate(RaftMessage message) {
    long term = state.term();
    switch (message) {
      case AppendEntries append -> state.outbox.send(new AppendEntriesResponse(state.self, append.from(), term, false, 0,
          EntryId.ZERO, append.previous().index()));
      // Round 0: rounds are counted anew in each term, and the sender may by now lead this very term.
      case Heartbeat heartbeat -> state.outbox.send(new HeartbeatResponse(state.self, heartbeat.from(), term, 0, state.log.last()));
      case RequestVote request -> state.outbox.send(new VoteResponse(state.self, request.from(), term, false));
      // A read is as good from an asker that has not heard of this term yet, and so is a refusal.
      case ReadIndexRequest _, PreVoteResponse _ -> become(role.receive(message));
      case RequestPreVote _, VoteResponse _, AppendEntriesResponse _, HeartbeatResponse _, ReadIndexResponse _, TimeoutNow _ -> { }
    }
  }

  private void passTime(long now) {
    state.now = Math.max(state.now, now);
  }

  private void follow(long term) {
    state.enterTerm(term);
    become(Follower.of(state, ReplicaId.NONE));
  }

  private void become(Role next) {
    if (next != role) {
      role.leave();
      role = next;
    }
  }

  /**
   * Appends an entry to the leader's log.
   *
   * @return its index, or -1 when this replica does not lead, is handing leadership over, too much is uncommitted, or a change of
   *     members is proposed before the last one (or the first entry of the term) is committed
   * @throws IllegalArgumentException for {@link EntryKind#LEADER}, and for bytes that are no membership
   */
  public long propose(EntryKind kind, byte[] payload) {
    return role instanceof Leader leader ? leader.propose(kind, payload) : -1;
  }

  /** Asks for a read index, here or at the leader. {@code read} must not have been used before in this process. */
  public void readIndex(long read, long context, long now) {
    passTime(now);
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
    if (role instanceof Follower follower) {
      follower.snapshotInstalled(snapshot);
    }
  }

  /** On the leader: sending a snapshot has ended. {@code index} is the last entry it stood for; ignored when not ok. */
  public void snapshotSent(ReplicaId to, long index, boolean ok) {
    if (role instanceof Leader leader) {
      leader.replication().snapshotSent(to, index, ok);
    }
  }

  /** The connection to a replica broke: what was on its way may be lost. */
  public void unreachable(ReplicaId replica) {
    if (role instanceof Leader leader) {
      leader.replication().unreachable(replica);
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
   * Until when (nanoseconds of {@code now}'s clock) this replica's leadership is certain without asking. The caller compares
   * with the clock after it has read and before it answers. {@link Long#MIN_VALUE} without a lease, and on a leader
   * whose first entry of the term is not committed.
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
