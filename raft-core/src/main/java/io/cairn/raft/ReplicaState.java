package io.cairn.raft;

import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.EntryKind;
import io.cairn.raft.log.HardState;
import io.cairn.raft.log.RaftLog;
import io.cairn.raft.membership.Membership;
import io.cairn.raft.progress.CatchUpPace;
import io.cairn.raft.quorum.Quorum;
import io.cairn.raft.read.AskedReads;

/**
 * What the four roles share: term, vote, log, timers and the way out. A {@link Role} changes it; who changes the role is
 * {@link Raft} alone.
 */
final class ReplicaState {
  /** What is left of the election jitter when the leader's connection broke; see {@link #leaderLost}. */
  private static final int LOST_LEADER_JITTER_DIVISOR = 3;

  final ReplicaId self;
  final RaftSettings settings;
  final LeaderEntry leaderEntry;
  final ElectionJitter jitter;
  final RaftLog log;
  final Outbox outbox;
  final AskedReads asked = new AskedReads();
  final Suspicion suspicion;

  private long term;
  private ReplicaId vote;
  private HardState hardState;
  private Membership membership;
  private Quorum quorum;

  /** The latest time told by an input. Never ahead of the true time, and it never goes back. */
  long now;
  /** When this replica campaigns unless it hears from a leader. */
  long campaignAt;
  /** Whether the connection to the leader broke since it last spoke: chance is asked once for each loss. */
  private boolean leaderLost;
  /** No vote and no pre-vote before this time (dissertation 4.2.3; a lease may stand on it). */
  private long noVoteBefore = Long.MIN_VALUE;
  /** When a leader last spoke, or, as of a leadership of its own, was last confirmed; {@link Long#MIN_VALUE} if never. */
  long leaderHeardAt = Long.MIN_VALUE;
  /** No order to campaign is obeyed before this time: an earlier life of this replica may have acknowledged rounds after it. */
  private final long noOrderBefore;
  /** The latest heartbeat round of this term that this process has answered: an older order to campaign is out of date. */
  private long answeredRound;
  /** Since when the driver's disk owes an answer; {@link Raft#DISK_ANSWERS} when it owes none. */
  long diskStalledSince = Raft.DISK_ANSWERS;
  /** How many times the election jitter this replica lets others go first. */
  private int rank;
  /** How fast a member that is far behind may be sent what it lacks. */
  CatchUpPace pace = CatchUpPace.NONE;
  /** The driver is about to stop: this replica leads no more. */
  boolean retiring;
  /** The snapshot that the driver is switching to; appends wait for it. */
  SnapshotMeta installing;
  /** The shard is idle: no heartbeats are sent, and none are missed, until something happens. */
  boolean quiesced;
  /** A member has told this replica that it is none any more. */
  boolean toldRemoved;

  ReplicaState(ReplicaId self, RaftSettings settings, HardState hardState, RaftLog log, DiskState disk,
      LeaderEntry leaderEntry, ElectionJitter jitter, long now) {
    this.self = self;
    this.settings = settings;
    this.leaderEntry = leaderEntry;
    this.jitter = jitter;
    this.log = log;
    this.outbox = new Outbox(hardState);
    this.term = hardState.term();
    this.vote = new ReplicaId(hardState.vote());
    this.hardState = hardState;
    this.now = now;
    this.suspicion = new Suspicion(this, disk);
    restartCampaignTimer();
    // Before the restart it may have acknowledged a round that a lease stands on, a moment ago (tikv 15035).
    if (!hardState.equals(HardState.INITIAL)) {
      noVoteBefore = now + settings.electionTimeoutNanos();
    }
    noOrderBefore = noVoteBefore;
  }

  long term() {
    return term;
  }

  ReplicaId vote() {
    return vote;
  }

  HardState hardState() {
    if (hardState.term() != term || hardState.vote() != vote.value() || hardState.commit() != log.committed()) {
      hardState = new HardState(term, vote.value(), log.committed());
    }
    return hardState;
  }

  boolean isHardStateDurable() {
    HardState durable = log.unstable().durableHardState();
    return durable.term() == term && durable.vote() == vote.value();
  }

  /** Section 5.1: a later term wins, and brings a vote that is not given yet. */
  void enterTerm(long later) {
    Invariant.check(later > term, "the term grows: %d after %d", later, term);
    term = later;
    vote = ReplicaId.NONE;
    answeredRound = 0;
    outbox.termChanged();
  }

  /** Section 5.2: at most one vote a term; it is never taken back. */
  void voteFor(ReplicaId candidate) {
    Invariant.check(vote.equals(ReplicaId.NONE) || vote.equals(candidate), "term %d: the vote is %d, not to be given to %d",
        term, vote.value(), candidate.value());
    vote = candidate;
  }

  Membership membership() {
    return log.members().current();
  }

  /** Whether it took part once and never will again, for certain: a removal that is not committed may be taken back. */
  boolean isRemoved(ReplicaId replica) {
    return !membership().contains(replica) && log.members().asOf(log.committed()).isRemoved(replica);
  }

  boolean isRemoved() {
    return toldRemoved || isRemoved(self);
  }

  /**
   * Whether it votes by the members in its log, or by those that are committed as far as it knows: a change that takes its vote may be in
   * its log alone, which nobody of a shorter one can then be elected against (dissertation 4.2.2).
   */
  boolean mayLead() {
    return membership().isVoter(self) || log.members().asOf(log.committed()).isVoter(self);
  }

  Quorum quorum() {
    if (membership != log.members().current()) {
      membership = log.members().current();
      quorum = Quorum.of(membership);
    }
    return quorum;
  }

  void restartCampaignTimer() {
    leaderLost = false;
    campaignAt = now + settings.electionTimeoutNanos() + rankNanos() + jitter.next(settings.electionJitterNanos());
  }

  /**
   * Pre-votes are asked for and may not come: this replica asks again after half an election timeout. Nothing binds whoever is asked, and
   * no disk has to answer, so there is nothing that a shorter wait could disturb; and whoever refused because it had heard the dead
   * leader a moment later does not cost a whole timeout.
   */
  void restartPreVoteTimer() {
    campaignAt = now + settings.electionTimeoutNanos() / 2 + rankNanos() + jitter.next(settings.electionJitterNanos());
  }

  /** Another one may win, as far as this replica knows: it is given the time for that, and the votes are not split. */
  void letGoFirst() {
    campaignAt = Math.max(campaignAt, now + settings.electionTimeoutNanos() / 2);
  }

  /** This process stood still for so long; it may just have heard a leader, and then waits no longer than for any other. */
  void postponeCampaign(long nanos) {
    long latest = now + settings.electionTimeoutNanos() + rankNanos() + settings.electionJitterNanos();
    campaignAt = Math.min(campaignAt + nanos, Math.max(campaignAt, latest));
  }

  /** A leader of the present term has spoken. */
  void heardLeader() {
    leaderHeardAt = now;
    noVoteBefore = Math.max(noVoteBefore, now + settings.electionTimeoutNanos());
    restartCampaignTimer();
  }

  /**
   * The connection to the leader broke. It may live all the same, so neither this replica nor any other votes sooner for that; but chance
   * is given less room, for whoever lost it at the same moment will hardly campaign within the same round trip. Once this replica may
   * vote for others its own campaign is near, or waits for one that it lets go first: that stays as it is.
   */
  void leaderLost() {
    if (leaderLost || mayVote()) {
      return;
    }
    leaderLost = true;
    long jitterNanos = Math.ceilDiv(settings.electionJitterNanos(), LOST_LEADER_JITTER_DIVISOR);
    campaignAt = Math.min(campaignAt, leaderHeardAt + settings.electionTimeoutNanos() + rankNanos() + jitter.next(jitterNanos));
  }

  /** A leader that steps down stays true to the lease that its callers may still be comparing with the clock. */
  void keepLeaseUntil(long leaseEnd) {
    noVoteBefore = Math.max(noVoteBefore, leaseEnd);
  }

  void rank(int newRank) {
    campaignAt -= rankNanos();
    rank = newRank;
    campaignAt += rankNanos();
  }

  private long rankNanos() {
    return rank * Math.max(settings.electionJitterNanos(), settings.heartbeatNanos());
  }

  void answeredRound(long round) {
    answeredRound = Math.max(answeredRound, round);
  }

  /**
   * Whether an order to campaign that names this round is still good. Of an earlier life nothing is remembered; what was acknowledged
   * in it counts until it has certainly run out.
   */
  boolean mayObey(long round) {
    return round >= answeredRound && now >= noOrderBefore;
  }

  /** How long the disk has owed an answer, by the latest time told. */
  long diskStalledNanos() {
    return diskStalledSince == Raft.DISK_ANSWERS ? 0 : now - diskStalledSince;
  }

  boolean mayVote() {
    return now >= noVoteBefore;
  }

  Entry newEntry(EntryKind kind, byte[] payload) {
    return new Entry(term, log.last() + 1, kind, payload);
  }

  EntryId lastId() {
    return log.lastId();
  }
}
