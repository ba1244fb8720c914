package io.cairn.storage.log;

import static io.cairn.storage.log.SharedLogTest.A;
import static io.cairn.storage.log.SharedLogTest.B;
import static io.cairn.storage.log.SharedLogTest.entry;
import static io.cairn.storage.log.SharedLogTest.read;
import static io.cairn.storage.log.SharedLogTest.write;
import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.HardState;
import io.cairn.storage.MemoryFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Replica A applies nothing for long; B writes and applies many times what the log may keep. */
class LogRewritingTest {
  private static final int SEGMENT = 16 << 10;
  private static final int KEEP = 4 * SEGMENT;
  /** Besides what is kept and needed: the margin, the one that is written, and those that wait. */
  private static final int SEGMENTS_MORE = 7;

  private final MemoryFiles files = new MemoryFiles();
  private SharedLog log = open(files);
  private long written;

  private static SharedLog open(MemoryFiles files) {
    return SharedLog.open(files, "/log", new LogSettings(SEGMENT, KEEP, "test", 0));
  }

  private void append(LogWrite... writes) {
    log.append(List.of(writes));
  }

  /** B appends so many entries, and applies all of them; A has applied up to {@code applied}. */
  private void others(int count, long applied) {
    for (int i = 0; i < count; i++) {
      written++;
      append(write(B, null, entry(1, written, 900)));
      if (i % 5 == 4) {
        log.clean(List.of(new LogFloor(A, applied, 1), new LogFloor(B, written, written + 1)));
      }
    }
  }

  private static Entry[] entries(long term, long from, long to) {
    return LongStream.rangeClosed(from, to).mapToObj(index -> entry(term, index, 300)).toArray(Entry[]::new);
  }

  private static List<String> ids(long term, long from, long to) {
    return LongStream.rangeClosed(from, to).mapToObj(index -> term + "/" + index).toList();
  }

  private static List<String> both(List<String> one, List<String> other) {
    List<String> all = new ArrayList<>(one);
    all.addAll(other);
    return all;
  }

  private void reopen() {
    log.close();
    assertThat(problems(files)).isEmpty();
    log = open(files);
  }

  private static List<String> problems(MemoryFiles disk) {
    List<String> told = new ArrayList<>();
    LogInspection.verify(disk, "/log", "test", told::add);
    return told.stream().filter(line -> line.contains("PROBLEM")).toList();
  }

  @Test
  @DisplayName("A-09 LG-17 one replica that applies nothing keeps its entries, and the log no more than its bound")
  void theBound() {
    append(write(A, new HardState(1, 11, 0), entries(1, 1, 20)));
    for (int round = 0; round < 20; round++) {
      others(50, 0);
      long needed = 20 * (300 + 72L) + 5 * (900 + 72L);
      assertThat(log.diskBytes()).as("after round %d", round).isLessThanOrEqualTo(KEEP + 9 * needed / 4 + SEGMENTS_MORE * SEGMENT);
      assertThat(read(log, A)).isEqualTo(ids(1, 1, 20));
      if (round % 5 == 4) {
        assertThat(log.entriesRewritten()).as("entries written again in five rounds").isPositive();
        reopen();
        assertThat(read(log, A)).isEqualTo(ids(1, 1, 20));
        assertThat(log.hardState(A)).isEqualTo(new HardState(1, 11, 0));
      }
    }
    append(write(A, null, entries(1, 21, 25)));
    others(60, 12);
    reopen();
    assertThat(read(log, A)).endsWith("1/23", "1/24", "1/25").contains("1/13");
  }

  @Test
  @DisplayName("A-09 a replica that needs more than log.keep has it, and clean-up goes on over its head")
  void moreThanMayBeKept() {
    long last = 0;
    for (int i = 0; i < 100; i++) {
      append(write(A, null, entries(1, last + 1, last + 4)));
      last += 4;
      others(5, 0);
      long needed = last * (300 + 72) + 5 * (900 + 72L);
      assertThat(log.diskBytes()).isLessThanOrEqualTo(Math.max(KEEP, 2 * needed) + needed / 4 + SEGMENTS_MORE * SEGMENT);
    }
    assertThat(read(log, A)).isEqualTo(ids(1, 1, last));
    others(300, 0);
    long needed = last * (300 + 72) + 5 * (900 + 72L);
    assertThat(log.diskBytes()).isLessThanOrEqualTo(Math.max(KEEP, 2 * needed) + needed / 4 + SEGMENTS_MORE * SEGMENT);
    reopen();
    assertThat(read(log, A)).isEqualTo(ids(1, 1, last));
  }

  @Test
  @DisplayName("LG-01 LG-10 what was cut off, replaced or destroyed after it was written again does not come back")
  void whatIsCutStaysCut() {
    append(write(A, new HardState(1, 11, 0), entries(1, 1, 40)));
    others(150, 0);
    assertThat(log.entriesRewritten()).isGreaterThanOrEqualTo(40);
    append(write(A, new HardState(2, 12, 0), entries(2, 31, 33)));
    reopen();
    assertThat(read(log, A)).isEqualTo(both(ids(1, 1, 30), ids(2, 31, 33)));
    others(150, 0);
    append(write(A, null, entries(2, 34, 50)));
    append(write(A, new HardState(3, 11, 0), entries(3, 21, 22)));
    for (int round = 0; round < 3; round++) {
      reopen();
      assertThat(read(log, A)).isEqualTo(both(ids(1, 1, 20), ids(3, 21, 22)));
      others(150, 0);
    }
    log.append(List.of(new LogWrite(A, Optional.of(new HardState(5, 0, 60)), List.of(), Optional.of(new EntryId(4, 60)))));
    append(write(A, null, entries(5, 61, 63)));
    others(150, 60);
    reopen();
    assertThat(read(log, A)).isEqualTo(ids(5, 61, 63));
    others(150, 60);
    reopen();
    assertThat(read(log, A)).isEqualTo(ids(5, 61, 63));
    log.destroy(A);
    reopen();
    assertThat(log.replicas()).containsExactly(B);
    for (int i = 0; i < 100; i++) {
      append(write(B, null, entry(1, ++written, 900)));
      log.clean(List.of(new LogFloor(B, written, written + 1)));
      try (SharedLog found = open(files.crash(() -> false))) {
        assertThat(found.replicas()).containsExactly(B);
      }
    }
  }

  @Test
  @DisplayName("LG-09 entries that one write replaced may be cut off later, behind entries that only the freed segments had")
  void cutBelowWhatWasNotWrittenAgain() {
    append(write(A, null, entries(1, 1, 40)));
    others(40, 0); // the segment of A's entries is still the oldest
    append(write(A, null, entries(1, 41, 50)));
    append(write(A, null, entries(2, 31, 35)));
    others(250, 0);
    reopen();
    assertThat(read(log, A)).isEqualTo(both(ids(1, 1, 30), ids(2, 31, 35)));
    others(250, 0);
    reopen();
    assertThat(read(log, A)).isEqualTo(both(ids(1, 1, 30), ids(2, 31, 35)));
  }

  @Test
  @DisplayName("A-04 LG-09 the machine may stop at any change while entries are written again and segments are freed")
  void aCrashAtEveryChange() {
    append(write(A, new HardState(1, 11, 0), entries(1, 1, 30)), write(B, null, entry(1, ++written, 900)));
    append(write(A, null, entries(2, 25, 40)));
    others(95, 0);
    List<String> expected = both(ids(1, 1, 24), ids(2, 25, 40));
    int from = files.changes();
    others(40, 0);
    int to = files.changes();
    assertThat(log.entriesRewritten()).as("entries written again").isGreaterThan(40);
    for (int at = from; at < to; at++) {
      var again = new LogRewritingTest();
      again.append(write(A, new HardState(1, 11, 0), entries(1, 1, 30)), write(B, null, entry(1, ++again.written, 900)));
      again.append(write(A, null, entries(2, 25, 40)));
      again.others(95, 0);
      again.files.crashAt(at);
      try {
        again.others(40, 0);
      } catch (MemoryFiles.Crashed stopped) {
        // Below it is looked at what is left.
      }
      for (long outcome = 0; outcome < 3; outcome++) {
        MemoryFiles after = again.files.crash(outcome);
        assertThat(problems(after)).as("crash at change %d, outcome %d", at, outcome).isEmpty();
        try (SharedLog found = open(after)) {
          assertThat(read(found, A)).as("crash at change %d, outcome %d", at, outcome).isEqualTo(expected);
          assertThat(found.view(B).last().index()).isBetween(again.written - 1, again.written);
        }
      }
    }
  }

  @Test
  @DisplayName("ST-02 ST-05 a bad sector, wherever it is: who lacks what was written again is suspect, and verify tells of it")
  void aBadSectorAmongTheCopies() {
    append(write(A, new HardState(1, 11, 0), entries(1, 1, 40)));
    others(150, 12);
    log.close();
    List<String> dump = new ArrayList<>();
    LogInspection.dump(files, "/log", "test", LogFilter.ALL, dump::add);
    assertThat(dump).anyMatch(line -> line.contains("shard 1 replica 11 log: ") && line.endsWith("(written again)"));
    int suspected = 0;
    int whole = 0;
    for (String name : files.list("/log")) {
      for (int at = 0; at < files.bytes("/log/" + name).length; at += OnDiskFormat.SECTOR_BYTES) {
        MemoryFiles spoilt = files.crash(() -> true);
        spoilt.bytes("/log/" + name)[at + 77] ^= 2;
        assertThat(problems(spoilt)).as("%s at %d", name, at).isNotEmpty();
        var node = new Node(written);
        try (SharedLog found = SharedLog.open(spoilt, "/log", new LogSettings(SEGMENT, KEEP, "test", 0), Runnable::run, node)) {
          assertThat(found.hardState(A)).isEqualTo(new HardState(1, 11, 0));
          if (node.suspects.contains(A)) {
            suspected++;
            assertThat(found.view(A).base().index()).isLessThanOrEqualTo(12);
          } else {
            whole++;
            assertThat(found.view(A).last()).isEqualTo(new EntryId(1, 40));
            assertThat(found.view(A).base().index()).isLessThanOrEqualTo(12);
            assertThat(read(found, A)).endsWith("1/39", "1/40");
          }
        }
      }
    }
    assertThat(suspected).as("places that made A suspect").isBetween(20, 100);
    assertThat(whole).as("places that cost A nothing").isPositive();
  }

  /** A has applied 12 entries, B all. */
  private static final class Node implements LogRepair {
    private final long appliedByB;
    private final Set<ReplicaKey> suspects = new TreeSet<>();

    Node(long appliedByB) {
      this.appliedByB = appliedByB;
    }

    @Override
    public Set<ReplicaKey> replicas() {
      return new TreeSet<>(List.of(A, B));
    }

    @Override
    public long lastBatchKnown() {
      return 0;
    }

    @Override
    public EntryId durablyApplied(ReplicaKey replica) {
      return new EntryId(1, replica.equals(A) ? 12 : appliedByB);
    }

    @Override
    public void damaged(List<String> findings, Set<ReplicaKey> found) {
      suspects.addAll(found);
    }
  }

  @Test
  @DisplayName("A-09 LG-17 with no byte free clean-up goes on, on a segment that appends never take")
  void withNoByteFree() {
    log.close();
    log = SharedLog.open(files, "/log", new LogSettings(SEGMENT, 0, "test", 0));
    append(write(A, null, entries(1, 1, 10)));
    int begun = log.activeSegment();
    while (log.activeSegment() < begun + 6) {
      append(write(B, null, entry(1, ++written, 900)));
    }
    files.freeBytes(0);
    int onTheReserve = 0;
    for (int i = 0; i < 300; i++) {
      while (!hasNoneReady()) { // Appends may write up to the last segment that waits, and leave the reserve.
        append(write(B, null, entry(1, ++written, 900)));
      }
      assertThat(files.list("/log")).contains(SegmentPool.RESERVE);
      fillActive();
      int before = log.activeSegment();
      log.clean(List.of(new LogFloor(A, 0, 1), new LogFloor(B, written, written + 1)));
      onTheReserve += log.activeSegment() > before ? 1 : 0;
      assertThat(files.list("/log")).as("given back as soon as it was used").contains(SegmentPool.RESERVE);
      log.clean(List.of(new LogFloor(A, 0, 1), new LogFloor(B, written, written + 1)));
      assertThat(read(log, A)).isEqualTo(ids(1, 1, 10));
    }
    assertThat(onTheReserve).as("segments cleaned on the reserve").isPositive();
    reopen();
    assertThat(read(log, A)).isEqualTo(ids(1, 1, 10));
  }

  private boolean hasNoneReady() {
    return files.list("/log").stream().filter(name -> SegmentPool.numberOf(name) > log.activeSegment()).findAny().isEmpty();
  }

  /** Up to where one more entry would begin the next segment. */
  private void fillActive() {
    while (log.sectorsLeft() >= 2) {
      append(write(B, null, entry(1, ++written, 900)));
    }
  }
}
