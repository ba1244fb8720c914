package io.cairn.storage.log;

import io.cairn.raft.log.EntryKind;
import io.cairn.raft.log.HardState;
import java.util.function.Consumer;

/**
 * Prints a log line by line, as the scripts of raft-core print theirs: an entry is {@code term/index}, a hard state
 * {@code term 3, vote 2}. Each line begins with the segment and the byte it stands at.
 */
final class LogDump implements LogVisitor {
  private final LogFilter filter;
  private final Consumer<String> out;
  /** The hard state that was printed last, to tell a second copy: the same write and replica again. */
  private long stateWrite = -1;
  private ReplicaKey stateOf;
  /** The first write number of the segment that is printed; below it stands what clean-up wrote again. */
  private long firstWrite;

  LogDump(LogFilter filter, Consumer<String> out) {
    this.filter = filter;
    this.out = out;
  }

  static String text(HardState state) {
    return "term " + state.term() + ", vote " + state.vote() + ", commit " + state.commit();
  }

  private static String text(Place place) {
    return (place.segment() == 0 ? "reserve" : "segment " + place.segment()) + " byte " + place.offset() + ": ";
  }

  private static String text(long write, ReplicaKey replica) {
    return "write " + write + " " + text(replica) + " ";
  }

  private static String text(ReplicaKey replica) {
    return "shard " + replica.shard() + " replica " + replica.replica().value();
  }

  @Override
  public void segment(SegmentFile file, SegmentHeader header) {
    Place begin = new Place(file, 0);
    firstWrite = header.nextWrite();
    out.accept(text(begin) + "of cluster " + header.clusterId() + ", " + file.bytes() + " bytes, begun at write " + header.nextWrite()
        + " and batch " + header.nextBatch() + (header.previous() == 0 ? ", the first"
        : ", after segment " + header.previous() + " up to byte " + (long) header.previousEnd() * OnDiskFormat.SECTOR_BYTES));
    for (int i = 0; i < header.table().size(); i++) {
      SegmentHeader.Row row = header.table().get(i);
      if (filter.takes(row.replica())) {
        out.accept(text(new Place(file.number(), file.path(), header.rowAt(i))) + "table " + text(row.replica()) + " " + text(row.hardState())
            + ", base " + row.base() + ", last " + row.last());
      }
    }
  }

  @Override
  public void batch(Place place, int ordinal, long sequence, int sectors, int dataBytes) {
    if (filter.all()) {
      out.accept(text(place) + "batch " + ordinal + ", sequence " + sequence + ", " + sectors + (sectors == 1 ? " sector, " : " sectors, ")
          + dataBytes + " bytes");
    }
  }

  @Override
  public void part(Place place, long write, LogRecord.Part part) {
    if (!filter.takes(part.replica())) {
      return;
    }
    String what = switch (part) {
      case LogRecord.HardStatePart(ReplicaKey replica, HardState state) -> {
        boolean again = write == stateWrite && replica.equals(stateOf);
        stateWrite = write;
        stateOf = replica;
        yield text(state) + (again ? " (second copy)" : "");
      }
      case LogRecord.RestartPart restart -> "log: (cut off up to " + restart.base() + ")";
      case LogRecord.DestroyedPart _ -> "destroyed";
      case LogRecord.EntriesPart entries -> filter.takes(entries.first() + entries.terms().length - 1)
          ? log(entries) + (write < firstWrite ? " (written again)" : "") : null;
    };
    if (what != null) {
      out.accept(text(place) + text(write, part.replica()) + what);
    }
  }

  private static String log(LogRecord.EntriesPart entries) {
    long last = entries.first() + entries.terms().length - 1;
    return "log: " + entries.terms()[0] + "/" + entries.first()
        + (entries.terms().length == 1 ? "" : " to " + entries.terms()[entries.terms().length - 1] + "/" + last)
        + " after " + entries.termBefore() + "/" + (entries.first() - 1);
  }

  @Override
  public void entry(Place place, long write, ReplicaKey replica, long term, long index, EntryKind kind, int payloadBytes) {
    if (filter.takes(replica) && filter.takes(index)) {
      out.accept(text(place) + text(write, replica) + term + "/" + index + " " + kind + " " + payloadBytes + " bytes");
    }
  }

  @Override
  public void lost() {}

  @Override
  public void note(Place place, String what) {
    if (filter.all()) {
      out.accept(text(place) + what);
    }
  }

  @Override
  public void problem(Place place, String what, String meaning) {
    out.accept(text(place) + "PROBLEM: " + what + "; " + meaning);
  }
}
