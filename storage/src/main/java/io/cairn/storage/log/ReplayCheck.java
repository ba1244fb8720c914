package io.cairn.storage.log;

import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.HardState;
import io.cairn.storage.log.LogVisitor.Place;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Replays what an inspection read, by the rules of {@link LogReplay}, and tells what does not fit: entries that do not follow, a term
 * that falls, copies that differ, a table of a later segment that says something else. Of entries it keeps only their terms.
 *
 * <p>Where a batch was lost nothing is known of any replica until the next segment's table, which is then believed: one lost sector is
 * one problem, not a hundred.
 */
final class ReplayCheck {
  private static final String DIFFERS = "a record between them is lost, or was written by mistake";

  /** A part of a record, or with none a place behind which records are lost. */
  private record Item(long write, Place place, LogRecord.Part part) {}

  private record Table(Place place, SegmentFile file, SegmentHeader header) {}

  /** A replica's log as far as it was replayed. */
  private static final class State {
    EntryId base = EntryId.ZERO;
    /** First index of each run of entries of one term, and that term, behind the base. */
    final TreeMap<Long, Long> runs = new TreeMap<>();
    long lastIndex;
    HardState hardState = HardState.INITIAL;
    long stateWrite = -1;
    /** Whether its base is a table's word: what came before it may still have been overwritten. */
    boolean fromTable;
    /** False behind a lost batch: whatever comes next is taken as it is. */
    boolean known = true;

    void restart(EntryId at) {
      base = at;
      runs.clear();
      lastIndex = at.index();
    }

    EntryId last() {
      return runs.isEmpty() ? base : new EntryId(runs.lastEntry().getValue(), lastIndex);
    }

    void truncate(long first) {
      runs.tailMap(first, true).clear();
      lastIndex = first - 1;
    }

    void add(long first, long[] terms) {
      for (int i = 0; i < terms.length; i++) {
        if (runs.isEmpty() || runs.lastEntry().getValue() != terms[i]) {
          runs.put(first + i, terms[i]);
        }
      }
      lastIndex = first + terms.length - 1;
    }
  }

  private final LogVisitor to;
  private final List<Item> items = new ArrayList<>();
  private final List<Table> tables = new ArrayList<>();
  /** What clean-up wrote again, below the first write number of its segment. */
  private final List<LogRecord> copies = new ArrayList<>();
  private RewrittenEntries rewritten = RewrittenEntries.of(List.of(), 0);
  private final Map<ReplicaKey, State> replicas = new TreeMap<>();
  private long highestWrite;
  private boolean gap;

  ReplayCheck(LogVisitor to) {
    this.to = to;
  }

  void table(SegmentFile file, SegmentHeader header) {
    tables.add(new Table(new Place(file, 0), file, header));
  }

  void part(Place place, long write, LogRecord.Part part) {
    LogRecord.Part kept = part instanceof LogRecord.EntriesPart e
        ? new LogRecord.EntriesPart(e.replica(), e.first(), e.termBefore(), e.terms(), null, null, null) : part;
    if (!tables.isEmpty() && write < tables.getLast().header.nextWrite()) {
      copies.add(new LogRecord(write, List.of(kept)));
      return;
    }
    highestWrite = Math.max(highestWrite, write);
    items.add(new Item(write, place, kept));
  }

  /** Records are lost behind what was told so far. */
  void lost() {
    long from = tables.isEmpty() ? highestWrite : Math.max(highestWrite, tables.getLast().header.nextWrite());
    items.add(new Item(from, null, null));
  }

  void run() {
    if (tables.isEmpty()) {
      return;
    }
    rewritten = RewrittenEntries.of(copies, tables.getFirst().header.nextWrite());
    adopt(tables.getFirst().header);
    tables.getFirst().header.table().forEach(row -> restore(tables.getFirst().place, row.replica(), state(row.replica()), row.last()));
    items.sort(Comparator.comparingLong(Item::write)); // stable: a second copy comes right after the first
    int next = 1;
    for (Item item : items) {
      while (next < tables.size() && tables.get(next).header.nextWrite() <= item.write) {
        compare(tables.get(next++));
      }
      if (item.part == null) {
        gap = true;
        replicas.values().forEach(state -> state.known = false);
      } else {
        apply(item);
      }
    }
    while (next < tables.size()) {
      compare(tables.get(next++));
    }
  }

  private void adopt(SegmentHeader header) {
    gap = false;
    replicas.clear();
    header.table().forEach(this::adopt);
  }

  private void adopt(SegmentHeader.Row row) {
    State state = new State();
    state.restart(row.last());
    state.hardState = row.hardState();
    state.fromTable = true;
    replicas.put(row.replica(), state);
  }

  private State state(ReplicaKey replica) {
    return replicas.computeIfAbsent(replica, key -> {
      State fresh = new State();
      fresh.known = !gap;
      return fresh;
    });
  }

  private void apply(Item item) {
    switch (item.part) {
      case LogRecord.HardStatePart(ReplicaKey key, HardState next) -> hardState(item, key, state(key), next);
      case LogRecord.RestartPart(ReplicaKey key, EntryId base) -> {
        State state = state(key);
        state.restart(base);
        state.fromTable = false;
        state.known = true;
      }
      case LogRecord.DestroyedPart(ReplicaKey key) -> replicas.remove(key);
      case LogRecord.EntriesPart entries -> entries(item.place, state(entries.replica()), entries);
    }
  }

  private void hardState(Item item, ReplicaKey key, State state, HardState next) {
    HardState before = state.hardState;
    if (state.stateWrite == item.write && !before.equals(next)) {
      to.problem(item.place, "the second copy of write " + item.write + " says " + LogDump.text(next) + " of " + told(key) + ", the first "
          + LogDump.text(before), "which of them holds cannot be told");
    } else if (state.known && (next.term() < before.term()
        || next.term() == before.term() && before.vote() != 0 && next.vote() != before.vote())) {
      to.problem(item.place, told(key) + " goes from " + LogDump.text(before) + " to " + LogDump.text(next),
          "a term never falls and a vote is given once in a term: it may vote twice");
    }
    state.hardState = next;
    state.stateWrite = item.write;
  }

  private void entries(Place place, State state, LogRecord.EntriesPart part) {
    long first = part.first();
    EntryId before = new EntryId(Math.max(0, part.termBefore()), Math.max(0, first - 1));
    if (!state.known) {
      state.restart(before);
      state.known = true;
    } else if (first <= state.base.index() && state.fromTable) {
      restore(place, part.replica(), state, before);
    }
    if (first <= state.base.index() || first > state.lastIndex + 1) {
      to.problem(place, "entries of " + told(part.replica()) + " from " + first + " on do not follow a log of " + state.base
          + " (base) to " + state.last(), DIFFERS);
      state.restart(before);
    }
    state.truncate(first);
    if (state.last().term() != part.termBefore()) {
      to.problem(place, "entry " + first + " of " + told(part.replica()) + " was written after one of term " + part.termBefore()
          + ", found " + state.last(), DIFFERS);
      state.restart(before);
    }
    state.add(first, part.terms());
  }

  /** As {@link LogReplay} does. */
  private void restore(Place place, ReplicaKey replica, State state, EntryId last) {
    state.restart(last);
    try {
      for (LogRecord.EntriesPart copy : rewritten.endingWith(replica, last)) {
        if (state.last().equals(last)) {
          state.restart(new EntryId(copy.termBefore(), copy.first() - 1));
        }
        state.add(copy.first(), copy.terms());
      }
    } catch (IllegalArgumentException contradiction) {
      to.problem(place, contradiction.getMessage(), DIFFERS);
    }
  }

  private void compare(Table table) {
    if (gap) {
      adopt(table.header);
      return;
    }
    Set<ReplicaKey> named = new HashSet<>();
    for (int i = 0; i < table.header.table().size(); i++) {
      SegmentHeader.Row row = table.header.table().get(i);
      State state = replicas.get(row.replica());
      named.add(row.replica());
      if (state == null || !state.last().equals(row.last()) || !state.hardState.equals(row.hardState())) {
        to.problem(new Place(table.file.number(), table.file.path(), table.header.rowAt(i)), "its table says " + LogDump.text(row.hardState())
            + ", last " + row.last() + " of " + told(row.replica()) + "; the segments before it make "
            + (state == null ? "no such replica" : told(state)), DIFFERS);
        adopt(row);
      }
    }
    for (Map.Entry<ReplicaKey, State> made : List.copyOf(replicas.entrySet())) {
      if (!named.contains(made.getKey())) {
        to.problem(table.place, "its table lacks " + told(made.getKey()) + ", of which the segments before it make " + told(made.getValue()),
            DIFFERS);
        replicas.remove(made.getKey());
      }
    }
  }

  private static String told(State state) {
    return LogDump.text(state.hardState) + ", last " + state.last();
  }

  private static String told(ReplicaKey replica) {
    return "shard " + replica.shard() + " replica " + replica.replica().value();
  }
}
