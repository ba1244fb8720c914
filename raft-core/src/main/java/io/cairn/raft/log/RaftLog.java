package io.cairn.raft.log;

import io.cairn.raft.Invariant;
import io.cairn.raft.RaftSettings;
import io.cairn.raft.SnapshotMeta;
import io.cairn.raft.membership.Membership;
import io.cairn.raft.membership.MembershipCodec;
import io.cairn.raft.membership.MembershipHistory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * One replica's log: what is durable ({@link StableLog}), what is on its way there ({@link UnstableEntries}), and the cursors
 * over both.
 *
 * <pre>
 *   base ≤ handedOut      applied ≤ handedOut ≤ min(committed, persisted)      persisted ≤ last      committed ≤ last
 * </pre>
 *
 * {@code base ≤ applied} holds at the state machine, not here: it may have applied, flushed and had the log cut before its report of
 * what it applied comes in.
 *
 * {@code committed ≤ persisted} need not hold: a majority may have an entry on disk while this replica does not. So what is
 * handed out to be applied ends at the smaller of the two; else the state machine could survive a crash with an entry
 * that the log has lost.
 */
public final class RaftLog {

  /**
   * Most bytes that stay in memory here once they are durable and committed: what is on its way to followers that keep up. The stable log
   * has memory of its own, one for all replicas; megabytes for each would outlive the young objects and be collected among the old ones.
   */
  private static final long RECENT_BYTES_MAX = 128 << 10;

  private record Handout(long last, long bytes) {}

  private final StableLog stable;
  private final RecentEntries recent;
  private final UnstableEntries unstable;
  private final MembershipHistory members;
  private final long maxApplyBytes;

  private long last;
  private long lastTerm;
  private long committed;
  private long applied;
  private long handedOut;
  private long written;
  private final ArrayDeque<Handout> beingApplied = new ArrayDeque<>();
  private long beingAppliedBytes;
  private boolean frozen;

  public RaftLog(StableLog stable, HardState hardState, long applied, Membership membership, RaftSettings settings) {
    this.stable = stable;
    this.last = stable.last().index();
    this.lastTerm = stable.last().term();
    long base = stable.base().index();
    Invariant.atMost(base, applied, "base %d <= applied %d at start");
    Invariant.atMost(applied, last, "applied %d <= last %d at start");
    Invariant.atMost(hardState.commit(), last, "the durable commit index %d <= the log's last %d: the log has lost entries");
    this.committed = Math.max(hardState.commit(), applied);
    this.applied = applied;
    this.handedOut = applied;
    this.written = last;
    this.recent = new RecentEntries(last + 1, Math.min(RECENT_BYTES_MAX, settings.maxInflightBytes()));
    this.unstable = new UnstableEntries(hardState, last);
    this.members = new MembershipHistory(membership, applied);
    this.maxApplyBytes = settings.maxApplyBytes();
    for (long index = applied + 1; index <= last; ) {
      List<Entry> entries = stable.entries(index, last, settings.maxAppendBytes());
      entries.forEach(this::noteMembership);
      index += entries.size();
    }
  }

  public long first() {
    return stable.base().index() + 1;
  }

  public long last() {
    return last;
  }

  public EntryId lastId() {
    return new EntryId(lastTerm, last);
  }

  public long committed() {
    return committed;
  }

  public long applied() {
    return applied;
  }

  /** The last entry that was given out to be applied. */
  public long handedOut() {
    return handedOut;
  }

  public long persisted() {
    return unstable.persisted();
  }

  public UnstableEntries unstable() {
    return unstable;
  }

  /** The membership that the log's end stands for: one takes effect when it is appended, not when it is committed. */
  public MembershipHistory members() {
    return members;
  }

  /** The term at {@code index}, or -1 when it is cut off or not there yet. */
  public long term(long index) {
    if (index == last) {
      return lastTerm;
    }
    if (recent.holds(index)) {
      return recent.get(index).term();
    }
    if (index > last || index < 0) {
      return -1;
    }
    EntryId base = stable.base();
    return index == base.index() ? base.term() : stable.term(index);
  }

  public boolean matches(EntryId entry) {
    return term(entry.index()) == entry.term();
  }

  /**
   * The last entry at or before {@code index} whose term is at most {@code term}: everything between the two cannot agree
   * with a log that has {@code term} at {@code index}. Terms never go down along a log, so halving finds it.
   */
  public EntryId lastAtOrBelow(long index, long term) {
    EntryId base = stable.base();
    long low = base.index();
    long high = Math.min(index, last);
    if (high <= low) {
      return high < low ? EntryId.ZERO : base;
    }
    while (low < high) {
      long middle = low + (high - low + 1) / 2;
      if (term(middle) <= term) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low == base.index() && base.term() > term ? EntryId.ZERO : new EntryId(term(low), low);
  }

  /** A leader only appends (5.3, Leader Append-Only). */
  public void append(Entry entry) {
    Invariant.check(entry.index() == last + 1 && entry.term() >= lastTerm, "entry %d/%d follows %d/%d",
        entry.term(), entry.index(), lastTerm, last);
    recent.append(entry);
    last = entry.index();
    lastTerm = entry.term();
    noteMembership(entry);
  }

  /**
   * A follower takes over what its leader sent, after {@link #matches} on {@code slice.previous()}. What it has already
   * is kept; the log is cut only where an entry conflicts, never because a message is short (RC-10).
   */
  public void accept(LogSlice slice) {
    Invariant.check(matches(slice.previous()), "entries are taken in after one that the logs agree on, not after %d/%d",
        slice.previous().term(), slice.previous().index());
    List<Entry> entries = slice.entries();
    int known = 0;
    while (known < entries.size() && term(entries.get(known).index()) == entries.get(known).term()) {
      known++;
    }
    if (known == entries.size()) {
      return;
    }
    long conflict = entries.get(known).index();
    if (conflict <= last) {
      truncateFrom(conflict);
    }
    for (int i = known; i < entries.size(); i++) {
      append(entries.get(i));
    }
  }

  private void truncateFrom(long index) {
    Invariant.check(index > committed, "the cut at %d leaves the committed entries alone (up to %d)", index, committed);
    lastTerm = term(index - 1);
    last = index - 1;
    Invariant.check(lastTerm >= 0, "the log is cut at %d, where it is known what comes before (base %d)", index, first() - 1);
    recent.truncateFrom(index);
    unstable.truncatedFrom(index);
    written = Math.min(written, last);
    members.truncateFrom(index);
  }

  private void noteMembership(Entry entry) {
    if (entry.kind() == EntryKind.MEMBERSHIP) {
      members.append(entry.index(), MembershipCodec.decode(entry.payload()));
    }
  }

  /** The commit index never goes back and never exceeds the log. */
  public boolean commitTo(long index) {
    if (index <= committed) {
      return false;
    }
    Invariant.atMost(index, last, "the commit index %d stays within the log (last %d)");
    committed = index;
    return true;
  }

  /** At least one entry from {@code from} on, at most up to {@code maxBytes}; empty when the log ends before it. */
  public List<Entry> entries(long from, long maxBytes) {
    return from > last ? List.of() : slice(from, last, maxBytes);
  }

  /** @return null when {@code index} is cut off */
  public Entry entry(long index) {
    if (recent.holds(index)) {
      return recent.get(index);
    }
    return index <= stable.base().index() || index > last ? null : stable.entries(index, index, 1).getFirst();
  }

  private List<Entry> slice(long from, long to, long maxBytes) {
    List<Entry> entries;
    if (from < recent.first()) {
      entries = stable.entries(from, Math.min(to, recent.first() - 1), maxBytes);
    } else {
      entries = new ArrayList<>((int) Math.min(16, to - from + 1));
      long bytes = 0;
      for (long index = from; index <= to; index++) {
        Entry entry = recent.get(index);
        bytes += entry.sizeBytes();
        if (bytes > maxBytes && index > from) {
          break;
        }
        entries.add(entry);
      }
    }
    Invariant.check(!entries.isEmpty() && entries.getFirst().index() == from, "entries read from %d begin there (%d of them)",
        from, entries.size());
    return entries;
  }

  public boolean hasUnwritten() {
    return written < last;
  }

  /** What the disk has not been given yet. */
  public List<Entry> takeUnwritten() {
    if (written >= last) {
      return List.of();
    }
    List<Entry> entries = slice(written + 1, last, Long.MAX_VALUE);
    Invariant.check(entries.getLast().index() == last, "all up to %d is written, not up to %d", last, entries.getLast().index());
    written = last;
    return entries;
  }

  /** A write has ended: returns whether more entries are durable than before. */
  public boolean persisted(long ticket) {
    long before = unstable.persisted();
    unstable.persisted(ticket);
    Invariant.atMost(unstable.persisted(), last, "durable %d <= last %d after a write");
    Invariant.atMost(before, unstable.persisted(), "what is durable stays: %d, then %d");
    recent.evict(Math.min(unstable.persisted(), committed));
    return unstable.persisted() > before;
  }

  private long applicable() {
    return Math.min(committed, unstable.persisted());
  }

  public boolean hasCommitted() {
    return !frozen && handedOut < applicable() && beingAppliedBytes < maxApplyBytes;
  }

  /** A snapshot is being switched to, which covers everything that could still be handed out. {@link #restart} ends it. */
  public void freeze() {
    frozen = true;
  }

  /** The next committed and durable entries, each exactly once, within the bound of what may be under way (RC-05). */
  public List<Entry> takeCommitted() {
    if (!hasCommitted()) {
      return List.of();
    }
    List<Entry> entries = slice(handedOut + 1, applicable(), maxApplyBytes - beingAppliedBytes);
    long bytes = 0;
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      Invariant.check(entry.index() == handedOut + 1, "entry %d is applied after %d", entry.index(), handedOut);
      handedOut = entry.index();
      bytes += entry.sizeBytes();
    }
    Invariant.atMost(handedOut, applicable(), "handed out %d <= committed and durable %d");
    beingApplied.add(new Handout(handedOut, bytes));
    beingAppliedBytes += bytes;
    Invariant.check(beingAppliedBytes > 0, "%d bytes are being applied after %d more", beingAppliedBytes, bytes);
    return entries;
  }

  /** The state machine stands at {@code index}. One that lies behind a snapshot installed since is late and ignored. */
  public void applied(long index) {
    Invariant.atMost(index, handedOut, "applied %d <= handed out %d");
    applied = Math.max(applied, index);
    while (!beingApplied.isEmpty() && beingApplied.getFirst().last <= index) {
      beingAppliedBytes -= beingApplied.removeFirst().bytes;
    }
    members.appliedTo(applied);
  }

  /** The log begins anew behind a snapshot. Called only when it did not hold the snapshot's last entry. */
  public void restart(SnapshotMeta snapshot) {
    EntryId to = snapshot.last();
    Invariant.check(to.index() > committed, "the snapshot's %d is beyond the commit index %d", to.index(), committed);
    last = to.index();
    lastTerm = to.term();
    written = last;
    committed = last;
    applied = last;
    handedOut = last;
    beingApplied.clear();
    beingAppliedBytes = 0;
    recent.restart(last + 1);
    unstable.restartedAt(last);
    members.restart(snapshot.membership(), last);
    frozen = false;
  }
}
