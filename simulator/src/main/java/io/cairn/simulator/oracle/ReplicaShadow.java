package io.cairn.simulator.oracle;

import io.cairn.raft.Raft;
import io.cairn.raft.Ready;
import io.cairn.raft.SnapshotMeta;
import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.HardState;
import io.cairn.raft.log.StableLog;
import io.cairn.raft.membership.Membership;
import io.cairn.simulator.schedule.SimProcess;
import java.util.ArrayDeque;

/** One replica over all lives of its node: what it was told is durable, and what is still on its way to the disk. */
final class ReplicaShadow {
  final long replica;
  final String node;
  /** Everything Raft has in its log, durable or not. */
  TermLog taken = new TermLog();
  /** What the node's log has said is durable. */
  TermLog durable = new TermLog();
  HardState durableState = HardState.INITIAL;
  private final ArrayDeque<Ready> pending = new ArrayDeque<>();
  SnapshotMeta installing;

  /** The present life; null when the node is down. */
  Raft raft;
  SimProcess process;
  long openedAt;
  long applied;
  long appliedEver;
  long committed;
  long term;
  boolean leads;
  boolean candidate;
  long first = 1;
  /** The newest membership in its log, by its entry; as the log begins, none. */
  EntryId membersAt = EntryId.ZERO;
  /** Of a leader: the members that decide, and those that did until its last step. */
  Membership members;
  Membership membersBefore;
  /** Until when, in the world's time, this replica may take itself for the only leader. */
  long leaseEndsAt = Long.MIN_VALUE;
  private boolean known;

  ReplicaShadow(long replica, String node) {
    this.replica = replica;
    this.node = node;
  }

  boolean isUp() {
    return raft != null && process.alive();
  }

  boolean writing() {
    return !pending.isEmpty();
  }

  void taken(Ready ready) {
    for (Entry entry : ready.entries()) {
      taken.put(entry.index(), entry.term());
    }
    if (ready.mustPersist()) {
      pending.addLast(ready);
    }
    ready.install().ifPresent(snapshot -> installing = snapshot);
  }

  /** A Ready and all before it are durable. */
  void persisted(Ready ready) {
    while (!pending.isEmpty()) {
      Ready next = pending.pollFirst();
      durableState = apply(next, durable, durableState);
      if (next == ready) {
        return;
      }
    }
  }

  void installed(EntryId last) {
    // Entries of before are gone with the log; a vote may still be on its way.
    pending.removeIf(ready -> !ready.entries().isEmpty());
    taken.restart(last);
    durable.restart(last);
    installing = null;
    applied = last.index();
    appliedEver = Math.max(appliedEver, applied);
  }

  /** It stands on other data now, its log as it was. */
  void rebuilt(long index) {
    applied = index;
    appliedEver = Math.max(appliedEver, applied);
  }

  private static HardState apply(Ready ready, TermLog log, HardState state) {
    for (Entry entry : ready.entries()) {
      log.put(entry.index(), entry.term());
    }
    return ready.hardState().orElse(state);
  }

  /** How a life began. */
  enum Reopening {
    FIRST,
    /** With what was durable, no more. */
    AS_TOLD,
    /** With something that was on its way as well. */
    WITH_MORE,
    /** At a snapshot that was being installed. */
    AT_SNAPSHOT,
    /** Something that was said to be durable is gone. */
    WITH_LESS
  }

  /** Holds what the disk gave back against what was said to be durable: that, and perhaps more of what was on its way, in order. */
  Reopening reopen(HardState state, StableLog log) {
    if (!known) {
      known = true;
      adopt(state, log);
      return Reopening.FIRST;
    }
    TermLog candidate = durable.copy();
    HardState candidateState = durableState;
    int more = 0;
    while (true) {
      if (agrees(candidate, candidateState, state, log)) {
        adopt(state, log);
        return more == 0 ? Reopening.AS_TOLD : Reopening.WITH_MORE;
      }
      if (pending.isEmpty()) {
        break;
      }
      candidateState = apply(pending.pollFirst(), candidate, candidateState);
      more++;
    }
    boolean atSnapshot = installing != null && log.base().equals(installing.last()) && state.term() >= durableState.term();
    if (atSnapshot) {
      adopt(state, log);
    }
    return atSnapshot ? Reopening.AT_SNAPSHOT : Reopening.WITH_LESS;
  }

  /** Its log was damaged, and it knows that it may lack what was said to be durable. Term and vote are as they were. */
  void adoptWhatIsLeft(HardState state, StableLog log) {
    if (state.term() < durableState.term() || state.term() == durableState.term() && state.vote() != durableState.vote()) {
      throw new IllegalStateException("a mended log came back with " + state + ", it had " + durableState);
    }
    durable.restart(log.base());
    adopt(state, log);
  }

  private static boolean agrees(TermLog told, HardState toldState, HardState state, StableLog log) {
    if (state.term() != toldState.term() || state.vote() != toldState.vote() || log.last().index() != told.last()) {
      return false;
    }
    for (long index = Math.max(log.base().index(), told.base()); index <= told.last(); index++) {
      if (log.term(index) != told.term(index)) {
        return false;
      }
    }
    return true;
  }

  private void adopt(HardState state, StableLog log) {
    durableState = state;
    pending.clear();
    installing = null;
    if (log.base().index() > durable.last() || log.last().index() < durable.last()) {
      durable.restart(log.base());
    }
    for (long index = Math.max(log.base().index(), durable.base()) + 1; index <= log.last().index(); index++) {
      if (durable.term(index) != log.term(index)) {
        durable.put(index, log.term(index));
      }
    }
    taken = durable.copy();
  }

  void down() {
    raft = null;
    process = null;
    leads = false;
    candidate = false;
    leaseEndsAt = Long.MIN_VALUE;
  }
}
