package io.cairn.storage.log;

import static io.cairn.storage.log.SharedLogTest.A;
import static io.cairn.storage.log.SharedLogTest.B;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.platform.StoredFile;
import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.HardState;
import io.cairn.storage.MemoryFiles;
import io.cairn.storage.StorageFailure;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What comes of records in the order of their write numbers, wherever they stand. */
class LogReplayTest {
  private LogRecovery found;
  private Segment segment;

  @BeforeEach
  void oneSegment() throws IOException {
    var files = new MemoryFiles();
    StoredFile file = files.open("/log/0000000007.seg", true);
    found = new LogRecovery(files, "/log", SharedLogTest.settings());
    segment = new Segment(7, "/log/0000000007.seg", file, 32);
    found.live.add(segment);
    found.headers.add(new SegmentHeader(7, 1, 1, 0, 0, "test", List.of()));
  }

  private void record(long write, LogRecord.Part part) {
    found.records.add(new LogRecord(write, List.of(part)));
  }

  private LogRecord.EntriesPart entries(ReplicaKey replica, long first, long termBefore, long... terms) {
    return new LogRecord.EntriesPart(replica, first, termBefore, terms, new long[terms.length], new int[terms.length], segment);
  }

  @Test
  @DisplayName("LG-09 LG-10 a record written again further on does not undo what has a higher write number")
  void theHighestWriteNumberWins() {
    record(9, entries(A, 2, 1, 3));
    record(7, new LogRecord.DestroyedPart(B));
    record(8, new LogRecord.HardStatePart(A, new HardState(3, 11, 0)));
    record(5, entries(A, 1, 0, 1, 1, 1)); // from here on rewritten ones
    record(6, entries(B, 1, 0, 1));
    record(4, new LogRecord.HardStatePart(A, new HardState(1, 22, 0)));
    LogReplay replay = LogReplay.of(found);
    ReplicaLog log = replay.replicas.get(A);
    assertThat(log.last()).isEqualTo(new EntryId(3, 2));
    assertThat(log.term(1)).isEqualTo(1);
    assertThat(log.hardState()).isEqualTo(new HardState(3, 11, 0));
    assertThat(replay.replicas).doesNotContainKey(B);
    assertThat(replay.nextWrite).isEqualTo(10);
  }

  @Test
  @DisplayName("LG-09 LG-10 what was written again is the log up to where it was cut since, and nothing of who was destroyed")
  void whatWasWrittenAgain() {
    found.headers.set(0, new SegmentHeader(7, 10, 4, 6, 20, "test", List.of(
        new SegmentHeader.Row(A, new HardState(1, 11, 0), EntryId.ZERO, new EntryId(1, 10)))));
    found.rewritten.add(new LogRecord(5, List.of(entries(A, 4, 1, 1, 1)))); // in the order in which they were copied
    found.rewritten.add(new LogRecord(3, List.of(entries(A, 1, 0, 1, 1, 1))));
    found.rewritten.add(new LogRecord(5, List.of(entries(A, 4, 1, 1)))); // clean-up began anew after a crash
    found.rewritten.add(new LogRecord(11, List.of(entries(A, 11, 1, 1)))); // its first writing is there
    found.rewritten.add(new LogRecord(6, List.of(entries(B, 1, 0, 1))));
    record(11, entries(A, 11, 1, 1, 1));
    record(12, entries(A, 13, 1, 1));
    LogReplay uncut = LogReplay.of(found);
    assertThat(uncut.replicas.get(A).base()).as("6 to 10 were not needed any more").isEqualTo(new EntryId(1, 10));
    assertThat(uncut.replicas.get(A).last()).isEqualTo(new EntryId(1, 13));
    assertThat(uncut.replicas).doesNotContainKey(B);

    record(13, entries(A, 6, 1, 2));
    LogReplay cut = LogReplay.of(found);
    assertThat(cut.replicas.get(A).base()).isEqualTo(EntryId.ZERO);
    assertThat(cut.replicas.get(A).last()).isEqualTo(new EntryId(2, 6));
    assertThat(cut.replicas.get(A).term(5)).isEqualTo(1);

    found.rewritten.add(new LogRecord(5, List.of(entries(A, 4, 1, 9, 9))));
    assertThatThrownBy(() -> LogReplay.of(found)).isInstanceOf(StorageFailure.class).hasMessageContaining("was written again with term 9");
  }

  @Test
  void entriesThatDoNotFollowAreCorruption() {
    record(1, entries(A, 1, 0, 1, 1));
    record(2, entries(A, 4, 1, 1));
    assertThatThrownBy(() -> LogReplay.of(found)).isInstanceOf(StorageFailure.class).hasMessageContaining("do not follow");
    found.records.removeLast();
    record(2, entries(A, 3, 9, 9));
    assertThatThrownBy(() -> LogReplay.of(found)).isInstanceOf(StorageFailure.class).hasMessageContaining("after one of term 9");
  }

  @Test
  void aLaterTableThatDisagreesIsCorruption() {
    record(1, entries(A, 1, 0, 1, 1));
    found.live.add(segment);
    for (SegmentHeader.Row[] table : new SegmentHeader.Row[][] {
        {},
        {new SegmentHeader.Row(A, HardState.INITIAL, EntryId.ZERO, new EntryId(1, 3))},
        {new SegmentHeader.Row(A, new HardState(2, 0, 0), EntryId.ZERO, new EntryId(1, 2))}}) {
      found.headers.add(new SegmentHeader(8, 2, 2, 7, 20, "test", Arrays.asList(table)));
      assertThatThrownBy(() -> LogReplay.of(found)).isInstanceOf(StorageFailure.class).hasMessageContaining("its table");
      found.headers.removeLast();
    }
    found.headers.add(new SegmentHeader(8, 2, 2, 7, 20, "test",
        List.of(new SegmentHeader.Row(A, HardState.INITIAL, EntryId.ZERO, new EntryId(1, 2)))));
    assertThat(LogReplay.of(found).replicas.get(A).last()).isEqualTo(new EntryId(1, 2));
  }
}
