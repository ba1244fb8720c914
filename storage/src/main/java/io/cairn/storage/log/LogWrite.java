package io.cairn.storage.log;

import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.HardState;
import java.util.List;
import java.util.Optional;

/**
 * What one replica wants durable at once: at most one new hard state, and entries.
 *
 * @param entries contiguous; the first one's index is at most one beyond the log's last; what stood at or after it is replaced
 * @param restart when present, all entries are dropped first and the log goes on after this entry (a snapshot was installed);
 *     hard state and restart stand in one record
 */
public record LogWrite(ReplicaKey replica, Optional<HardState> hardState, List<Entry> entries, Optional<EntryId> restart) {

  public static LogWrite of(ReplicaKey replica, Optional<HardState> hardState, List<Entry> entries) {
    return new LogWrite(replica, hardState, entries, Optional.empty());
  }
}
