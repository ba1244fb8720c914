package io.cairn.storage.log;

import io.cairn.platform.StoredFile;
import io.cairn.storage.log.LogVisitor.Place;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Reads one file of the log from its first sector to its last and tells everything in it, whatever is wrong: where opening stops at the
 * first thing that must not be, this goes on behind it. By the same rules as {@link LogRecovery}, which decides what a node does.
 */
final class SegmentWalk {
  private static final int WINDOW_SECTORS = 2048;
  private static final String NOTHING_LOST = "nothing that counts stood there";

  private final SegmentFile segment;
  private final LogVisitor to;
  private final SectorWindow window;
  private final BatchRecords records;
  /** Where the next segment says that this one ends, or -1 when none says so. */
  private final int end;
  private int at;
  private int batches;
  private boolean lost;

  SegmentWalk(SegmentFile segment, StoredFile file, int end, LogVisitor to) {
    this.segment = segment;
    this.to = to;
    this.end = end;
    this.window = new SectorWindow(file, segment.path(), segment.lap(), Math.max(1, Math.min(WINDOW_SECTORS, segment.sectors())));
    this.records = new BatchRecords(segment, to);
  }

  /** How many batches were there, lost ones included. */
  int batches() {
    return batches;
  }

  /** Whether something that was written could not be read. */
  boolean lost() {
    return lost;
  }

  void run() throws IOException {
    if (segment.bytes() == 0 || segment.bytes() % OnDiskFormat.SECTOR_BYTES != 0) {
      to.problem(place(segment.sectors()), "the file has " + segment.bytes() + " bytes, which is no whole number of "
          + OnDiskFormat.SECTOR_BYTES + "-byte sectors", "it was cut, or is no segment");
    }
    if (segment.header() == null) {
      notBegun();
      return;
    }
    to.segment(segment, segment.header());
    header();
    at = segment.header().places().firstBatch();
    int limit = end < 0 ? segment.sectors() : Math.min(end, segment.sectors());
    boolean goesOn = true;
    while (goesOn && at < limit) {
      goesOn = batch(limit);
    }
    if (goesOn) {
      behind(Math.max(at, limit));
    }
  }

  private Place place(int sector) {
    return new Place(segment, sector);
  }

  private void problem(int sector, String what, String meaning) {
    to.problem(place(sector), what, meaning);
  }

  private void lose() {
    lost = true;
    to.lost();
  }

  // ---- without a header ----

  private void notBegun() throws IOException {
    int written = 0;
    int later = 0;
    boolean begun = segment.number() != 0 && segment.sectors() > 0 && window.state(0) != SectorWindow.State.OLD;
    for (int sector = 0; sector < segment.sectors(); sector++) {
      SectorWindow.State state = window.state(sector);
      if (state == SectorWindow.State.BAD) {
        problem(sector, "a sector fails its check", begun ? "no copy of the header can be read: whether something stood there cannot be told"
            : NOTHING_LOST);
      } else if (state == SectorWindow.State.OWN) {
        written++;
        later = Math.max(later, window.ordinal(sector));
      }
    }
    if (later > 0) {
      lose();
      problem(0, "neither copy of the header is whole, though " + later + (later == 1 ? " batch was" : " batches were")
          + " written behind it", "what stands in these is lost");
    } else if (written > 0) {
      to.note(place(0), "was torn while its header was written; no batch was written, nothing of it was acknowledged");
    } else if (segment.number() != 0) {
      to.note(place(0), "waits to be begun");
    } else {
      to.note(place(0), "is the reserve");
    }
  }

  // ---- the header ----

  private void header() throws IOException {
    SegmentHeader.Places places = segment.header().places();
    copy(0, places.copySectors(), places.secondCopy());
    copy(places.secondCopy(), places.copySectors(), 0);
    for (int sector = places.copySectors(); sector < places.secondCopy(); sector++) {
      SectorWindow.State state = window.state(sector);
      if (state != SectorWindow.State.OLD) {
        problem(sector, state == SectorWindow.State.BAD ? "a sector between the copies of the header fails its check"
            : "a sector between the copies of the header was written in this lap", NOTHING_LOST);
      }
    }
    if (!SegmentFile.sameCopies(window, places, segment.sectors())) {
      problem(places.secondCopy(), "the two copies of the header say different things", "which one is right cannot be told");
    }
    if (segment.header().number() != segment.number()) {
      problem(0, "the header is of segment " + segment.header().number(), "the file lies under a name that is not its own");
    }
  }

  private void copy(int from, int sectors, int other) throws IOException {
    int foul = -1;
    for (int sector = from; sector < from + sectors; sector++) {
      SectorWindow.State state = window.state(sector);
      if (state == SectorWindow.State.BAD) {
        problem(sector, "a sector of the header fails its check", "the copy at byte " + (long) other * OnDiskFormat.SECTOR_BYTES + " is whole");
        foul = sector;
      } else if (state == SectorWindow.State.OLD || window.ordinal(sector) != 0) {
        problem(sector, "a sector of the header is missing", "the copy at byte " + (long) other * OnDiskFormat.SECTOR_BYTES + " is whole");
        foul = sector;
      }
    }
    if (foul < 0 && SegmentFile.copyAt(window, from, segment.sectors()) == null) {
      problem(from, "this copy of the header cannot be read though its sectors pass their checks", "it was not written by this version");
    }
  }

  // ---- batches ----

  /** Looks at the batch that is due at {@code at}, and moves behind it. False when the log ends there, and the rest was looked at. */
  private boolean batch(int limit) throws IOException {
    int ordinal = batches + 1;
    SectorWindow.State state = window.state(at);
    if (state == SectorWindow.State.OLD) {
      return missing(at, 1, ordinal, limit);
    }
    if (state == SectorWindow.State.BAD) {
      problem(at, "the first sector of batch " + ordinal + " fails its check", lostBatch());
      goOnBehind(at + 1, limit);
      return true;
    }
    String wrong = wrongHead(at, ordinal, limit);
    if (wrong != null) {
      problem(at, wrong, lostBatch());
      goOnBehind(at + 1, limit);
      return true;
    }
    return body(ordinal, limit);
  }

  /** Behind the first sector, which passed. */
  private boolean body(int ordinal, int limit) throws IOException {
    byte[] head = window.data(at, 1);
    int sectors = ByteBuffer.wrap(head).getInt(4);
    int fold = 0;
    int bad = 0;
    int missing = -1;
    for (int sector = at + 1; sector < at + sectors; sector++) {
      SectorWindow.State state = window.state(sector);
      if (state == SectorWindow.State.OLD) {
        missing = missing < 0 ? sector : missing;
      } else if (state == SectorWindow.State.BAD) {
        problem(sector, "a sector of batch " + ordinal + " fails its check", lostBatch());
        bad++;
      } else if (window.ordinal(sector) != ordinal) {
        problem(sector, "belongs to batch " + window.ordinal(sector) + " where batch " + ordinal + " stands", lostBatch());
        bad++;
      } else {
        fold = SectorBuffer.foldCheck(fold, window.check(sector));
      }
    }
    if (bad == 0 && missing >= 0) {
      return missing(missing, at + sectors - missing, ordinal, limit);
    }
    batches++;
    if (bad == 0 && fold != ByteBuffer.wrap(head).getInt(OnDiskFormat.BATCH_CHECK_OFFSET)) {
      problem(at, "the sectors of batch " + ordinal + " are not the ones its header was made for", lostBatch());
      bad++;
    }
    if (bad == 0) {
      int dataBytes = ByteBuffer.wrap(head).getInt(16);
      to.batch(place(at), ordinal, segment.header().nextBatch() + ordinal - 1, sectors, dataBytes);
      if (!records.read(window.data(at, sectors), dataBytes, at)) {
        lose();
      }
    } else {
      lose();
    }
    at += sectors;
    return true;
  }

  private static String lostBatch() {
    return "the records of this batch are lost here, and with them perhaps what was acknowledged";
  }

  /** Why the head of the batch that is due cannot be believed, or null. */
  private String wrongHead(int sector, int ordinal, int limit) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(window.data(sector, 1));
    int magic = in.getInt();
    int sectors = in.getInt();
    long sequence = in.getLong();
    int dataBytes = in.getInt();
    long due = segment.header().nextBatch() + ordinal - 1;
    if (window.ordinal(sector) != ordinal || magic != OnDiskFormat.BATCH_MAGIC || sequence != due) {
      return "batch " + ordinal + " with sequence " + due + " is due, found "
          + (magic == OnDiskFormat.BATCH_MAGIC ? "batch " + window.ordinal(sector) + " with sequence " + sequence
              : "a sector of batch " + window.ordinal(sector) + " that begins none");
    }
    if (sectors < 1 || sectors > limit - sector || dataBytes < OnDiskFormat.BATCH_HEADER_BYTES || dataBytes > OnDiskFormat.dataAt(sectors)) {
      return "batch " + ordinal + " claims " + sectors + " sectors and " + dataBytes + " bytes, with " + (limit - sector) + " sectors left";
    }
    return null;
  }

  /** A batch of which a sector was never written: the end of the log, unless something was written after it. */
  private boolean missing(int sector, int more, int ordinal, int limit) throws IOException {
    int later = laterBatch(sector + more, ordinal);
    if (end < 0 && later < 0) {
      int written = countOf(at, ordinal);
      if (written > 0) {
        to.note(place(at), "batch " + ordinal + " was torn: " + written + (written == 1 ? " sector" : " sectors")
            + " of it were written when the machine stopped. It was never acknowledged and is cut off at the next start");
      }
      rest(at, ordinal);
      return false;
    }
    problem(sector, "a sector of batch " + ordinal + " is missing, though later " + (end < 0 ? "batches" : "segments") + " were written",
        lostBatch());
    goOnBehind(sector + 1, limit);
    return true;
  }

  private int laterBatch(int from, int ordinal) throws IOException {
    for (int sector = from; sector < segment.sectors(); sector++) {
      if (window.state(sector) == SectorWindow.State.OWN && window.ordinal(sector) > ordinal) {
        return sector;
      }
    }
    return -1;
  }

  private int countOf(int from, int ordinal) throws IOException {
    int count = 0;
    for (int sector = from; sector < segment.sectors(); sector++) {
      count += window.state(sector) == SectorWindow.State.OWN && window.ordinal(sector) == ordinal ? 1 : 0;
    }
    return count;
  }

  /** Finds the next batch whose head can be believed; what lies before it is lost. */
  private void goOnBehind(int from, int limit) throws IOException {
    lose();
    int due = batches + 1;
    for (int sector = from; sector < limit; sector++) {
      SectorWindow.State state = window.state(sector);
      if (state == SectorWindow.State.BAD) {
        problem(sector, "a sector behind the lost head of batch " + due + " fails its check", lostBatch());
      } else if (state == SectorWindow.State.OWN && window.ordinal(sector) > due && wrongHead(sector, window.ordinal(sector), limit) == null) {
        batches = window.ordinal(sector) - 1;
        at = sector;
        return;
      }
    }
    batches++;
    at = limit;
  }

  // ---- behind the last batch ----

  /** The rest of the file when the log ended there, in its last segment. */
  private void rest(int from, int torn) throws IOException {
    for (int sector = from; sector < segment.sectors(); sector++) {
      SectorWindow.State state = window.state(sector);
      if (state == SectorWindow.State.BAD) {
        problem(sector, "a sector behind the last whole batch fails its check",
            "batch " + torn + " may have stood there: whether it was acknowledged cannot be told");
      } else if (state == SectorWindow.State.OWN && window.ordinal(sector) != torn) {
        problem(sector, "belongs to batch " + window.ordinal(sector) + " where only batch " + torn + " can stand", lostBatch());
      }
    }
  }

  /** The rest of the file when a later segment says where this one ends, or when it is full. */
  private void behind(int from) throws IOException {
    int torn = 0;
    for (int sector = from; sector < segment.sectors(); sector++) {
      SectorWindow.State state = window.state(sector);
      if (state == SectorWindow.State.BAD) {
        problem(sector, "a sector behind the segment's end fails its check", lost ? lostBatch() : NOTHING_LOST);
      } else if (state == SectorWindow.State.OWN && !lost) {
        if (window.ordinal(sector) != batches + 1) {
          problem(sector, "belongs to batch " + window.ordinal(sector) + ", though the segment ended with batch " + batches,
              "a batch was written that the next segment does not know of");
        }
        torn++;
      }
    }
    if (torn > 0) {
      to.note(place(from), "batch " + (batches + 1) + " was torn and cut off: " + torn + (torn == 1 ? " sector" : " sectors"));
    }
  }
}
