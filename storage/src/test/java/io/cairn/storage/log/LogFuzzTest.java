package io.cairn.storage.log;

import static io.cairn.storage.log.SharedLogTest.A;
import static io.cairn.storage.log.SharedLogTest.B;
import static io.cairn.storage.log.SharedLogTest.entry;
import static io.cairn.storage.log.SharedLogTest.settings;
import static io.cairn.storage.log.SharedLogTest.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.protocol.fuzz.Bytes;
import io.cairn.protocol.fuzz.Fuzz;
import io.cairn.protocol.fuzz.SampleInputs;
import io.cairn.raft.log.EntryId;
import io.cairn.raft.log.HardState;
import io.cairn.storage.MemoryFiles;
import io.cairn.storage.StorageFailure;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Whole logs and single batches that are damaged in any way, under right checks too: opened and read, or refused by a typed failure. */
class LogFuzzTest {
  private static final int DIRECTORIES = 2_000;
  private static final int BATCHES = 150_000;
  private static final int SECTOR = 512;

  /** A part of 13 bytes may be no more than its replica's name: a few objects. The batch's own bytes are there already. */
  private static final Fuzz.Bound BATCH_BOUND = new Fuzz.Bound(8_000, 14);
  /** Buffers of the log and a new segment, and its files once more when it is opened; nothing grows with what a number in it promises. */
  private static final Fuzz.Bound DIRECTORY_BOUND = new Fuzz.Bound(4 << 20, 12);

  private final Map<String, byte[]> sound = new TreeMap<>();

  /** Two segments with every kind of record, the first one full of another lap's sectors behind its end. */
  private static MemoryFiles files() {
    var files = new MemoryFiles();
    try (SharedLog log = SharedLog.open(files, "/log", settings())) {
      log.append(List.of(write(A, new HardState(1, 11, 0), entry(1, 1, 100), entry(1, 2, 1900)), write(B, null, entry(2, 1, 0))));
      log.append(List.of(new LogWrite(B, Optional.of(new HardState(4, 0, 3)), List.of(), Optional.of(new EntryId(4, 9)))));
      log.append(List.of(write(A, null, entry(2, 2, 50))));
    }
    try (SharedLog log = SharedLog.open(files, "/log", settings())) {
      log.append(List.of(write(A, new HardState(2, 0, 1), entry(2, 3, 10))));
      log.destroy(B);
    }
    return files;
  }

  /** The data of each batch, from its header on, tags left out. */
  private static List<byte[]> batches() {
    var batches = new ArrayList<byte[]>();
    MemoryFiles files = files();
    for (String path : new String[] {"/log/0000000001.seg", "/log/0000000002.seg"}) {
      ByteBuffer in = ByteBuffer.wrap(files.bytes(path));
      for (int at = in.getInt(20); in.getInt(at * SECTOR) == OnDiskFormat.BATCH_MAGIC; at += in.getInt(at * SECTOR + 4)) {
        byte[] data = new byte[in.getInt(at * SECTOR + 4) * OnDiskFormat.SECTOR_DATA_BYTES];
        for (int i = 0; i < in.getInt(at * SECTOR + 4); i++) {
          in.get((at + i) * SECTOR, data, i * OnDiskFormat.SECTOR_DATA_BYTES, OnDiskFormat.SECTOR_DATA_BYTES);
        }
        batches.add(Arrays.copyOf(data, in.getInt(at * SECTOR + 16)));
      }
    }
    // Without what only fills space: most damage would hit that.
    return batches.stream().map(data -> data.length < 3_000 ? data : Arrays.copyOf(data, recordsEnd(data))).toList();
  }

  private static int recordsEnd(byte[] data) {
    ByteBuffer in = ByteBuffer.wrap(data).position(OnDiskFormat.BATCH_HEADER_BYTES);
    while (in.getShort(in.position() + 12) != 0) {
      in.position(in.position() + 4 + in.getInt(in.position()));
    }
    return in.position();
  }

  @Test
  @DisplayName("UP-05 a hundred and fifty thousand damaged batches are decoded or refused, for no more memory than they paid for")
  void batchesAreDecodedOrRefused() {
    Fuzz.Outcome outcome = Fuzz.run("batches of the log", BATCHES, BATCH_BOUND, new SampleInputs(batches()), LogFuzzTest::decode);
    assertThat(outcome.taken()).as("taken").isGreaterThan(BATCHES / 20);
    assertThat(outcome.refused()).as("refused").isGreaterThan(BATCHES / 4);
    assertThat(outcome.taken() + outcome.refused()).isEqualTo(BATCHES);
  }

  private static boolean decode(byte[] data, SplittableRandom random) {
    if (data.length < OnDiskFormat.BATCH_HEADER_BYTES) {
      return false; // no batch header claims fewer: LogRecovery.batchSectors
    }
    try {
      LogRecord.decodeAll(data, data.length, null, 9, new ArrayList<>());
      return true;
    } catch (IllegalArgumentException refused) {
      return false;
    }
  }

  @Test
  @DisplayName("LG-06 LG-19 thousands of damaged logs are opened or refused by a typed failure, and inspected to their end")
  void directoriesAreOpenedOrRefused() {
    sound.putAll(files().image());
    var names = new ArrayList<>(sound.keySet());
    int[] agreed = new int[2];
    Fuzz.Outcome outcome = Fuzz.run("whole logs", DIRECTORIES, DIRECTORY_BOUND, random -> image(names, random), (input, random) -> {
      boolean clean = inspect(directory(input, names));
      boolean opens = open(directory(input, names));
      if (clean) {
        assertThat(opens).as("a log without problems is one that a node starts on").isTrue();
        agreed[0]++;
      } else if (!opens) {
        agreed[1]++;
      }
      return opens;
    });
    assertThat(outcome.taken()).as("opened").isGreaterThan(DIRECTORIES / 50);
    assertThat(outcome.refused()).as("refused").isGreaterThan(DIRECTORIES / 2);
    assertThat(outcome.taken() + outcome.refused()).isEqualTo(DIRECTORIES);
    assertThat(agreed[0]).as("without problems").isGreaterThan(DIRECTORIES / 100);
    assertThat(agreed[1]).as("with problems, and refused").isGreaterThan(DIRECTORIES / 2);
  }

  /** The files one after the other; one or two are damaged, half of them sealed again sector by sector, as no disk would. */
  private byte[] image(List<String> names, SplittableRandom random) {
    var out = new ByteArrayOutputStream();
    int which = random.nextInt(2);
    for (int i = 0; i < names.size(); i++) {
      byte[] bytes = sound.get(names.get(i)).clone();
      if (i == which || random.nextInt(6) == 0) {
        damage(bytes, random);
      }
      out.writeBytes(bytes);
    }
    return out.toByteArray();
  }

  private static void damage(byte[] bytes, SplittableRandom random) {
    boolean sealedAgain = random.nextBoolean();
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      int sector = random.nextInt(4) == 0 ? random.nextInt(bytes.length / SECTOR) : random.nextBoolean() ? 9 + random.nextInt(19) : 8 * random.nextInt(2);
      byte[] one = Arrays.copyOfRange(bytes, sector * SECTOR, (sector + 1) * SECTOR);
      byte[] spoiled = switch (random.nextInt(6)) {
        case 0 -> new byte[SECTOR];
        case 1 -> Arrays.copyOf(Arrays.copyOfRange(bytes, bytes.length / 2, bytes.length / 2 + SECTOR), SECTOR);
        case 2 -> Bytes.flipped(one, random);
        default -> new SampleInputs(List.of(one)).next(random);
      };
      System.arraycopy(Arrays.copyOf(spoiled, SECTOR), 0, bytes, sector * SECTOR, sealedAgain ? 500 : SECTOR);
      if (sealedAgain) {
        seal(bytes, sector);
      }
    }
  }

  private static void seal(byte[] bytes, int sector) {
    var crc = new CRC32C();
    crc.update(bytes, sector * SECTOR, 508);
    ByteBuffer.wrap(bytes).putInt(sector * SECTOR + 508, (int) crc.getValue() ^ OnDiskFormat.placeMark(sector));
  }

  private static MemoryFiles directory(byte[] image, List<String> names) {
    var files = new MemoryFiles();
    int each = image.length / names.size();
    for (int i = 0; i < names.size(); i++) {
      files.put(names.get(i), Arrays.copyOfRange(image, i * each, (i + 1) * each));
    }
    return files;
  }

  private static boolean open(MemoryFiles files) {
    try (SharedLog log = SharedLog.open(files, "/log", settings())) {
      for (ReplicaKey replica : log.replicas()) {
        var view = log.view(replica);
        if (view.last().index() > view.base().index()) {
          view.entries(view.base().index() + 1, view.last().index(), 1 << 20);
        }
      }
      return true;
    } catch (StorageFailure refused) {
      return false;
    }
  }

  private static boolean inspect(MemoryFiles files) {
    try {
      return LogInspection.verify(files, "/log", "test", line -> { }).problems() == 0;
    } catch (StorageFailure refused) {
      assertThat(refused.kind()).isEqualTo(StorageFailure.Kind.NEWER_FORMAT);
      return false;
    }
  }

  @Test
  void aDecoderThatBelievesALengthIsCaught() {
    assertThatThrownBy(() -> Fuzz.run("a decoder that believes", BATCHES, BATCH_BOUND, new SampleInputs(batches()), (data, random) -> {
      ByteBuffer in = ByteBuffer.wrap(data);
      if (data.length >= OnDiskFormat.BATCH_HEADER_BYTES + 4) {
        byte[] record = new byte[Math.max(0, Math.min(1 << 24, in.getInt(OnDiskFormat.BATCH_HEADER_BYTES)))];
        return record.length > 0;
      }
      return false;
    })).isInstanceOf(AssertionError.class).hasMessageContaining("made its reader allocate");
    assertThatThrownBy(() -> Fuzz.run("a decoder without a check", BATCHES, BATCH_BOUND, new SampleInputs(batches()),
        (data, random) -> data[24 + (ByteBuffer.wrap(data).getInt(24) & 0xfff)] == 0)).isInstanceOf(AssertionError.class)
        .hasMessageContaining("seed").hasCauseInstanceOf(IndexOutOfBoundsException.class);
  }
}
