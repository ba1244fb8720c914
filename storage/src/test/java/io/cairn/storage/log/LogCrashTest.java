package io.cairn.storage.log;

import static io.cairn.storage.log.SharedLogTest.A;
import static io.cairn.storage.log.SharedLogTest.B;
import static io.cairn.storage.log.SharedLogTest.entry;
import static io.cairn.storage.log.SharedLogTest.read;
import static io.cairn.storage.log.SharedLogTest.settings;
import static io.cairn.storage.log.SharedLogTest.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.raft.ReplicaId;
import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.HardState;
import io.cairn.storage.MemoryFiles;
import io.cairn.storage.StorageFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Crashes at chosen places, with every outcome of what was not synced. */
class LogCrashTest {
  private static final ReplicaKey C = new ReplicaKey(3, new ReplicaId(33));

  private static SharedLog open(MemoryFiles files) {
    return SharedLog.open(files, "/log", settings());
  }

  /** Stops the machine once the write of {@code writes} is on its way, before its sync. */
  private static void stopWithin(MemoryFiles files, SharedLog log, List<LogWrite> writes) {
    files.crashAt(files.changes() + 1);
    assertThatThrownBy(() -> log.append(writes)).isInstanceOf(MemoryFiles.Crashed.class);
  }

  @Test
  @DisplayName("A-04 LG-08 a batch of three replicas torn in any way is whole or absent, for all of them")
  void everyTearOfABatch() {
    var files = new MemoryFiles();
    var roomy = new LogSettings(64 << 10, 0, "test", 0);
    SharedLog log = SharedLog.open(files, "/log", roomy);
    log.append(List.of(write(A, new HardState(1, 11, 0), entry(1, 1, 600)), write(B, new HardState(1, 22, 0), entry(1, 1, 600))));
    stopWithin(files, log, List.of(
        write(A, new HardState(1, 11, 1), entry(2, 1, 1200), entry(2, 2, 800)),
        write(B, null, entry(1, 2, 900)),
        write(C, null, entry(5, 1, 1300))));
    int sectors = files.dirtySectors();
    assertThat(sectors).isBetween(9, 12);
    for (int survivors = 0; survivors < 1 << sectors; survivors++) {
      int[] bits = {survivors};
      MemoryFiles after = files.crash(() -> {
        boolean survives = (bits[0] & 1) != 0;
        bits[0] >>>= 1;
        return survives;
      });
      try (SharedLog recovered = SharedLog.open(after, "/log", roomy)) {
        boolean whole = survivors == (1 << sectors) - 1;
        assertThat(recovered.view(A).last()).as("survivors %x", survivors).isEqualTo(whole ? new EntryId(2, 2) : new EntryId(1, 1));
        assertThat(recovered.view(B).last()).isEqualTo(whole ? new EntryId(1, 2) : new EntryId(1, 1));
        assertThat(recovered.view(C).last()).isEqualTo(whole ? new EntryId(5, 1) : EntryId.ZERO);
        assertThat(recovered.hardState(A).commit()).isEqualTo(whole ? 1 : 0);
        assertThat(recovered.replicas().contains(C)).isEqualTo(whole);
      }
    }
  }

  @Test
  @DisplayName("LG-01 LG-02 an overwritten suffix does not come back")
  void overwrittenSuffixStaysGone() {
    var files = new MemoryFiles();
    SharedLog log = open(files);
    log.append(List.of(write(A, null, entry(1, 1, 9), entry(1, 2, 9), entry(1, 3, 9), entry(1, 4, 9))));
    log.append(List.of(write(A, null, entry(2, 2, 9))));
    try (SharedLog recovered = open(files.crash(() -> false))) {
      assertThat(read(recovered, A)).containsExactly("1/1", "2/2");
      recovered.append(List.of(write(A, null, entry(2, 3, 9))));
      assertThat(read(recovered, A)).containsExactly("1/1", "2/2", "2/3");
    }
  }

  @Test
  @DisplayName("ST-01 A-06 the first failed sync ends the log: no second try, nothing acknowledged after it")
  void failedSyncIsFinal() {
    var files = new MemoryFiles();
    SharedLog log = open(files);
    log.append(List.of(write(A, null, entry(1, 1, 9))));
    files.failSync(files.syncs());
    assertThatThrownBy(() -> log.append(List.of(write(A, null, entry(1, 2, 9)), write(B, new HardState(7, 22, 0)))))
        .isInstanceOfSatisfying(StorageFailure.class, failure -> assertThat(failure.kind()).isEqualTo(StorageFailure.Kind.DISK));
    int syncs = files.syncs();
    int changes = files.changes();
    assertThatThrownBy(() -> log.append(List.of(write(A, null, entry(1, 2, 9))))).isInstanceOf(StorageFailure.class);
    assertThatThrownBy(() -> log.clean(List.of())).isInstanceOf(StorageFailure.class);
    assertThat(files.syncs()).isEqualTo(syncs);
    assertThat(files.changes()).isEqualTo(changes);
    assertThat(log.view(A).last()).isEqualTo(new EntryId(1, 1));
    assertThat(log.hardState(B)).isEqualTo(HardState.INITIAL);
  }

  /** After a failed sync the machine's memory shows what the disk does not hold; what recovery builds on must be on the disk. */
  @Test
  @DisplayName("ST-01 what a restart finds in memory after a failed sync survives a power failure from then on")
  void recoveryWritesTheEndAgain() {
    var files = new MemoryFiles();
    SharedLog log = open(files);
    log.append(List.of(write(A, null, entry(1, 1, 9))));
    files.failSync(files.syncs());
    assertThatThrownBy(() -> log.append(List.of(write(A, null, entry(1, 2, 2000))))).isInstanceOf(StorageFailure.class);
    try (SharedLog restarted = open(files)) {
      assertThat(read(restarted, A)).containsExactly("1/1", "1/2");
    }
    try (SharedLog recovered = open(files.crash(() -> false))) {
      assertThat(read(recovered, A)).containsExactly("1/1", "1/2");
    }
  }

  @Test
  @DisplayName("LG-04 LG-05 what was acknowledged right after a segment roll survives, whatever names were not synced")
  void directoryIsSyncedAtARoll() {
    var files = new MemoryFiles();
    SharedLog log = open(files);
    List<String> expected = new ArrayList<>();
    for (int i = 1; i <= 60; i++) {
      log.append(List.of(write(A, null, entry(1, i, 1500))));
      expected.add("1/" + i);
      try (SharedLog recovered = open(files.crash(() -> false))) {
        assertThat(read(recovered, A)).isEqualTo(expected);
      }
    }
    assertThat(files.list("/log").size()).isGreaterThan(5);
  }

  @Test
  @DisplayName("LG-05 LG-06 a header of several sectors, torn as the segment was begun, is no segment yet")
  void tornHeader() {
    List<LogWrite> all = new ArrayList<>();
    for (int shard = 1; shard <= 20; shard++) {
      all.add(write(new ReplicaKey(shard, new ReplicaId(shard)), new HardState(1, shard, 0), entry(1, 1, 10)));
    }
    ReplicaKey first = all.getFirst().replica();
    for (int at = 0; at < 3; at++) { // the first copy, the second copy, the sync
      var files = new MemoryFiles();
      SharedLog log = open(files);
      log.append(all);
      log.append(List.of(write(first, null, entry(1, 2, 8000))));
      files.crashAt(files.changes() + at);
      int segment = log.activeSegment();
      assertThatThrownBy(() -> log.append(List.of(write(first, null, entry(1, 3, 8000))))).isInstanceOf(MemoryFiles.Crashed.class);
      assertThat(log.activeSegment()).as("the segment as long as the next one is not begun").isEqualTo(segment);
      assertThat(files.dirtySectors()).isEqualTo(at == 0 ? 3 : 6);
      for (long outcome = 0; outcome < 64; outcome++) {
        try (SharedLog recovered = open(files.crash(outcome))) {
          assertThat(recovered.replicas()).hasSize(all.size());
          assertThat(recovered.view(first).last()).isEqualTo(new EntryId(1, 2));
        }
      }
    }
  }

  @Test
  @DisplayName("LG-07 in a segment used again the entries of its earlier life stay dead, also behind a torn batch")
  void recycledSegments() {
    var files = new MemoryFiles();
    SharedLog log = open(files);
    int i = 0;
    while (segmentNumber(log) < 12) {
      i++;
      log.append(List.of(write(A, null, entry(1, i, 1000))));
      log.clean(List.of(new LogFloor(A, i, i + 1)));
    }
    String active = "/log/" + SegmentPool.nameOf(segmentNumber(log));
    assertThat(lapsIn(files.bytes(active))).as("laps in %s", active).anyMatch(lap -> lap != 0 && lap != segmentNumber(log));
    stopWithin(files, log, List.of(write(A, null, entry(1, i + 1, 3000))));
    for (long outcome = 0; outcome < 50; outcome++) {
      try (SharedLog recovered = open(files.crash(outcome))) {
        assertThat(recovered.view(A).last().index()).isBetween((long) i, i + 1L);
        read(recovered, A);
      }
    }
  }

  private static int segmentNumber(SharedLog log) {
    return log.activeSegment();
  }

  private static List<Integer> lapsIn(byte[] bytes) {
    List<Integer> laps = new ArrayList<>();
    var in = java.nio.ByteBuffer.wrap(bytes);
    for (int at = OnDiskFormat.LAP_OFFSET; at < bytes.length; at += OnDiskFormat.SECTOR_BYTES) {
      if (!laps.contains(in.getInt(at))) {
        laps.add(in.getInt(at));
      }
    }
    return laps;
  }

  @Test
  @DisplayName("LG-14 LG-18 a restart beyond the last entry is the new base, with its hard state, through any crash")
  void restartBeyondTheLast() {
    for (int at = 0; at < 3; at++) {
      var files = new MemoryFiles();
      SharedLog log = open(files);
      log.append(List.of(write(A, new HardState(1, 11, 0), entry(1, 1, 700), entry(1, 2, 700))));
      files.crashAt(files.changes() + at);
      boolean done = false;
      try {
        log.append(List.of(new LogWrite(A, Optional.of(new HardState(9, 0, 5000)), List.of(), Optional.of(new EntryId(8, 5000)))));
        done = true;
      } catch (MemoryFiles.Crashed crash) {
        assertThat(at).isLessThan(2);
      }
      for (long outcome = 0; outcome < 64; outcome++) {
        try (SharedLog recovered = open(files.crash(outcome))) {
          boolean restarted = recovered.view(A).base().equals(new EntryId(8, 5000));
          assertThat(restarted || !done).isTrue();
          assertThat(recovered.hardState(A)).isEqualTo(restarted ? new HardState(9, 0, 5000) : new HardState(1, 11, 0));
          assertThat(recovered.view(A).last()).isEqualTo(restarted ? new EntryId(8, 5000) : new EntryId(1, 2));
        }
      }
    }
  }

  @Test
  @DisplayName("LG-10 a destroyed replica does not come back, nor from segments written before")
  void destroyedReplica() {
    var files = new MemoryFiles();
    SharedLog log = open(files);
    for (int i = 1; i <= 40; i++) {
      log.append(List.of(write(A, new HardState(1, 11, 0), entry(1, i, 1000)), write(B, null, entry(1, i, 10))));
    }
    log.destroy(A);
    for (int i = 41; i <= 60; i++) {
      log.append(List.of(write(B, null, entry(1, i, 1000))));
      log.clean(List.of(new LogFloor(B, i, i + 1)));
      try (SharedLog recovered = open(files.crash(() -> false))) {
        assertThat(recovered.replicas()).containsExactly(B);
        assertThat(recovered.hardState(A)).isEqualTo(HardState.INITIAL);
        assertThat(recovered.view(A).last()).isEqualTo(EntryId.ZERO);
      }
    }
  }

  @Test
  @DisplayName("LG-16 an append for which the disk has no room fails, is in no view, and nothing is written after it")
  void noRoomForAnAppend() {
    var files = new MemoryFiles();
    SharedLog log = open(files);
    log.append(List.of(write(A, null, entry(1, 1, 9))));
    files.freeBytes(0);
    int last = 1;
    StorageFailure noRoom = null;
    while (noRoom == null && last < 100) {
      try {
        log.append(List.of(write(A, null, entry(1, last + 1, 1500))));
        last++;
      } catch (StorageFailure failure) {
        noRoom = failure;
      }
    }
    assertThat(noRoom).isNotNull();
    assertThat(log.view(A).last()).isEqualTo(new EntryId(1, last));
    files.freeBytes(Long.MAX_VALUE);
    int next = last + 1;
    assertThatThrownBy(() -> log.append(List.of(write(A, null, entry(1, next, 9))))).isSameAs(noRoom);
    try (SharedLog recovered = open(files.crash(() -> false))) {
      assertThat(recovered.view(A).last()).isEqualTo(new EntryId(1, last));
    }
  }

  @Test
  @DisplayName("A-09 with no byte free the node comes up and appends, on the reserve")
  void opensOnAFullDisk() {
    var files = new MemoryFiles();
    SharedLog log = open(files);
    log.append(List.of(write(A, null, entry(1, 1, 9))));
    for (int i = 2; i <= 3; i++) { // crashes in a row, each of which leaves a segment behind
      files = files.crash(() -> false);
      files.freeBytes(0);
      log = open(files);
      log.append(List.of(write(A, null, entry(1, i, 9))));
    }
    assertThat(read(log, A)).containsExactly("1/1", "1/2", "1/3");
    log.clean(List.of(new LogFloor(A, 3, 4)));
    log.clean(List.of(new LogFloor(A, 3, 4)));
    for (int i = 4; i <= 60; i++) { // and goes on with what cleaning frees
      log.append(List.of(write(A, null, entry(1, i, 900))));
      log.clean(List.of(new LogFloor(A, i, i + 1)));
    }
    assertThat(log.view(A).last().index()).isEqualTo(60);
  }
}
