package io.cairn.raft;

import io.cairn.raft.log.EntryKind;
import io.cairn.raft.log.HardState;
import io.cairn.raft.log.StableLog;
import io.cairn.raft.membership.Membership;
import io.cairn.raft.message.RaftMessage;
import io.cairn.raft.read.ConfirmedRead;

/**
 * One replica of one shard as a pure state machine: inputs go in, {@link #ready()} says what they ask for.
 *
 * <p>It owns no thread, reads no clock, does no I/O; time comes in as monotonic nanoseconds with the inputs that need it.
 */
public final class Raft {

  /**
   * @param membership the members as of {@code applied} (or of the log's base)
   * @param applied index up to which the state machine has durably applied; entries after it are handed out again
   * @param now the time of this start: no vote is given before a full election timeout from here has passed, when the
   *     replica has been in use before
   */
  public Raft(ReplicaId self, RaftSettings settings, HardState hardState, Membership membership, StableLog log, long applied,
      LeaderEntry leaderEntry, ElectionJitter jitter, long now) {
    throw new UnsupportedOperationException();
  }

  /** Lets time pass: elections, heartbeats, check-quorum. */
  public void tick(long now) {
    throw new UnsupportedOperationException();
  }

  public void receive(RaftMessage message, long now) {
    throw new UnsupportedOperationException();
  }

  /**
   * Appends an entry to the leader's log.
   *
   * @return its index, or -1 when this replica does not lead, is handing leadership over, or too much is uncommitted
   */
  public long propose(EntryKind kind, byte[] payload) {
    throw new UnsupportedOperationException();
  }

  /** Asks for a read index, here or at the leader. {@code read} must not have been used before in this process. */
  public void readIndex(long read, long context, long now) {
    throw new UnsupportedOperationException();
  }

  /** On the leader: answers a confirmed read, wherever it was asked. */
  public void answerRead(ConfirmedRead read, long index, long answer) {
    throw new UnsupportedOperationException();
  }

  /** The Ready with this ticket, and so all before it, is durable. */
  public void persisted(long ticket) {
    throw new UnsupportedOperationException();
  }

  public void applied(long index) {
    throw new UnsupportedOperationException();
  }

  /** A whole snapshot has arrived from a leader of {@code term}; {@link Ready#install()} says whether to switch to it. */
  public void snapshotReceived(SnapshotMeta snapshot, ReplicaId from, long term, long now) {
    throw new UnsupportedOperationException();
  }

  /** The store and the log stand on the snapshot, durably. */
  public void snapshotInstalled(SnapshotMeta snapshot) {
    throw new UnsupportedOperationException();
  }

  /** On the leader: sending a snapshot has ended. {@code index} is the last entry it stood for; ignored when not ok. */
  public void snapshotSent(ReplicaId to, long index, boolean ok) {
    throw new UnsupportedOperationException();
  }

  /** The connection to a replica broke: what was on its way may be lost. */
  public void unreachable(ReplicaId replica) {
    throw new UnsupportedOperationException();
  }

  public boolean hasReady() {
    throw new UnsupportedOperationException();
  }

  /** Takes what the steps since the last call ask for. */
  public Ready ready() {
    throw new UnsupportedOperationException();
  }

  /**
   * Until when (nanoseconds of {@code now}'s clock) this replica's leadership is certain without asking. The caller compares
   * with the clock after it has read and before it answers. {@link Long#MIN_VALUE} without a lease, and on a leader
   * whose first entry of the term is not committed.
   */
  public long leaseUntil() {
    throw new UnsupportedOperationException();
  }

  public boolean isLeader() {
    throw new UnsupportedOperationException();
  }

  public long term() {
    throw new UnsupportedOperationException();
  }

  public ReplicaId leader() {
    throw new UnsupportedOperationException();
  }

  /** The last index of the log, durable or not. */
  public long lastIndex() {
    throw new UnsupportedOperationException();
  }

  public long commitIndex() {
    throw new UnsupportedOperationException();
  }

  public RaftStatus status() {
    throw new UnsupportedOperationException();
  }
}
