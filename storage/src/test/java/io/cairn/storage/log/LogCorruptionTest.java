package io.cairn.storage.log;

import static io.cairn.storage.log.SharedLogTest.A;
import static io.cairn.storage.log.SharedLogTest.entry;
import static io.cairn.storage.log.SharedLogTest.read;
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
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Bytes that were synced and read back wrong are told, with their place; they are never taken for the end of the log. */
class LogCorruptionTest {
  private static final String FIRST = "/log/0000000001.seg";
  /** Where the batches of the one segment begin, and their sectors: a state and an entry, an entry of four sectors, an entry. */
  private int firstBatch;

  private MemoryFiles files;

  @BeforeEach
  void aLogOfThreeBatches() {
    files = new MemoryFiles();
    try (SharedLog log = SharedLog.open(files, "/log", settings())) {
      log.append(List.of(write(A, new HardState(1, 11, 0), entry(1, 1, 100))));
      log.append(List.of(write(A, null, entry(1, 2, 1900))));
      log.append(List.of(write(A, null, entry(1, 3, 100))));
    }
    byte[] bytes = files.bytes(FIRST);
    firstBatch = ByteBuffer.wrap(bytes).getInt(20);
  }

  private void refused(Kind kind, String... words) {
    Map<String, byte[]> before = files.image();
    int changes = files.changes();
    assertThatThrownBy(() -> SharedLog.open(files, "/log", settings())).isInstanceOfSatisfying(StorageFailure.class, failure -> {
      assertThat(failure.kind()).as(failure.getMessage()).isEqualTo(kind);
      assertThat(failure.getMessage()).contains(words);
    });
    assertThat(files.changes()).as("changes to a directory that was refused").isEqualTo(changes);
    files.requireSame(before);
  }

  private int sectorOfLastBatch() {
    ByteBuffer in = ByteBuffer.wrap(files.bytes(FIRST));
    int at = firstBatch;
    for (int batch = 1; batch < 3; batch++) {
      at += in.getInt(at * 512 + 4);
    }
    return at;
  }

  /** Makes the sector's check right again, as a bug would write it. */
  private void reseal(int sector) {
    byte[] bytes = files.bytes(FIRST);
    var crc = new CRC32C();
    crc.update(bytes, sector * 512, 508);
    ByteBuffer.wrap(bytes).putInt(sector * 512 + 508, (int) crc.getValue() ^ OnDiskFormat.placeMark(sector));
  }

  private void makeEmpty(int sector) {
    byte[] bytes = files.bytes(FIRST);
    Arrays.fill(bytes, sector * 512, (sector + 1) * 512, (byte) 0);
    reseal(sector);
  }

  @Test
  @DisplayName("LG-19 ST-03 a flipped bit anywhere in what was synced is told with file and offset, the last batch included")
  void everySectorOfTheLogIsGuarded() {
    int end = sectorOfLastBatch() + 1;
    for (int sector = 0; sector < end; sector++) {
      boolean between = sector > 0 && sector < firstBatch && sector != 8;
      for (int at : new int[] {0, 17, 499, 500, 505, 511}) {
        byte[] bytes = files.bytes(FIRST);
        bytes[sector * 512 + at] ^= 0x10;
        if (!between) {
          refused(Kind.CORRUPT, FIRST, "at byte " + sector * 512);
        }
        bytes[sector * 512 + at] ^= 0x10;
      }
    }
    SharedLog.open(files, "/log", settings()).close();
  }

  @Test
  @DisplayName("ST-06 a sector that the disk wrote at another place is rotten there, though its own check is right")
  void misdirectedWrites() {
    int end = sectorOfLastBatch() + 1;
    byte[] whole = files.bytes(FIRST).clone();
    for (int to = firstBatch; to < end; to++) {
      byte[] bytes = files.bytes(FIRST);
      int from = to == firstBatch ? end - 1 : to - 1;
      System.arraycopy(whole, from * 512, bytes, to * 512, 512);
      refused(Kind.CORRUPT, FIRST, "at byte " + to * 512);
      System.arraycopy(whole, to * 512, bytes, to * 512, 512);
    }
    SharedLog.open(files, "/log", settings()).close();
  }

  @Test
  @DisplayName("LG-08 a missing middle sector: in the last batch it was torn, in an earlier one it is lost")
  void missingMiddleSector() {
    ByteBuffer in = ByteBuffer.wrap(files.bytes(FIRST));
    int second = firstBatch + in.getInt(firstBatch * 512 + 4);
    assertThat(in.getInt(second * 512 + 4)).as("sectors of the second batch").isGreaterThanOrEqualTo(4);
    makeEmpty(second + 2);
    refused(Kind.CORRUPT, FIRST);
  }

  @Test
  @DisplayName("LG-08 a missing middle sector of the last batch of the log cuts it, and the log goes on")
  void missingMiddleSectorOfTheLastBatch() {
    var torn = new MemoryFiles();
    int last;
    try (SharedLog log = SharedLog.open(torn, "/log", settings())) {
      log.append(List.of(write(A, null, entry(1, 1, 100))));
      log.append(List.of(write(A, null, entry(1, 2, 1900))));
      last = ByteBuffer.wrap(torn.bytes(FIRST)).getInt(20) + 1;
    }
    files = torn;
    makeEmpty(last + 2);
    try (SharedLog log = SharedLog.open(torn, "/log", settings())) {
      assertThat(read(log, A)).containsExactly("1/1");
      log.append(List.of(write(A, null, entry(2, 2, 10))));
    }
    try (SharedLog log = SharedLog.open(torn, "/log", settings())) {
      assertThat(read(log, A)).containsExactly("1/1", "2/2");
    }
  }

  @Test
  @DisplayName("LG-06 a garbage length under a right check is told, not believed")
  void garbageLength() {
    int last = sectorOfLastBatch();
    for (int length : new int[] {0, -1, Integer.MAX_VALUE, 1 << 20}) {
      ByteBuffer.wrap(files.bytes(FIRST)).putInt(last * 512 + 4, length);
      reseal(last);
      refused(Kind.CORRUPT, FIRST, "at byte " + last * 512, "claims " + length + " sectors");
    }
  }

  @Test
  void aSectorAtTheWrongPlaceIsTold() {
    byte[] bytes = files.bytes(FIRST);
    int last = sectorOfLastBatch();
    System.arraycopy(bytes, last * 512, bytes, (last + 1) * 512, 512);
    refused(Kind.CORRUPT, FIRST, "at byte " + (last + 1) * 512);
  }

  @Test
  void aSegmentThatIsMissingInTheMiddleIsTold() throws Exception {
    files.delete("/log/0000000001.seg");
    SharedLog.open(files, "/log", settings()).close(); // without the oldest, the next one's table stands
    var three = new MemoryFiles();
    for (int i = 1; i <= 3; i++) {
      try (SharedLog log = SharedLog.open(three, "/log", settings())) {
        log.append(List.of(write(A, null, entry(1, i, 10))));
      }
    }
    List<String> names = three.list("/log");
    three.delete("/log/" + names.get(1));
    files = three;
    refused(Kind.CORRUPT, "is the one before it");
  }

  @Test
  void aNewerFormatIsRefusedUntouchedWithBothVersionsNamed() {
    files.put("/log/ahead.tmp", new byte[10]);
    ByteBuffer.wrap(files.bytes(FIRST)).putInt(8, 9);
    reseal(0);
    refused(Kind.NEWER_FORMAT, FIRST, "format 9", "up to 1");
  }

  @Test
  @DisplayName("a newer format of which one copy of the header is damaged is not mended: it is refused untouched")
  void aDamagedLogOfANewerFormatIsRefusedUntouched() {
    byte[] bytes = files.bytes(FIRST);
    int second = ByteBuffer.wrap(bytes).getInt(16);
    ByteBuffer.wrap(bytes).putInt(second * 512 + 8, 9);
    reseal(second);
    bytes[7] ^= 1;
    Map<String, byte[]> before = files.image();
    LogRepair repair = new LogRepair() {
      @Override
      public Set<ReplicaKey> replicas() {
        return Set.of(A);
      }

      @Override
      public long lastBatchKnown() {
        return 0;
      }

      @Override
      public EntryId durablyApplied(ReplicaKey replica) {
        return EntryId.ZERO;
      }

      @Override
      public void damaged(List<String> findings, Set<ReplicaKey> suspects) {
        throw new AssertionError("mended " + findings);
      }
    };
    assertThatThrownBy(() -> SharedLog.open(files, "/log", settings(), Runnable::run, repair))
        .isInstanceOfSatisfying(StorageFailure.class, failure -> assertThat(failure.kind()).isEqualTo(Kind.NEWER_FORMAT));
    files.requireSame(before);
  }

  @Test
  void anotherClustersLogIsRefusedUntouched() {
    Map<String, byte[]> before = files.image();
    assertThatThrownBy(() -> SharedLog.open(files, "/log", new LogSettings(16 << 10, 0, "other")))
        .isInstanceOfSatisfying(StorageFailure.class, failure -> {
          assertThat(failure.kind()).isEqualTo(Kind.WRONG_DIRECTORY);
          assertThat(failure.getMessage()).contains("'test'", "'other'");
        });
    files.requireSame(before);
  }

  @Test
  void rotUnderAnEntryIsToldWhenItIsRead() {
    try (SharedLog log = SharedLog.open(files, "/log", settings())) {
      assertThat(log.view(A).last()).isEqualTo(new EntryId(1, 3));
      int last = sectorOfLastBatch();
      files.bytes(FIRST)[last * 512 + 200] ^= 1;
      assertThatThrownBy(() -> log.view(A).entries(3, 3, 1)).isInstanceOfSatisfying(StorageFailure.class, failure -> {
        assertThat(failure.kind()).isEqualTo(Kind.CORRUPT);
        assertThat(failure.getMessage()).contains(FIRST, "at byte " + last * 512);
      });
      assertThat(log.view(A).entries(1, 2, Long.MAX_VALUE)).hasSize(2);
    }
  }

  @Test
  void termAndVoteStandTwiceInDifferentBlocks() {
    byte[] bytes = files.bytes(FIRST);
    ByteBuffer state = ByteBuffer.allocate(16).putLong(1).putLong(11);
    int found = 0;
    int firstBlock = -1;
    for (int at = firstBatch * 512; at + 16 <= bytes.length; at++) {
      if (Arrays.equals(bytes, at, at + 16, state.array(), 0, 16)) {
        found++;
        assertThat(at / 4096).isNotEqualTo(firstBlock);
        firstBlock = at / 4096;
      }
    }
    assertThat(found).isEqualTo(2);
  }

  /** What these writes have always looked like on disk; when this fails old logs can no longer be read. */
  @Test
  @DisplayName("UP-05 the bytes of format 1 do not change")
  void formatOneIsFixed() {
    var crc = new CRC32C();
    crc.update(files.bytes(FIRST));
    assertThat(Long.toHexString(crc.getValue())).isEqualTo("a6cb0b76");
  }
}
