package io.cairn.storage.log;

import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.HardState;
import java.util.ArrayList;
import java.util.Arrays;
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
    /** Write number of the entries that were taken last. */
    private long write;

    Found(ReplicaKey replica) {
      this.replica = replica;
      runs.add(new ReplicaLog(replica));
    }

    private ReplicaLog run() {
      return runs.getLast();
    }

    private boolean isEmpty() {
      return runs.size() == 1 && run().stagedLast().index() == 0;
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

  private record Step(long write, int rank, SegmentHeader table, LogRecord record, LostBatches lost) {
    /** Index of the first entry in a record that has one; copies of one record are put together in this order. */
    long first() {
      return record != null && record.parts().getLast() instanceof LogRecord.EntriesPart entries ? entries.first() : 0;
    }
  }

  // Of the same write number: what was lost comes after the table of its segment, and took at least that number itself.
  private static final int TABLE = 0;
  private static final int LOSS = 1;
  private static final int RECORD = 2;
  private static final int COPY = 3;

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
        case SegmentSalvage.Whole(List<LogRecord> records) -> records.forEach(record -> add(segment, record));
        case SegmentSalvage.Lost lost -> addLoss(lost.left());
      }
    }
  }

  /**
   * What clean-up wrote again has a write number below the first one of its segment; without a header that cannot be told, and is taken to be
   * so: a copy confirms nothing.
   */
  private void add(SegmentSalvage segment, LogRecord record) {
    nextWrite = Math.max(nextWrite, record.write() + 1);
    boolean first = segment.header != null && record.write() >= segment.header.nextWrite();
    steps.add(new Step(record.write(), first ? RECORD : COPY, null, record, null));
  }

  /** Something is lost here, after all that was added before. */
  void addLoss(LostBatches lost) {
    for (LogRecord record : lost.records) {
      nextWrite = Math.max(nextWrite, record.write() + 1);
      steps.add(new Step(record.write(), RECORD, null, record, null));
    }
    steps.add(new Step(nextWrite, LOSS, null, null, lost));
  }

  /** Goes through all that was added, in the order of write numbers. */
  void run() {
    steps.sort(Comparator.comparingLong(Step::write).thenComparingInt(Step::rank).thenComparingLong(Step::first));
    for (Step step : steps) {
      switch (step.rank) {
        case TABLE -> take(step.table);
        case RECORD, COPY -> step.record.parts().forEach(part -> take(step, part));
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
      if (!begun && found.isEmpty()) {
        found.restart(row.last());
        found.baseFromTable = true;
      } else if (!found.run().stagedLast().equals(row.last())) {
        found.beginRun(row.last());
      } else {
        found.baseFromTable |= !begun; // Copies lead up to it.
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

  private void take(Step step, LogRecord.Part part) {
    switch (part) {
      case LogRecord.HardStatePart(ReplicaKey key, HardState state) -> {
        found(key).hardState = state;
        found(key).stateKnown = true;
      }
      case LogRecord.RestartPart(ReplicaKey key, EntryId base) -> found(key).restart(base);
      case LogRecord.DestroyedPart(ReplicaKey key) -> replicas.remove(key);
      case LogRecord.EntriesPart entries -> take(step, entries);
    }
    begun |= step.rank == RECORD;
  }

  private void take(Step step, LogRecord.EntriesPart whole) {
    Found found = found(whole.replica());
    LogRecord.EntriesPart part = whole;
    if (step.rank == COPY && found.write == step.write) {
      part = behind(found.run().stagedLast().index(), whole);
      if (part == null) {
        return; // It stands there in its first writing, or in an earlier copy.
      }
    }
    if (!begun && step.rank == COPY && found.isEmpty()) {
      found.runs.clear();
      found.beginRun(new EntryId(part.termBefore(), part.first() - 1));
    }
    found.write = step.write;
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
    found.unsure &= step.rank == COPY;
  }

  /** The entries of the part above the index, null when there are none. */
  private static LogRecord.EntriesPart behind(long index, LogRecord.EntriesPart part) {
    int skip = (int) Math.clamp(index - part.first() + 1, 0, part.terms().length);
    if (skip == 0 || skip == part.terms().length) {
      return skip == 0 ? part : null;
    }
    return new LogRecord.EntriesPart(part.replica(), part.first() + skip, part.terms()[skip - 1],
        Arrays.copyOfRange(part.terms(), skip, part.terms().length), Arrays.copyOfRange(part.offsets(), skip, part.offsets().length),
        Arrays.copyOfRange(part.payloadBytes(), skip, part.payloadBytes().length), part.segment());
  }

  private static boolean follows(ReplicaLog run, LogRecord.EntriesPart part) {
    long before = part.first() - 1;
    return before >= run.stagedBase().index() && before <= run.stagedLast().index() && run.stagedTerm(before) == part.termBefore();
  }
}
