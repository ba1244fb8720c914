package io.cairn.storage.log;

import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.HardState;
import io.cairn.storage.StorageFailure;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Makes the state of every replica from what recovery read: the table of the oldest segment, then all records in the order of
 * their write numbers, so that the highest number wins. The tables of later segments must agree with what came out so far.
 *
 * <p>What clean-up wrote again stands far behind its place in that order. A copy whose first writing is still there counts for nothing; the
 * others are what is left of the log as it was when the oldest segment was begun ({@link RewrittenEntries}).
 */
final class LogReplay {
  final ConcurrentSkipListMap<ReplicaKey, ReplicaLog> replicas = new ConcurrentSkipListMap<>();
  long nextWrite = 1;

  /**
   * Replicas whose base is the oldest table's word: the entries up to there lay in segments that are gone, and some of them may
   * have been overwritten since.
   */
  private final Set<ReplicaKey> fromTable = new HashSet<>();
  private RewrittenEntries rewritten = RewrittenEntries.of(List.of(), 0);

  static LogReplay of(LogRecovery found) {
    LogReplay replay = new LogReplay();
    replay.run(found);
    return replay;
  }

  private void run(LogRecovery found) {
    if (found.live.isEmpty()) {
      return;
    }
    rewritten = RewrittenEntries.of(found.rewritten, found.headers.getFirst().nextWrite());
    begin(found.headers.getFirst());
    List<LogRecord> records = found.records;
    records.sort(Comparator.comparingLong(LogRecord::write)); // stable: a second copy comes right after the first
    int header = 1;
    for (LogRecord record : records) {
      while (header < found.headers.size() && found.headers.get(header).nextWrite() <= record.write()) {
        compare(found.live.get(header), found.headers.get(header++));
      }
      nextWrite = Math.max(nextWrite, record.write() + 1);
      for (LogRecord.Part part : record.parts()) {
        apply(part);
      }
    }
    while (header < found.headers.size()) {
      compare(found.live.get(header), found.headers.get(header++));
    }
    replicas.values().forEach(ReplicaLog::publish);
  }

  private void begin(SegmentHeader oldest) {
    nextWrite = oldest.nextWrite();
    for (SegmentHeader.Row row : oldest.table()) {
      ReplicaLog log = replica(row.replica());
      restore(log, row.last());
      log.stage(row.hardState());
      fromTable.add(row.replica());
    }
  }

  /** The log ends with this entry, and begins as far before it as what was written again reaches. */
  private void restore(ReplicaLog log, EntryId last) {
    try {
      log.stageRestart(last);
      for (LogRecord.EntriesPart part : rewritten.endingWith(log.replica, last)) {
        if (log.stagedLast().equals(last)) {
          log.stageRestart(new EntryId(part.termBefore(), part.first() - 1));
        }
        stage(log, part);
      }
    } catch (IllegalArgumentException contradiction) {
      throw new StorageFailure(StorageFailure.Kind.CORRUPT, contradiction.getMessage());
    }
  }

  private static void stage(ReplicaLog log, LogRecord.EntriesPart part) {
    for (int i = 0; i < part.terms().length; i++) {
      log.stageEntry(part.terms()[i], part.payloadBytes()[i], part.segment(), part.offsets()[i], null);
    }
  }

  private ReplicaLog replica(ReplicaKey key) {
    return replicas.computeIfAbsent(key, ReplicaLog::new);
  }

  private void apply(LogRecord.Part part) {
    switch (part) {
      case LogRecord.HardStatePart(ReplicaKey key, HardState state) -> replica(key).stage(state);
      case LogRecord.RestartPart(ReplicaKey key, EntryId base) -> {
        replica(key).stageRestart(base);
        fromTable.remove(key);
      }
      case LogRecord.DestroyedPart(ReplicaKey key) -> {
        replicas.remove(key);
        fromTable.remove(key);
      }
      case LogRecord.EntriesPart entries -> apply(entries);
    }
  }

  private void apply(LogRecord.EntriesPart part) {
    ReplicaLog log = replica(part.replica());
    if (part.first() <= log.stagedBase().index() && fromTable.contains(part.replica())) {
      // Overwrote the tail of entries in a segment that is gone; what came before them was applied for good, or written again.
      restore(log, new EntryId(part.termBefore(), part.first() - 1));
    }
    if (part.first() <= log.stagedBase().index() || part.first() > log.stagedLast().index() + 1) {
      throw new StorageFailure(StorageFailure.Kind.CORRUPT, part.segment().path + ": entries of " + part.replica() + " from "
          + part.first() + " on do not follow a log of " + log.stagedBase() + " (base) to " + log.stagedLast());
    }
    log.stageTruncate(part.first());
    if (log.stagedLast().term() != part.termBefore()) {
      throw new StorageFailure(StorageFailure.Kind.CORRUPT, part.segment().path + ": entry " + part.first() + " of " + part.replica()
          + " was written after one of term " + part.termBefore() + ", found " + log.stagedLast());
    }
    stage(log, part);
  }

  /** Checks a table against the replay up to its write number: a record that is missing between them would show here. */
  private void compare(Segment segment, SegmentHeader header) {
    nextWrite = Math.max(nextWrite, header.nextWrite());
    if (header.table().size() != replicas.size()) {
      throw new StorageFailure(StorageFailure.Kind.CORRUPT, segment.path + ": its table has " + header.table().size()
          + " replicas, the segments before it make " + replicas.size());
    }
    for (SegmentHeader.Row row : header.table()) {
      ReplicaLog log = replicas.get(row.replica());
      if (log == null || !log.stagedLast().equals(row.last()) || !log.stagedState().equals(row.hardState())) {
        throw new StorageFailure(StorageFailure.Kind.CORRUPT, segment.path + ": its table says " + row
            + ", the segments before it make " + (log == null ? "none" : log.stagedState() + " and last " + log.stagedLast()));
      }
    }
  }
}
