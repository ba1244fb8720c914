package io.cairn.storage.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.HardState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the log should hold, as lists in memory. */
final class LogModel {
  final TreeMap<ReplicaKey, Replica> replicas = new TreeMap<>();

  /** One replica: entries from base + 1 on, none ever dropped but by a restart. */
  static final class Replica {
    EntryId base = EntryId.ZERO;
    final List<Entry> entries = new ArrayList<>();
    HardState hardState = HardState.INITIAL;
    /** The highest durably applied index that the log was told of. */
    long applied;

    /** What its engine holds: what was applied, or the snapshot that the log was restarted at. */
    EntryId durablyApplied() {
      return applied <= base.index() ? base : entries.get((int) (applied - base.index() - 1)).id();
    }

    EntryId last() {
      return entries.isEmpty() ? base : entries.getLast().id();
    }

    Replica copy() {
      Replica copy = new Replica();
      copy.base = base;
      copy.entries.addAll(entries);
      copy.hardState = hardState;
      copy.applied = applied;
      return copy;
    }
  }

  LogModel copy() {
    LogModel copy = new LogModel();
    replicas.forEach((key, replica) -> copy.replicas.put(key, replica.copy()));
    return copy;
  }

  Replica replica(ReplicaKey key) {
    return replicas.computeIfAbsent(key, unused -> new Replica());
  }

  void apply(List<LogWrite> writes) {
    for (LogWrite write : writes) {
      Replica replica = replica(write.replica());
      write.restart().ifPresent(base -> {
        replica.base = base;
        replica.entries.clear();
      });
      write.hardState().ifPresent(state -> replica.hardState = state);
      for (Entry entry : write.entries()) {
        int at = (int) (entry.index() - replica.base.index() - 1);
        replica.entries.subList(at, replica.entries.size()).clear();
        replica.entries.add(entry);
      }
    }
  }

  /** Says where the log differs, or null: of what was applied, the log may have dropped any beginning. */
  String difference(LogStore log) {
    if (!log.replicas().equals(replicas.keySet())) {
      return "replicas " + log.replicas() + " instead of " + replicas.keySet();
    }
    for (Map.Entry<ReplicaKey, Replica> replica : replicas.entrySet()) {
      String difference = difference(log, replica.getKey(), replica.getValue());
      if (difference != null) {
        return replica.getKey() + ": " + difference;
      }
    }
    return null;
  }

  static String difference(LogStore log, ReplicaKey key, Replica expected) {
    var view = log.view(key);
    long base = view.base().index();
    if (!log.hardState(key).equals(expected.hardState)) {
      return log.hardState(key) + " instead of " + expected.hardState;
    }
    if (!view.last().equals(expected.last())) {
      return "last " + view.last() + " instead of " + expected.last();
    }
    if (base < expected.base.index() || base > expected.base.index() && base > expected.applied) {
      return "base " + base + ", with " + expected.base + " as the lowest and " + expected.applied + " applied";
    }
    long termOfBase = base == expected.base.index() ? expected.base.term() : term(expected, base);
    if (view.base().term() != termOfBase) {
      return "base " + view.base() + " instead of term " + termOfBase;
    }
    for (long index = base + 1; index <= expected.last().index(); index++) {
      if (view.term(index) != term(expected, index)) {
        return "entry " + index + " of term " + view.term(index) + " instead of " + term(expected, index);
      }
    }
    assertThat(view.term(base - 1)).isEqualTo(-1);
    assertThat(view.term(view.last().index() + 1)).isEqualTo(-1);
    return entriesDiffer(view.last().index() == base ? List.of() : view.entries(base + 1, Long.MAX_VALUE, Long.MAX_VALUE), expected, base);
  }

  private static String entriesDiffer(List<Entry> found, Replica expected, long base) {
    if (found.size() != expected.last().index() - base) {
      return found.size() + " entries after " + base;
    }
    for (Entry entry : found) {
      Entry wanted = expected.entries.get((int) (entry.index() - expected.base.index() - 1));
      if (!entry.id().equals(wanted.id()) || entry.kind() != wanted.kind() || !java.util.Arrays.equals(entry.payload(), wanted.payload())) {
        return "entry " + entry + " instead of " + wanted;
      }
    }
    return null;
  }

  private static long term(Replica expected, long index) {
    return expected.entries.get((int) (index - expected.base.index() - 1)).term();
  }
}
