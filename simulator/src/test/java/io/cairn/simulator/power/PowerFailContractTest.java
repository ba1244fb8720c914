package io.cairn.simulator.power;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.platform.Files;
import io.cairn.platform.StoredFile;
import io.cairn.raft.ReplicaId;
import io.cairn.raft.log.Entry;
import io.cairn.raft.log.EntryKind;
import io.cairn.raft.log.HardState;
import io.cairn.storage.log.LogSettings;
import io.cairn.storage.log.LogWrite;
import io.cairn.storage.log.ReplicaKey;
import io.cairn.storage.log.SharedLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What the log may rely on when the power fails, of ext4 and of the simulated disk alike. */
abstract class PowerFailContractTest {
  private static final int SECTOR = 512;

  /** The disk as a process sees it that runs now. */
  abstract Files files();

  /** A folder on the disk that is there for good. */
  abstract String folder();

  /** The power is gone and comes back; {@link #files()} is then another process's. All files are closed. */
  abstract void losePower() throws Exception;

  private String path(String name) {
    return folder() + "/" + name;
  }

  private static ByteBuffer filled(int length, int with) {
    byte[] bytes = new byte[length];
    java.util.Arrays.fill(bytes, (byte) with);
    return ByteBuffer.wrap(bytes);
  }

  private byte[] read(String name) throws IOException {
    try (StoredFile file = files().openReadOnly(path(name))) {
      ByteBuffer target = ByteBuffer.allocate((int) file.size());
      file.read(target, 0);
      return target.array();
    }
  }

  @Test
  @DisplayName("ST-01 what was synced is there, with its size and its name; what was written after it may be, in whole sectors")
  void whatWasSyncedStays() throws Exception {
    try (StoredFile file = files().open(path("a"), true)) {
      file.write(filled(20 * SECTOR, 1), 0);
      file.sync();
      files().syncDirectory(folder());
      file.write(filled(30 * SECTOR, 2), 20L * SECTOR);
      file.write(filled(2 * SECTOR, 3), 4L * SECTOR);
    }
    losePower();

    byte[] found = read("a");
    assertThat(found.length).isBetween(20 * SECTOR, 50 * SECTOR);
    for (int sector = 0; sector < found.length / SECTOR; sector++) {
      byte first = found[sector * SECTOR];
      for (int i = 0; i < SECTOR; i++) {
        assertThat(found[sector * SECTOR + i]).as("sector %d is of one time", sector).isEqualTo(first);
      }
      boolean overwritten = sector == 4 || sector == 5;
      assertThat((int) first).as("sector %d", sector).isIn(sector >= 20 ? List.of(0, 2) : overwritten ? List.of(1, 3) : List.of(1));
    }
  }

  @Test
  void aFileWithoutASyncedNameMayBeGone_oneWithItIsNot() throws Exception {
    files().open(path("named"), true).close();
    files().syncDirectory(folder());
    files().open(path("hoped"), true).close();
    losePower();

    assertThat(files().exists(path("named"))).isTrue();
  }

  @Test
  void aRenameIsDoneOrNotDone_andDoneForGoodWhenItsFolderIsSynced() throws Exception {
    for (String name : List.of("one", "two")) {
      try (StoredFile file = files().open(path(name), true)) {
        file.write(filled(100, name.length() + name.charAt(0)), 0);
        file.sync();
      }
    }
    files().rename(path("one"), path("first"));
    files().syncDirectory(folder());
    files().rename(path("two"), path("second"));
    losePower();

    assertThat(files().list(folder())).contains("first").doesNotContain("one");
    assertThat(read("first")).containsOnly((byte) (3 + 'o')).hasSize(100);
    boolean done = files().exists(path("second"));
    assertThat(files().exists(path("two"))).isEqualTo(!done);
    assertThat(read(done ? "second" : "two")).containsOnly((byte) (3 + 't')).hasSize(100);
  }

  @Test
  @DisplayName("LG-01 a log that lost its power holds every entry and vote that it had said was durable")
  void theLogHoldsWhatItSaidWasDurable() throws Exception {
    var settings = new LogSettings(64 << 10, 1 << 20, "powerless");
    var replica = new ReplicaKey(1, new ReplicaId(7));
    long last = 0;
    for (int round = 1; round <= 4; round++) {
      SharedLog log = SharedLog.open(files(), folder() + "/log", settings);
      if (round > 1) {
        assertThat(log.view(replica).last().index()).isEqualTo(last);
        assertThat(log.hardState(replica)).isEqualTo(new HardState(round - 1, 7, 0));
        assertThat(log.view(replica).entries(last, last, 1).getFirst().payload()).hasSize(3_000);
      }
      for (int i = 0; i < 20; i++) {
        last++;
        log.append(List.of(new LogWrite(replica, Optional.of(new HardState(round, 7, 0)),
            List.of(new Entry(round, last, EntryKind.COMMAND, new byte[3_000])), Optional.empty())));
      }
      log.close();
      losePower();
    }
  }
}
