package io.cairn.raft;

import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.RaftLog;
import io.cairn.raft.membership.Membership;
import io.cairn.raft.message.RaftMessage.AppendEntries;
import io.cairn.raft.message.RaftMessage.AppendEntriesResponse;
import io.cairn.raft.message.RaftMessage.HeartbeatResponse;
import io.cairn.raft.progress.CatchUpPace;
import io.cairn.raft.progress.Inflights;
import io.cairn.raft.progress.Progress;
import io.cairn.raft.progress.Progress.Probing;
import io.cairn.raft.progress.Progress.Replicating;
import io.cairn.raft.progress.Progress.Snapshotting;
import io.cairn.raft.progress.ProgressTable;
import io.cairn.raft.progress.ProgressTable.Row;
import java.util.Collection;
import java.util.List;

/**
 * How a leader brings every other replica's log to its own (section 5.3): probe until the logs agree, then send ahead within a
 * window, or have a snapshot sent when what is needed is cut off.
 */
final class Replication {

  /** After so many election timeouts a snapshot whose end nobody reported is given up and wanted anew. */
  private static final int SNAPSHOT_PATIENCE = 600;

  private final ReplicaState state;
  private final RaftLog log;
  private final ProgressTable table;
  /** Most bytes of one message to a member that is held back: a longer one would make its disk, and others at it, wait. */
  private static final long PACED_APPEND_BYTES = 256 << 10;

  private boolean awake = true;
  /** Where the log ended at the last tick. */
  private long lastAtTick;
  private long commitAtTick;
  /** When the commit index was last seen to move, or had nowhere to go. */
  private long commitMovedAt;

  Replication(ReplicaState state) {
    this.state = state;
    this.log = state.log;
    this.table = new ProgressTable(state.self);
    this.lastAtTick = log.last();
    this.commitAtTick = log.committed();
    this.commitMovedAt = state.now;
    cover(state.membership());
  }

  void cover(Membership membership) {
    table.cover(membership, log.last(), state.now);
  }

  Row row(ReplicaId replica) {
    return table.row(replica);
  }

  Collection<Row> rows() {
    return table.rows();
  }

  /** Something may be sent that could not before. */
  void wake() {
    awake = true;
  }

  boolean isAwake() {
    return awake;
  }

  void flush() {
    if (awake) {
      awake = false;
      for (Row row : table.rows()) {
        send(row);
      }
    }
  }

  private void send(Row row) {
    if (row.progress instanceof Probing probing && probing.mayProbe()) {
      probing.probed(state.now);
      append(row, probing.next(), log.last());
    }
    if (row.progress instanceof Replicating replicating) {
      while (replicating.next() <= log.last() && replicating.inflights().hasRoom()) {
        boolean paced = isFarBehind(row);
        row.held = paced && row.allowance <= 0 && !state.pace.admits(state.now);
        if (row.held) {
          return; // Until the next tick not even a probe: its answer would wake this, and so on.
        }
        if (append(row, replicating.next(), log.last(), paced) == null) {
          return; // A snapshot is wanted instead.
        }
      }
      // Nobody else will tell an idle follower soon that its last entries are committed.
      if (replicating.inflights().isEmpty() && row.toldCommit < log.committed()) {
        append(row, replicating.next(), replicating.next() - 1);
      }
    }
  }

  /**
   * Whether it lacks what all others hold, and no commit waits for it. One that holds up a commit is sent all it lacks at once: nothing
   * else is as urgent then.
   */
  private boolean isFarBehind(Row row) {
    return state.pace != CatchUpPace.NONE
        && !row.catchUp().isDone(row.progress.match(), log.last(), state.settings.electionTimeoutNanos(), state.now)
        && state.now - commitMovedAt <= state.settings.electionTimeoutNanos() / 2;
  }

  private void pay(Row row, List<Entry> entries, long bytes) {
    if (row.allowance > 0) {
      row.allowance -= entries.size();
    } else {
      state.pace.sent(bytes, state.now);
    }
  }

  private Entry append(Row row, long from, long to) {
    return append(row, from, to, false);
  }

  /** Sends from {@code from} on, nothing but a probe when {@code to} lies before it. Returns the last entry sent, or null. */
  private Entry append(Row row, long from, long to, boolean paced) {
    long previousTerm = log.term(from - 1);
    if (previousTerm < 0) {
      // Never an append without the entry before it: a follower would take it for the log's beginning (RC-07, RC-12).
      row.progress = new Snapshotting(row.progress.match(), state.now);
      state.outbox.wantSnapshot(row.replica());
      return null;
    }
    List<Entry> entries = to < from ? List.of() : log.entries(from,
        paced ? Math.min(PACED_APPEND_BYTES, state.settings.maxAppendBytes()) : state.settings.maxAppendBytes());
    long last = from - 1 + entries.size();
    row.toldCommit = Math.max(row.toldCommit, Math.min(log.committed(), last));
    state.outbox.send(new AppendEntries(state.self, row.replica(), state.term(), new EntryId(previousTerm, from - 1), entries,
        log.committed()));
    if (entries.isEmpty()) {
      return null;
    }
    if (row.progress instanceof Replicating replicating) {
      long bytes = 0;
      for (int i = 0; i < entries.size(); i++) {
        bytes += entries.get(i).sizeBytes();
      }
      replicating.sent(last, bytes, state.now);
      if (paced) {
        pay(row, entries, bytes);
      }
    }
    return entries.getLast();
  }

  /** @return whether the follower is known to hold more than before */
  boolean answered(AppendEntriesResponse answer) {
    Row row = table.row(answer.from());
    if (row == null) {
      return false;
    }
    row.heardAt = state.now;
    row.hasAnswered = true;
    wake();
    if (answer.accepted()) {
      return accepted(row, answer.match());
    }
    refused(row, answer.refused(), log.lastAtOrBelow(answer.hint().index(), answer.hint().term()).index() + 1);
    return false;
  }

  private boolean accepted(Row row, long match) {
    Invariant.check(match <= log.last(), "replica %d acknowledges %d, the leader's log ends at %d", row.replica().value(), match,
        log.last());
    long before = row.progress.match();
    switch (row.progress) {
      case Replicating replicating -> replicating.accepted(match, state.now);
      case Probing _ -> row.progress = replicating(Math.max(before, match));
      case Snapshotting snapshotting -> {
        if (match > before) {
          row.progress = log.term(match) < 0 ? new Snapshotting(match, snapshotting.since()) : replicating(match);
        }
      }
    }
    row.catchUp().matched(row.progress.match(), log.last(), state.now);
    return match > before;
  }

  private Replicating replicating(long match) {
    // A new window: bytes counted before the logs parted are gone with them (RC-13).
    var inflights = new Inflights(state.settings.maxInflightMessages(), state.settings.maxInflightBytes());
    return new Replicating(match, inflights, state.now);
  }

  private void refused(Row row, long place, long next) {
    long match = row.progress.match();
    if (place <= match) {
      // Late, unless its heartbeats too say that it lacks what it had: then it starts over instead of being ignored (RC-16).
      if (row.reportedLast < match && !(row.progress instanceof Snapshotting)) {
        probe(row, new Probing(0, Math.min(next, match)));
      }
      return;
    }
    switch (row.progress) {
      case Probing probing -> probing.refused(place, next);
      case Replicating _ -> probe(row, new Probing(match, Math.max(match + 1, next)));
      case Snapshotting _ -> { }
    }
  }

  private void probe(Row row, Probing probing) {
    row.progress = probing;
    row.toldCommit = 0;
    wake();
  }

  /** @return whether it came from a member */
  boolean heartbeatAnswered(HeartbeatResponse answer) {
    Row row = table.row(answer.from());
    if (row == null) {
      return false;
    }
    row.heardAt = state.now;
    row.hasAnswered = true;
    if (answer.round() >= row.answeredRound) {
      row.answeredRound = answer.round();
      row.reportedLast = answer.last();
    }
    switch (row.progress) {
      case Probing probing -> {
        probing.retryAfter(state.settings.heartbeatNanos(), state.now);
        wake();
      }
      case Replicating replicating -> {
        boolean waits = !replicating.inflights().isEmpty() || row.reportedLast < replicating.match();
        if (waits && replicating.isStalled(2 * state.settings.heartbeatNanos(), state.now)) {
          // Asks whether all that was sent is there, without sending it again.
          append(row, replicating.next(), replicating.next() - 1);
        }
      }
      case Snapshotting _ -> { }
    }
    return true;
  }

  void tick() {
    if (log.committed() > commitAtTick || log.committed() == log.last()) {
      commitMovedAt = state.now;
    }
    commitAtTick = log.committed();
    long grown = log.last() - lastAtTick;
    lastAtTick = log.last();
    for (Row row : table.rows()) {
      row.allowance = Math.min(row.allowance, 0) + grown;
      if (row.held) {
        wake();
      }
      if (row.progress instanceof Snapshotting(long match, long since)
          && state.now - since > SNAPSHOT_PATIENCE * state.settings.electionTimeoutNanos()) {
        probe(row, new Probing(match, match + 1));
      }
    }
  }

  /** Whether every follower holds everything, knows that it is committed, and has answered {@code round}. */
  boolean isIdle(long round) {
    for (Row row : table.rows()) {
      boolean holdsAll = row.progress instanceof Replicating replicating && replicating.match() == log.last();
      if (!holdsAll || row.toldCommit < log.last() || row.answeredRound < round) {
        return false;
      }
    }
    return true;
  }

  /** While the shard was quiesced nobody was asked anything: silence counts from now. */
  void woken() {
    for (Row row : table.rows()) {
      row.heardAt = state.now;
    }
  }

  /** This process stood still: nobody was silent for that long. */
  void overslept(long nanos) {
    for (Row row : table.rows()) {
      row.heardAt = Math.min(row.heardAt + nanos, state.now);
    }
  }

  /** It may have lost what it acknowledged: it counts again as it acknowledges anew. */
  void suspected(ReplicaId replica, EntryId last) {
    Row row = table.row(replica);
    if (row != null && last.index() < row.progress.match() && !(row.progress instanceof Snapshotting)) {
      probe(row, new Probing(0, last.index() + 1));
    }
  }

  void snapshotSent(ReplicaId to, long index, boolean ok) {
    Row row = table.row(to);
    if (row == null || !(row.progress instanceof Snapshotting(long match, long _))) {
      return;
    }
    var probing = new Probing(match, ok ? Math.max(match, index) + 1 : match + 1);
    probe(row, probing);
    if (!ok) {
      probing.probed(state.now);
    }
  }

  void messagesLost(ReplicaId replica) {
    Row row = table.row(replica);
    if (row != null && row.progress instanceof Replicating replicating) {
      probe(row, new Probing(replicating.match(), replicating.match() + 1));
    }
  }
}
