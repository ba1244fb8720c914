package io.cairn.raft;

import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.HardState;
import io.cairn.raft.log.StableLog;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * One replica's log as a disk keeps it: writes wait in order, become durable one by one, and those that have not are gone after
 * a crash.
 */
public final class TestDisk implements StableLog {

  /** What one Ready asks to be made durable. */
  record Write(Ready ready) {}

  private final ArrayDeque<Write> pending = new ArrayDeque<>();
  private HardState hardState = HardState.INITIAL;
  private EntryId base = EntryId.ZERO;
  private final List<Entry> entries = new ArrayList<>();

  public void write(Ready ready) {
    pending.add(new Write(ready));
  }

  public boolean isIdle() {
    return pending.isEmpty();
  }

  /** The oldest write becomes durable. */
  public Ready syncOne() {
    Ready ready = pending.removeFirst().ready();
    ready.hardState().ifPresent(state -> hardState = state);
    for (Entry entry : ready.entries()) {
      int at = (int) (entry.index() - base.index() - 1);
      if (at < 0 || at > entries.size()) {
        throw new AssertionError("entry " + entry + " leaves a gap behind " + last());
      }
      while (entries.size() > at) {
        entries.removeLast();
      }
      entries.add(entry);
    }
    return ready;
  }

  public void crash() {
    pending.clear();
  }

  /** A disk that lied: the last entries that it had said were durable are gone, and the vote with them. */
  void forget(int count) {
    entries.subList(Math.max(0, entries.size() - count), entries.size()).clear();
    hardState = new HardState(hardState.term(), 0, Math.min(hardState.commit(), last().index()));
  }

  public HardState hardState() {
    return hardState;
  }

  /** Sets what stands on the disk before a replica starts. */
  public void load(HardState state, List<Entry> log) {
    hardState = state;
    entries.addAll(log);
  }

  /** What was written from {@code index} on is damaged: the log ends before it. */
  public void lose(long index) {
    while (last().index() >= Math.max(index, base.index() + 1)) {
      entries.removeLast();
    }
  }

  /** A new disk. */
  public void wipe() {
    pending.clear();
    entries.clear();
    base = EntryId.ZERO;
    hardState = HardState.INITIAL;
  }

  /** Cuts off everything up to {@code index}. */
  public void cut(long index) {
    EntryId newBase = new EntryId(term(index), index);
    entries.subList(0, (int) Math.min(entries.size(), index - base.index())).clear();
    base = newBase;
  }

  /** Begins anew behind a snapshot. */
  public void restart(EntryId at) {
    entries.clear();
    base = at;
    hardState = new HardState(hardState.term(), hardState.vote(), Math.max(hardState.commit(), at.index()));
  }

  @Override
  public EntryId base() {
    return base;
  }

  @Override
  public EntryId last() {
    return entries.isEmpty() ? base : entries.getLast().id();
  }

  @Override
  public long term(long index) {
    if (index == base.index()) {
      return base.term();
    }
    return index < base.index() || index > last().index() ? -1 : entries.get((int) (index - base.index() - 1)).term();
  }

  @Override
  public List<Entry> entries(long from, long to, long maxBytes) {
    if (from <= base.index() || from > last().index()) {
      throw new IllegalArgumentException("entry " + from + " is not in the log (" + base + " to " + last() + ")");
    }
    var found = new ArrayList<Entry>();
    long bytes = 0;
    for (long index = from; index <= Math.min(to, last().index()); index++) {
      Entry entry = entries.get((int) (index - base.index() - 1));
      bytes += entry.sizeBytes();
      if (bytes > maxBytes && !found.isEmpty()) {
        break;
      }
      found.add(entry);
    }
    return found;
  }
}
