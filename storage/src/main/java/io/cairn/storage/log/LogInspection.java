package io.cairn.storage.log;

import io.cairn.platform.Files;
import io.cairn.platform.StoredFile;
import io.cairn.raft.log.EntryKind;
import io.cairn.storage.StorageFailure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Looks at a log that nobody has open: prints it, or checks every checksum in it and everything that must fit together. Files are opened
 * for reading alone and nothing is made, renamed or deleted; where {@link SharedLog#open} stops at the first thing that must not be, this
 * tells all of them.
 *
 * <p>Takes memory in proportion to the records of the log, less than opening it does.
 */
public final class LogInspection {
  private final Files files;
  private final String directory;
  private final String clusterId;
  private final LogVisitor printer;
  private final Tally tally = new Tally();
  private final ReplayCheck replay = new ReplayCheck(tally);

  private LogInspection(Files files, String directory, String clusterId, LogVisitor printer) {
    this.files = files;
    this.directory = directory;
    this.clusterId = clusterId;
    this.printer = printer;
  }

  /** What there was: segments that were begun, batches and entries that could be read. A node starts on a log without problems. */
  public record Report(int segments, long batches, long entries, long problems) {}

  /**
   * Prints every record, and every problem where it is met.
   *
   * @param directory the one that holds the segments
   * @param clusterId whose log it must be; null when that is not known
   * @throws StorageFailure {@code NEWER_FORMAT} with both versions named, {@code DISK} when a file cannot be read
   */
  public static Report dump(Files files, String directory, String clusterId, LogFilter filter, Consumer<String> out) {
    return new LogInspection(files, directory, clusterId, new LogDump(filter, out)).run();
  }

  /** As {@link #dump}, but prints problems alone, each with file and byte, and what is worth knowing and none. */
  public static Report verify(Files files, String directory, String clusterId, Consumer<String> out) {
    return new LogInspection(files, directory, clusterId, new Findings(out)).run();
  }

  private Report run() {
    try {
      List<SegmentFile> segments = look();
      for (int i = 0; i < segments.size(); i++) {
        walk(segments, i);
      }
      replay.run();
      return tally.report();
    } catch (IOException failure) {
      throw new StorageFailure(StorageFailure.Kind.DISK, "reading the log in " + directory + " failed: " + failure.getMessage(), failure);
    }
  }

  /** All files of the log, the reserve first, and a first look at each before anything is told: a newer format is refused whole. */
  private List<SegmentFile> look() throws IOException {
    Map<Integer, String> numbered = new TreeMap<>();
    List<String> strange = new ArrayList<>();
    for (String name : files.list(directory)) {
      if (name.endsWith(SegmentPool.TEMPORARY)) {
        continue; // being filled; deleted at the next start
      }
      Integer number = numberOf(name);
      if (number == null) {
        strange.add(name);
      } else {
        numbered.put(number, name);
      }
    }
    List<SegmentFile> segments = new ArrayList<>();
    for (Map.Entry<Integer, String> segment : numbered.entrySet()) {
      segments.add(SegmentFile.look(files, directory + "/" + segment.getValue(), segment.getKey()));
    }
    for (String name : strange) {
      tally.problem(new LogVisitor.Place(0, directory + "/" + name, 0), "is no segment of a log: their names are ten digits and "
          + SegmentPool.SUFFIX, "the node does not start while it lies there");
    }
    return segments;
  }

  private static Integer numberOf(String name) {
    if (name.equals(SegmentPool.RESERVE)) {
      return 0;
    }
    if (!name.matches("[0-9]{10}\\.seg")) {
      return null;
    }
    long number = Long.parseLong(name.substring(0, 10));
    return number > 0 && number <= Integer.MAX_VALUE ? (int) number : null;
  }

  private void walk(List<SegmentFile> segments, int at) throws IOException {
    SegmentFile segment = segments.get(at);
    SegmentFile next = null;
    for (int i = segments.size() - 1; i > at; i--) {
      next = segments.get(i).header() != null ? segments.get(i) : next;
    }
    SegmentFile before = null;
    for (int i = 0; i < at; i++) {
      before = segments.get(i).header() != null ? segments.get(i) : before;
    }
    if (segment.header() != null) {
      chain(segment, before);
      replay.table(segment, segment.header());
    }
    // One that follows another segment says nothing of where this one ends.
    boolean told = next != null && next.header().previous() == segment.number();
    try (StoredFile file = files.openReadOnly(segment.path())) {
      var walk = new SegmentWalk(segment, file, told ? next.header().previousEnd() : -1, tally);
      walk.run();
      if (segment.header() == null) {
        if (next != null && segment.number() != 0) {
          tally.problem(new LogVisitor.Place(segment, 0), "its header is lost: segment " + next.number() + " was begun after it",
              "what stood in it is lost");
          replay.lost();
        }
        return;
      }
      sequence(segment, next, told, walk);
    }
  }

  private void chain(SegmentFile segment, SegmentFile before) {
    SegmentHeader header = segment.header();
    if (clusterId != null && !header.clusterId().equals(clusterId)) {
      tally.problem(new LogVisitor.Place(segment, 0), "belongs to cluster '" + header.clusterId() + "', this directory to '" + clusterId + "'",
          "it was brought here from elsewhere");
    }
    if (before != null && header.previous() != before.number()) {
      tally.problem(new LogVisitor.Place(segment, 0), "follows segment " + header.previous() + ", but segment " + before.number()
          + " is the one before it in " + directory, "a segment is missing, and what stood in it is lost");
      replay.lost();
    }
  }

  private void sequence(SegmentFile segment, SegmentFile next, boolean told, SegmentWalk walk) {
    if (!told) {
      return;
    }
    if (next.header().previousEnd() > segment.sectors()) {
      tally.problem(new LogVisitor.Place(segment, segment.sectors()), "the file ends here; segment " + next.number() + " says that batches stand up to byte "
          + (long) next.header().previousEnd() * OnDiskFormat.SECTOR_BYTES, "the file was cut, and what stood behind is lost");
      replay.lost();
      return;
    }
    long due = segment.header().nextBatch() + walk.batches();
    if (!walk.lost() && next.header().nextBatch() != due) {
      tally.problem(new LogVisitor.Place(next, 0), "begins with batch " + next.header().nextBatch() + ", the segment before ends with "
          + (due - 1), "batches between them are lost, or were written twice");
      replay.lost();
    }
  }

  /** Counts, and hands on: to the replay what it needs, to the printer all of it. */
  private final class Tally implements LogVisitor {
    private int segments;
    private long batches;
    private long entries;
    private long problems;

    Report report() {
      return new Report(segments, batches, entries, problems);
    }

    @Override
    public void segment(SegmentFile file, SegmentHeader header) {
      segments++;
      printer.segment(file, header);
    }

    @Override
    public void batch(Place place, int ordinal, long sequence, int sectors, int dataBytes) {
      batches++;
      printer.batch(place, ordinal, sequence, sectors, dataBytes);
    }

    @Override
    public void part(Place place, long write, LogRecord.Part part) {
      replay.part(place, write, part);
      printer.part(place, write, part);
    }

    @Override
    public void entry(Place place, long write, ReplicaKey replica, long term, long index, EntryKind kind, int payloadBytes) {
      entries++;
      printer.entry(place, write, replica, term, index, kind, payloadBytes);
    }

    @Override
    public void lost() {
      replay.lost();
    }

    @Override
    public void note(Place place, String what) {
      printer.note(place, what);
    }

    @Override
    public void problem(Place place, String what, String meaning) {
      problems++;
      printer.problem(place, what, meaning);
    }
  }

  /** Prints what was found, and nothing of what is in order. */
  private record Findings(Consumer<String> out) implements LogVisitor {
    @Override
    public void segment(SegmentFile file, SegmentHeader header) {}

    @Override
    public void batch(Place place, int ordinal, long sequence, int sectors, int dataBytes) {}

    @Override
    public void part(Place place, long write, LogRecord.Part part) {}

    @Override
    public void entry(Place place, long write, ReplicaKey replica, long term, long index, EntryKind kind, int payloadBytes) {}

    @Override
    public void lost() {}

    @Override
    public void note(Place place, String what) {
      out.accept(place + ": " + what);
    }

    @Override
    public void problem(Place place, String what, String meaning) {
      out.accept(place + ": PROBLEM: " + what + "; " + meaning);
    }
  }
}
