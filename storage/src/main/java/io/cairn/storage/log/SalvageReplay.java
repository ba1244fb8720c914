package io.cairn.storage.log;

import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.HardState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/**
 * Makes the state of every replica from what is left of a damaged log: as {@link LogReplay}, but where something is lost a replica's
 * entries fall into <em>runs</em> with holes between them, and the replica is <em>unsure</em> until something confirms its end.
 *
 * <p>What confirms: entries that follow the last one known, by index and by the term of that one, or a later table that names it as the
 * last. Two logs of a shard that agree in one entry agree in all before it (dissertation 3.5, log matching), so nothing that this replica
 * held then is missing, whatever the lost batch said.
 */
final class SalvageReplay {

  /** What is known of one replica. */
  static final class Found {
    final ReplicaKey replica;
    /** Stretches of its log without a hole, each begun behind one. The last is the newest. */
    final List<ReplicaLog> runs = new ArrayList<>();
    HardState hardState = HardState.INITIAL;
    boolean stateKnown;
    boolean unsure;
    private boolean baseFromTable;

    Found(ReplicaKey replica) {
      this.replica = replica;
      runs.add(new ReplicaLog(replica));
    }

    private ReplicaLog run() {
      return runs.getLast();
    }

    private void beginRun(EntryId base) {
      var run = new ReplicaLog(replica);
      run.stageRestart(base);
      runs.add(run);
    }

    private void restart(EntryId base) {
      runs.clear();
      beginRun(base);
      unsure = false;
      baseFromTable = false;
    }
  }

  private record Step(long write, int rank, SegmentHeader table, LogRecord record, LostBatches lost) {}

  // Of the same write number: what was lost comes after the table of its segment, and took at least that number itself.
  private static final int TABLE = 0;
  private static final int LOSS = 1;
  private static final int RECORD = 2;

  final TreeMap<ReplicaKey, Found> replicas = new TreeMap<>();
  long nextWrite = 1;
  long nextBatch = 1;
  private final List<Step> steps = new ArrayList<>();
  private boolean begun;

  /** @param known the replicas of the node, in case nothing is left of one */
  SalvageReplay(Iterable<ReplicaKey> known) {
    known.forEach(key -> replicas.put(key, new Found(key)));
  }

  /** Takes what is left of the next segment. */
  void add(SegmentSalvage segment) {
    if (segment.header != null) {
      nextWrite = Math.max(nextWrite, segment.header.nextWrite());
      nextBatch = Math.max(nextBatch, segment.header.nextBatch());
      steps.add(new Step(segment.header.nextWrite(), TABLE, segment.header, null, null));
    }
    for (SegmentSalvage.Piece piece : segment.pieces) {
      nextBatch++;
      switch (piece) {
        case SegmentSalvage.Whole(List<LogRecord> records) -> addRecords(records);
        case SegmentSalvage.Lost lost -> addLoss(lost.left());
      }
    }
  }

  private void addRecords(List<LogRecord> records) {
    for (LogRecord record : records) {
      nextWrite = Math.max(nextWrite, record.write() + 1);
      steps.add(new Step(record.write(), RECORD, null, record, null));
    }
  }

  /** Something is lost here, after all that was added before. */
  void addLoss(LostBatches lost) {
    addRecords(lost.records);
    steps.add(new Step(nextWrite, LOSS, null, null, lost));
  }

  /** Goes through all that was added, in the order of write numbers. */
  void run() {
    steps.sort(Comparator.comparingLong(Step::write).thenComparingInt(Step::rank));
    for (Step step : steps) {
      switch (step.rank) {
        case TABLE -> take(step.table);
        case RECORD -> step.record.parts().forEach(this::take);
        default -> take(step.lost);
      }
    }
  }

  private Found found(ReplicaKey key) {
    return replicas.computeIfAbsent(key, Found::new);
  }

  /** The oldest table says where everything begins; a later one says where everything was. */
  private void take(SegmentHeader table) {
    for (SegmentHeader.Row row : table.table()) {
      Found found = found(row.replica());
      found.hardState = row.hardState();
      if (!begun) {
        found.restart(row.last());
        found.baseFromTable = true;
      } else if (!found.run().stagedLast().equals(row.last())) {
        found.beginRun(row.last());
      }
      found.unsure = false;
    }
    begun = true;
    replicas.values().forEach(found -> found.stateKnown = true); // Whom it does not name had none.
  }

  private void take(LostBatches lost) {
    for (Found found : replicas.values()) {
      found.unsure |= lost.held == null || lost.held.contains(found.replica);
      found.stateKnown &= lost.statesKnown;
    }
    begun = true;
  }

  private void take(LogRecord.Part part) {
    switch (part) {
      case LogRecord.HardStatePart(ReplicaKey key, HardState state) -> {
        found(key).hardState = state;
        found(key).stateKnown = true;
      }
      case LogRecord.RestartPart(ReplicaKey key, EntryId base) -> found(key).restart(base);
      case LogRecord.DestroyedPart(ReplicaKey key) -> replicas.remove(key);
      case LogRecord.EntriesPart entries -> take(entries);
    }
    begun = true;
  }

  private void take(LogRecord.EntriesPart part) {
    Found found = found(part.replica());
    if (part.first() <= found.run().stagedBase().index() && found.baseFromTable && found.runs.size() == 1) {
      // Overwrote the tail of entries in a segment that is gone; what came before them was applied for good.
      found.run().stageRestart(new EntryId(part.termBefore(), part.first() - 1));
    }
    for (int newest = found.runs.size() - 1; newest >= 0 && !follows(found.runs.get(newest), part); newest--) {
      if (newest == 0) {
        found.beginRun(new EntryId(part.termBefore(), part.first() - 1));
      }
    }
    while (!follows(found.run(), part)) {
      found.runs.removeLast(); // It was overwritten from before its beginning.
    }
    ReplicaLog run = found.run();
    run.stageTruncate(part.first());
    for (int i = 0; i < part.terms().length; i++) {
      run.stageEntry(part.terms()[i], part.payloadBytes()[i], part.segment(), part.offsets()[i], null);
    }
    found.unsure = false;
  }

  private static boolean follows(ReplicaLog run, LogRecord.EntriesPart part) {
    long before = part.first() - 1;
    return before >= run.stagedBase().index() && before <= run.stagedLast().index() && run.stagedTerm(before) == part.termBefore();
  }
}
