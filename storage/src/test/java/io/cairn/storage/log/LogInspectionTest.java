package io.cairn.storage.log;

import static io.cairn.storage.log.SharedLogTest.A;
import static io.cairn.storage.log.SharedLogTest.B;
import static io.cairn.storage.log.SharedLogTest.entry;
import static io.cairn.storage.log.SharedLogTest.settings;
import static io.cairn.storage.log.SharedLogTest.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.HardState;
import io.cairn.storage.MemoryFiles;
import io.cairn.storage.StorageFailure;
import io.cairn.storage.StorageFailure.Kind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What kvd log prints of a log, and that it tells everything that is wrong in one and nothing of what is not. */
class LogInspectionTest {
  private static final String FIRST = "/log/0000000001.seg";
  private static final String SECOND = "/log/0000000002.seg";
  private static final String THIRD = "/log/0000000003.seg";

  private MemoryFiles files;
  private int firstBatch;
  private final List<String> lines = new ArrayList<>();

  /** Three segments: three batches, one, and a third that waits; each kind of record is there. */
  @BeforeEach
  void aLog() {
    files = new MemoryFiles();
    try (SharedLog log = SharedLog.open(files, "/log", settings())) {
      log.append(List.of(write(A, new HardState(1, 11, 0), entry(1, 1, 100), entry(1, 2, 1900)), write(B, null, entry(2, 1, 0))));
      log.append(List.of(new LogWrite(B, Optional.of(new HardState(4, 0, 3)), List.of(), Optional.of(new EntryId(4, 9)))));
      log.append(List.of(write(A, null, entry(2, 2, 50))));
    }
    try (SharedLog log = SharedLog.open(files, "/log", settings())) {
      log.append(List.of(write(A, new HardState(2, 0, 1), entry(2, 3, 10))));
      log.destroy(B);
    }
    firstBatch = ByteBuffer.wrap(files.bytes(FIRST)).getInt(20);
  }

  private LogInspection.Report verify() {
    Map<String, byte[]> before = files.image();
    int changes = files.changes();
    lines.clear();
    LogInspection.Report report = LogInspection.verify(files, "/log", "test", lines::add);
    files.requireSame(before);
    assertThat(files.changes()).as("changes by one that only looks").isEqualTo(changes);
    assertThat(lines.stream().filter(line -> line.contains("PROBLEM: "))).as("problems that are told: %s", lines).hasSize((int) report.problems());
    return report;
  }

  private List<String> problems() {
    verify();
    return lines.stream().filter(line -> line.contains("PROBLEM")).toList();
  }

  /** The sector at which a batch of the segment begins, from 1. */
  private int sectorOf(String path, int batch) {
    ByteBuffer in = ByteBuffer.wrap(files.bytes(path));
    int at = in.getInt(20);
    for (int i = 1; i < batch; i++) {
      at += in.getInt(at * 512 + 4);
    }
    return at;
  }

  private void reseal(String path, int sector) {
    byte[] bytes = files.bytes(path);
    var crc = new CRC32C();
    crc.update(bytes, sector * 512, 508);
    ByteBuffer.wrap(bytes).putInt(sector * 512 + 508, (int) crc.getValue() ^ OnDiskFormat.placeMark(sector));
  }

  private void makeEmpty(String path, int sector) {
    Arrays.fill(files.bytes(path), sector * 512, (sector + 1) * 512, (byte) 0);
    reseal(path, sector);
  }

  private void flip(String path, int at) {
    files.bytes(path)[at] ^= 0x10;
  }

  @Test
  void aSoundLogHasNoProblemAndIsCounted() {
    assertThat(verify()).isEqualTo(new LogInspection.Report(2, 5, 5, 0));
    assertThat(lines).containsExactly("/log/reserve.seg at byte 0: is the reserve", THIRD + " at byte 0: waits to be begun");
  }

  @Test
  void dumpPrintsEveryRecordWithItsPlace() {
    LogInspection.dump(files, "/log", "test", LogFilter.ALL, lines::add);
    int third = sectorOf(FIRST, 3) * 512;
    int second = sectorOf(FIRST, 2) * 512;
    assertThat(lines).containsExactly(
        "reserve byte 0: is the reserve",
        "segment 1 byte 0: of cluster test, 16384 bytes, begun at write 1 and batch 1, the first",
        "segment 1 byte 4608: batch 1, sequence 1, 8 sectors, 3551 bytes",
        "segment 1 byte 4646: write 1 shard 1 replica 11 term 1, vote 11, commit 0",
        "segment 1 byte 4683: write 1 shard 1 replica 11 log: 1/1 to 1/2 after 0/0",
        "segment 1 byte 4716: write 1 shard 1 replica 11 1/1 COMMAND 100 bytes",
        "segment 1 byte 4841: write 1 shard 1 replica 11 1/2 COMMAND 1900 bytes",
        "segment 1 byte 6828: write 2 shard 2 replica 22 log: 2/1 after 0/0",
        "segment 1 byte 6861: write 2 shard 2 replica 22 2/1 COMMAND 0 bytes",
        "segment 1 byte 8206: write 1 shard 1 replica 11 term 1, vote 11, commit 0 (second copy)",
        "segment 1 byte " + second + ": batch 2, sequence 2, 8 sectors, 3551 bytes",
        "segment 1 byte " + (second + 38) + ": write 3 shard 2 replica 22 log: (cut off up to 4/9)",
        "segment 1 byte " + (second + 67) + ": write 3 shard 2 replica 22 term 4, vote 0, commit 3",
        "segment 1 byte 12302: write 3 shard 2 replica 22 term 4, vote 0, commit 3 (second copy)",
        "segment 1 byte " + third + ": batch 3, sequence 3, 1 sector, 146 bytes",
        "segment 1 byte " + (third + 38) + ": write 4 shard 1 replica 11 log: 2/2 after 1/1",
        "segment 1 byte " + (third + 71) + ": write 4 shard 1 replica 11 2/2 COMMAND 50 bytes",
        "segment 2 byte 0: of cluster test, 16384 bytes, begun at write 5 and batch 4, after segment 1 up to byte " + (third + 512),
        "segment 2 byte 74: table shard 1 replica 11 term 1, vote 11, commit 0, base 0/0, last 2/2",
        "segment 2 byte 142: table shard 2 replica 22 term 4, vote 0, commit 3, base 4/9, last 4/9",
        "segment 2 byte 4608: batch 1, sequence 4, 8 sectors, 3551 bytes",
        "segment 2 byte 4646: write 5 shard 1 replica 11 term 2, vote 0, commit 1",
        "segment 2 byte 4683: write 5 shard 1 replica 11 log: 2/3 after 2/2",
        "segment 2 byte 4716: write 5 shard 1 replica 11 2/3 COMMAND 10 bytes",
        "segment 2 byte 8206: write 5 shard 1 replica 11 term 2, vote 0, commit 1 (second copy)",
        "segment 2 byte 8704: batch 2, sequence 5, 1 sector, 51 bytes",
        "segment 2 byte 8742: write 6 shard 2 replica 22 destroyed",
        "segment 3 byte 0: waits to be begun");
  }

  @Test
  void dumpOfOneShardFromAnIndexPrintsThatAlone() {
    LogInspection.dump(files, "/log", "test", new LogFilter(OptionalInt.of(1), 2), lines::add);
    assertThat(lines).noneMatch(line -> line.contains("shard 2") || line.contains(" 1/1 COMMAND"))
        .anyMatch(line -> line.endsWith("1/2 COMMAND 1900 bytes")).anyMatch(line -> line.endsWith("2/3 COMMAND 10 bytes"))
        .anyMatch(line -> line.endsWith("term 2, vote 0, commit 1"));
  }

  @Test
  @DisplayName("LG-19 ST-03 LG-08 whatever damage keeps a node from starting, verify tells it at the same byte; and more, since it looks at every sector")
  void everyDamageThatOpeningTellsIsTold() {
    int told = 0;
    for (String path : new String[] {FIRST, SECOND, THIRD}) {
      for (int sector = 0; sector < 32; sector++) {
        for (int at : new int[] {3, 20, 300, 501, 507, 510}) {
          if (sector == 0 && at < 12) {
            continue; // a format that is higher is believed by opening, however it came to be
          }
          Map<String, byte[]> before = files.image();
          flip(path, sector * 512 + at);
          List<String> problems = problems();
          String place = path + " at byte " + sector * 512 + ": ";
          assertThat(problems).as("flipped in %s, sector %d, byte %d", path, sector, at).isNotEmpty()
              .anyMatch(line -> line.startsWith(place));
          told += told(path);
          before.forEach(files::put);
        }
      }
    }
    assertThat(told).as("of which opening tells as well").isGreaterThan(200);
    assertThat(problems()).isEmpty();
  }

  private int told(String path) {
    MemoryFiles copy = new MemoryFiles();
    files.image().forEach(copy::put);
    try {
      SharedLog.open(copy, "/log", settings()).close();
      return 0;
    } catch (StorageFailure refused) {
      assertThat(refused.getMessage()).contains(path);
      return 1;
    }
  }

  @Test
  @DisplayName("LG-06 a torn end is said and is no problem; the same sectors missing before a later batch are one")
  void tornEnd() {
    for (int kept = 1; kept < 8; kept++) {
      aLog();
      makeEmpty(SECOND, sectorOf(SECOND, 2)); // the batch after it was never written
      for (int sector = kept; sector < 8; sector++) {
        makeEmpty(SECOND, sectorOf(SECOND, 1) + sector);
      }
      assertThat(verify().problems()).isZero();
      assertThat(lines).contains(SECOND + " at byte 4608: batch 1 was torn: " + kept + (kept == 1 ? " sector" : " sectors")
          + " of it were written when the machine stopped. It was never acknowledged and is cut off at the next start");
    }
    aLog();
    makeEmpty(SECOND, sectorOf(SECOND, 1) + 3);
    assertThat(problems()).containsExactly(SECOND + " at byte 6144: PROBLEM: a sector of batch 1 is missing, though later batches were written;"
        + " the records of this batch are lost here, and with them perhaps what was acknowledged");
    aLog();
    makeEmpty(FIRST, sectorOf(FIRST, 3));
    assertThat(problems()).hasSize(1).first().asString().contains("a sector of batch 3 is missing, though later segments were written");
  }

  @Test
  void everyProblemIsToldAndWhatIsLostInOneBatchIsNotToldOfAllThatFollow() {
    flip(FIRST, (firstBatch + 1) * 512);
    flip(FIRST, (firstBatch + 3) * 512);
    flip(FIRST, 9 * 512 - 1); // the second copy of the header
    flip(SECOND, 20);
    flip(THIRD, 5000);
    assertThat(problems()).hasSize(5);
    assertThat(problems().get(0)).startsWith(FIRST + " at byte 4096: PROBLEM: a sector of the header fails its check; the copy at byte 0 is whole");
    assertThat(problems().get(1)).startsWith(FIRST + " at byte 5120: PROBLEM: a sector of batch 1 fails its check; the records of this batch");
    assertThat(problems().get(3)).startsWith(SECOND + " at byte 0: PROBLEM: a sector of the header fails its check; the copy at byte 4096 is whole");
    assertThat(problems().get(4)).startsWith(THIRD + " at byte 4608: PROBLEM: a sector fails its check; nothing that counts stood there");
    assertThat(verify().batches()).as("batches that could be read").isEqualTo(4);
    ByteBuffer.wrap(files.bytes(FIRST)).putLong(sectorOf(FIRST, 3) * 512 + 24 + 14 + 13 + 8, 7); // the term before, of the entries behind the loss
    reseal(FIRST, sectorOf(FIRST, 3));
    assertThat(problems()).as("nothing is known there that it could contradict").hasSize(5);
  }

  @Test
  void aLostHeadOfABatchLosesThatBatchAlone() {
    flip(FIRST, sectorOf(FIRST, 2) * 512 + 100);
    assertThat(problems()).hasSize(1).first().asString().contains("the first sector of batch 2 fails its check");
    assertThat(verify()).isEqualTo(new LogInspection.Report(2, 4, 5, 1));
  }

  @Test
  void bothHeadersLost() {
    flip(FIRST, 0);
    flip(FIRST, 4096);
    assertThat(problems()).anyMatch(line -> line.contains("neither copy of the header is whole, though 3 batches were written behind it"))
        .anyMatch(line -> line.contains("its header is lost: segment 2 was begun after it; what stood in it is lost"));
  }

  @Test
  void theTwoCopiesOfATermAndVoteAreCompared() {
    int copy = 8206; // of the dump above: code, shard, replica, then the term
    ByteBuffer.wrap(files.bytes(FIRST)).putLong(copy + 13 + 8, 12);
    reseal(FIRST, 16);
    refold(FIRST, firstBatch, 8);
    assertThat(problems()).anyMatch(line -> line.startsWith(FIRST + " at byte 8206: PROBLEM: the second copy of write 1 says term 1, vote 12,"
        + " commit 0 of shard 1 replica 11, the first term 1, vote 11, commit 0; which of them holds cannot be told"));
  }

  /** Makes the check of a batch over the checks of its sectors right again, as one who writes on purpose would. */
  private void refold(String path, int at, int sectors) {
    ByteBuffer in = ByteBuffer.wrap(files.bytes(path));
    int fold = 0;
    for (int sector = at + 1; sector < at + sectors; sector++) {
      fold = SectorBuffer.foldCheck(fold, in.getInt(sector * 512 + 508));
    }
    in.putInt(at * 512 + 20, fold);
    reseal(path, at);
  }

  @Test
  void aVoteThatIsGivenTwiceIsTold() {
    ByteBuffer in = ByteBuffer.wrap(files.bytes(SECOND));
    for (int at : new int[] {4646, 8206}) {
      in.putLong(at + 13, 1).putLong(at + 13 + 8, 12);
    }
    reseal(SECOND, 16);
    refold(SECOND, 9, 8);
    assertThat(problems()).anyMatch(line -> line.contains("shard 1 replica 11 goes from term 1, vote 11, commit 0 to term 1, vote 12, commit 1;"
        + " a term never falls and a vote is given once in a term"));
  }

  @Test
  void tablesOfLaterSegmentsAreComparedWithTheReplay() {
    for (int copy : new int[] {0, 4096}) {
      ByteBuffer.wrap(files.bytes(SECOND)).putLong(copy + 74 + 68 - 8, 7);
      reseal(SECOND, copy / 512);
    }
    assertThat(problems()).containsExactly(SECOND + " at byte 74: PROBLEM: its table says term 1, vote 11, commit 0, last 2/7 of shard 1 replica 11;"
        + " the segments before it make term 1, vote 11, commit 0, last 2/2; a record between them is lost, or was written by mistake");
  }

  @Test
  void copiesOfTheHeaderThatDifferAreTold() {
    ByteBuffer.wrap(files.bytes(SECOND)).putLong(4096 + 74 + 12, 3);
    reseal(SECOND, 8);
    assertThat(problems()).containsExactly(SECOND + " at byte 4096: PROBLEM: the two copies of the header say different things; which one is right"
        + " cannot be told");
  }

  @Test
  void contentsThatPassEveryCheckOfTheDiskAndAreNoneAreTold() {
    int at = sectorOf(FIRST, 3);
    files.bytes(FIRST)[at * 512 + 38] = 9; // the code of a part
    reseal(FIRST, at);
    assertThat(problems()).hasSize(1).first().asString().startsWith(FIRST + " at byte " + (at * 512 + 24) + ": PROBLEM: a record of a sound batch"
        + " cannot be read: part code 9 is unknown (1 to 4 are known)");
    aLog();
    files.bytes(FIRST)[at * 512 + 100] ^= 1; // in the payload
    reseal(FIRST, at);
    assertThat(problems()).hasSize(1).first().asString().contains("the payload of entry 2/2 fails its checksum");
  }

  @Test
  void aRecordOfNoLengthIsToldAndNotReadForEver() {
    int at = sectorOf(FIRST, 3);
    ByteBuffer.wrap(files.bytes(FIRST)).putInt(at * 512 + 24, -4).putShort(at * 512 + 24 + 12, (short) 0);
    reseal(FIRST, at);
    assertThat(problems()).hasSize(1).first().asString().contains("a record claims -4 bytes, 118 are left");
    assertThatThrownBy(() -> SharedLog.open(files, "/log", settings())).isInstanceOf(StorageFailure.class).hasMessageContaining("claims -4 bytes");
  }

  @Test
  void filesThatDoNotBelongThereAreTold() {
    files.put("/log/0000000004.seg", new byte[700]);
    files.put("/log/notes.txt", new byte[3]);
    files.put("/log/ahead.tmp", new byte[5]);
    assertThat(problems()).anyMatch(line -> line.startsWith("/log/notes.txt at byte 0: PROBLEM: is no segment of a log"))
        .anyMatch(line -> line.startsWith("/log/0000000004.seg at byte 512: PROBLEM: the file has 700 bytes"));
    aLog();
    aLog();
    lines.clear();
    LogInspection.verify(files, "/log", "other", lines::add);
    assertThat(lines).anyMatch(line -> line.contains("belongs to cluster 'test', this directory to 'other'"));
  }

  @Test
  void aSegmentThatIsMissingOrShortIsTold() throws Exception {
    SharedLog.open(files, "/log", settings()).close();
    try (SharedLog log = SharedLog.open(files, "/log", settings())) {
      log.append(List.of(write(A, null, entry(2, 4, 10))));
    }
    assertThat(problems()).isEmpty();
    files.delete(SECOND);
    assertThat(problems()).hasSize(1).first().asString().contains("follows segment 2, but segment 1 is the one before it in /log; a segment is missing");
    aLog();
    files.put(FIRST, Arrays.copyOf(files.bytes(FIRST), sectorOf(FIRST, 2) * 512));
    assertThat(problems()).hasSize(1).first().asString().contains("the file ends here; segment 2 says that batches stand up to byte");
  }

  @Test
  void aNewerFormatIsRefusedWithBothVersionsNamed() {
    for (int copy : new int[] {0, 4096}) {
      ByteBuffer.wrap(files.bytes(SECOND)).putInt(copy + 8, 9);
      reseal(SECOND, copy / 512);
    }
    assertThatThrownBy(this::verify).isInstanceOfSatisfying(StorageFailure.class, failure -> {
      assertThat(failure.kind()).isEqualTo(Kind.NEWER_FORMAT);
      assertThat(failure.getMessage()).contains(SECOND, "log format 9", "up to 1", "nothing was touched");
    });
    assertThat(lines).as("told before anything else is").isEmpty();
  }

  @Test
  @DisplayName("LG-07 segments that were used again, and what any crash leaves, have no problem")
  void whatOpeningTakesHasNoProblem() {
    int[] looks = new int[2];
    for (long seed = 1; seed <= 25; seed++) {
      LogWorkload workload = new LogWorkload(seed);
      workload.found = found -> {
        List<String> told = new ArrayList<>();
        LogInspection.Report report = LogInspection.verify(found, "/log", "c", told::add);
        assertThat(report.problems()).as("%s", told).isZero();
        looks[0]++;
        looks[1] += told.stream().anyMatch(line -> line.contains("torn")) ? 1 : 0;
      };
      workload.run(80, 0.1);
      workload.found.accept(workload.files());
    }
    assertThat(looks[0]).isGreaterThan(120);
    assertThat(looks[1]).as("of them with something torn").isGreaterThan(15);
  }
}
