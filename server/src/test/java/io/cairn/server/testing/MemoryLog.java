package io.cairn.server.testing;

import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.HardState;
import io.cairn.raft.log.StableLog;
import io.cairn.storage.log.LogFloor;
import io.cairn.storage.log.LogStore;
import io.cairn.storage.log.LogWrite;
import io.cairn.storage.log.ReplicaKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A log of lists. Remembers what it was asked, and fails when told to. */
public final class MemoryLog implements LogStore {
  private final Map<ReplicaKey, OneLog> logs = new TreeMap<>();
  private final List<List<LogWrite>> appends = new ArrayList<>();
  private final List<LogFloor> floors = new ArrayList<>();
  private RuntimeException failure;

  private static final class OneLog implements StableLog {
    private final List<Entry> entries = new ArrayList<>();
    private EntryId base = EntryId.ZERO;
    private HardState hardState = HardState.INITIAL;

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
      int at = (int) (index - base.index()) - 1;
      return at < 0 || at >= entries.size() ? -1 : entries.get(at).term();
    }

    @Override
    public List<Entry> entries(long from, long to, long maxBytes) {
      var found = new ArrayList<Entry>();
      long bytes = 0;
      for (Entry entry : entries) {
        if (entry.index() >= from && entry.index() <= to && (found.isEmpty() || bytes < maxBytes)) {
          found.add(entry);
          bytes += entry.sizeBytes();
        }
      }
      return found;
    }

    void write(LogWrite write) {
      write.restart().ifPresent(to -> {
        entries.clear();
        base = to;
      });
      write.hardState().ifPresent(state -> hardState = state);
      for (Entry entry : write.entries()) {
        entries.removeIf(old -> old.index() >= entry.index());
        entries.add(entry);
      }
    }

    void cut(long below) {
      while (!entries.isEmpty() && entries.getFirst().index() <= below) {
        base = entries.removeFirst().id();
      }
    }
  }

  /** The next append, and every later one, fails with this. */
  public void failWith(RuntimeException cause) {
    failure = cause;
  }

  /** What was written together, each time. */
  public List<List<LogWrite>> appends() {
    return appends;
  }

  public List<LogFloor> floors() {
    return floors;
  }

  private OneLog log(ReplicaKey key) {
    return logs.computeIfAbsent(key, none -> new OneLog());
  }

  /** Drops what is at or below an index, as if it had been cleaned. */
  public void cut(ReplicaKey key, long index) {
    log(key).cut(index);
  }

  @Override
  public Set<ReplicaKey> replicas() {
    return logs.keySet();
  }

  @Override
  public HardState hardState(ReplicaKey replica) {
    return log(replica).hardState;
  }

  @Override
  public StableLog view(ReplicaKey replica) {
    return log(replica);
  }

  @Override
  public void append(List<LogWrite> writes) {
    appends.add(List.copyOf(writes));
    if (failure != null) {
      throw failure;
    }
    writes.forEach(write -> log(write.replica()).write(write));
  }

  @Override
  public void destroy(ReplicaKey replica) {
    logs.remove(replica);
  }

  @Override
  public void clean(List<LogFloor> cut) {
    floors.addAll(cut);
  }

  @Override
  public long diskBytes() {
    return 0;
  }

  @Override
  public void close() {}
}
