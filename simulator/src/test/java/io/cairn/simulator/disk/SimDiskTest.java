package io.cairn.simulator.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.platform.Files;
import io.cairn.platform.StoredFile;
import io.cairn.simulator.SimMachine;
import io.cairn.simulator.SimWorld;
import io.cairn.simulator.schedule.SimProcessKilled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The faults of the simulated disk, and that they are what the documentation says (TI-04). */
class SimDiskTest {
  private static final int SECTOR = 512;
  private static final long MILLI = 1_000_000;

  private SimWorld world;
  private SimMachine machine;

  @BeforeEach
  void machine() throws IOException {
    start(41);
  }

  private void start(long seed) throws IOException {
    world = new SimWorld(seed);
    machine = world.machine("n1");
    machine.boot();
    machine.files().createDirectories("d");
  }

  private Files files() {
    return machine.files();
  }

  private static ByteBuffer filled(int length, int value) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return ByteBuffer.wrap(bytes);
  }

  /** A file with a name and content that are durable. */
  private StoredFile durableFile(int length, int value) throws IOException {
    StoredFile file = files().open("d/f", true);
    file.write(filled(length, value), 0);
    file.sync();
    files().syncDirectory("d");
    return file;
  }

  private byte[] afterPowerFailure(CrashLoss loss) throws IOException {
    machine.losePower(loss);
    machine.boot();
    try (StoredFile file = files().openReadOnly("d/f")) {
      byte[] bytes = new byte[(int) file.size()];
      file.read(ByteBuffer.wrap(bytes), 0);
      return bytes;
    }
  }

  @Test
  void unsyncedWritesAreLostWithThePower_syncedOnesAreNot() throws IOException {
    StoredFile file = durableFile(1_000, 1);
    file.write(filled(1_000, 2), 0);
    file.write(filled(1_000, 3), 1_000);

    assertThat(afterPowerFailure(CrashLoss.ALL)).isEqualTo(filled(1_000, 1).array());
  }

  @Test
  void killedProcessLosesNothingThatItWrote() throws IOException {
    StoredFile file = durableFile(1_000, 1);
    file.write(filled(1_000, 2), 0);

    machine.kill();
    machine.boot();

    ByteBuffer read = ByteBuffer.allocate(1_000);
    files().openReadOnly("d/f").read(read, 0);
    assertThat(read.array()).isEqualTo(filled(1_000, 2).array());
    assertThat(machine.disk().pendingChanges("d/f")).as("but it is not durable either").isEqualTo(1);
  }

  @Test
  void pendingWriteIsLostOrAppliedOrTornBetweenSectors_neverWithinOne() throws IOException {
    Set<String> shapes = new TreeSet<>();
    for (long seed = 0; seed < 200; seed++) {
      start(seed);
      durableFile(8 * SECTOR, 'o').write(filled(4 * SECTOR + 100, 'n'), 2 * SECTOR + 50);
      byte[] found = afterPowerFailure(CrashLoss.DRAWN);
      assertThat(found).hasSize(8 * SECTOR);
      StringBuilder shape = new StringBuilder();
      for (int sector = 0; sector < 8; sector++) {
        byte[] old = filled(SECTOR, 'o').array();
        byte[] written = old.clone();
        int from = Math.max(0, 2 * SECTOR + 50 - sector * SECTOR);
        int to = Math.min(SECTOR, 6 * SECTOR + 150 - sector * SECTOR);
        if (from < to) {
          Arrays.fill(written, from, to, (byte) 'n');
        }
        byte[] is = Arrays.copyOfRange(found, sector * SECTOR, (sector + 1) * SECTOR);
        assertThat(Arrays.equals(is, old) || Arrays.equals(is, written)).as("sector %s of seed %s is old or new", sector, seed).isTrue();
        shape.append(Arrays.equals(is, old) ? 'o' : 'n');
      }
      shapes.add(shape.toString());
    }
    assertThat(shapes).contains("oooooooo", "oonnnnno", "oonnoooo").hasSizeGreaterThan(15);
  }

  @Test
  void unsyncedWritesSurviveInAnyOrder_butASectorIsAlwaysOneVersionOfItself() throws IOException {
    Set<String> outcomes = new TreeSet<>();
    for (long seed = 0; seed < 200; seed++) {
      start(seed);
      StoredFile file = durableFile(2 * SECTOR, '0');
      file.write(filled(10, '1'), 0);
      file.write(filled(10, '2'), 20);
      file.write(filled(10, '3'), SECTOR);
      byte[] found = afterPowerFailure(CrashLoss.DRAWN);
      outcomes.add("" + (char) found[0] + (char) found[20] + (char) found[SECTOR]);
    }
    assertThat(outcomes).as("the second write of a sector never without the first; the other sector on its own")
        .containsExactlyInAnyOrder("000", "100", "120", "003", "103", "123");
  }

  @Test
  void sizeMayGrowWithoutItsData_andDataIsNeverThereWithoutItsSize() throws IOException {
    Set<String> outcomes = new TreeSet<>();
    for (long seed = 0; seed < 200; seed++) {
      start(seed);
      durableFile(SECTOR, 'o').write(filled(SECTOR, 'n'), SECTOR);
      byte[] found = afterPowerFailure(CrashLoss.DRAWN);
      outcomes.add(found.length == SECTOR ? "short" : found[SECTOR] == 'n' ? "grown" : found[SECTOR] == 0 ? "zeros" : "?");
    }
    assertThat(outcomes).containsExactlyInAnyOrder("short", "grown", "zeros");
  }

  @Test
  void unsyncedTruncateMayComeBack() throws IOException {
    Set<Integer> sizes = new TreeSet<>();
    for (long seed = 0; seed < 100; seed++) {
      start(seed);
      durableFile(1_000, 'o').truncate(100);
      byte[] found = afterPowerFailure(CrashLoss.DRAWN);
      assertThat(found).containsOnly('o');
      sizes.add(found.length);
    }
    assertThat(sizes).containsExactly(100, 1_000);
  }

  @Test
  void syncMakesDurableAtTheTimeItEnds_notBefore() throws IOException {
    machine.disk().settings(DiskSettings.NVME.withSync(10 * MILLI, 0));
    StoredFile file = durableFile(100, 'o');
    boolean[] synced = new boolean[1];
    machine.process().start("log").execute(() -> {
      try {
        file.write(filled(100, 'n'), 0);
        file.sync();
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
      synced[0] = true;
    });

    world.runFor(5 * MILLI);
    assertThat(synced).containsExactly(true);
    assertThat(machine.disk().durableBytes("d/f")).as("half way through the sync").containsOnly('o');
    world.runFor(10 * MILLI);
    assertThat(machine.disk().durableBytes("d/f")).containsOnly('n');
  }

  @Test
  void crashDuringASyncLosesIt_andWhatTheTaskDidAfterwardsNeverHappened() throws IOException {
    machine.disk().settings(DiskSettings.NVME.withSync(10 * MILLI, 0));
    StoredFile file = durableFile(100, 'o');
    machine.process().start("log").execute(() -> {
      try {
        file.write(filled(100, 'n'), 0);
        file.sync();
        file.write(filled(100, 'x'), 100);
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    });
    world.runFor(5 * MILLI);

    assertThat(afterPowerFailure(CrashLoss.NOTHING)).isEqualTo(filled(100, 'n').array());

    start(42);
    machine.disk().settings(DiskSettings.NVME.withSync(10 * MILLI, 0));
    StoredFile again = durableFile(100, 'o');
    machine.process().start("log").execute(() -> {
      try {
        again.write(filled(100, 'n'), 0);
        again.sync();
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    });
    world.runFor(5 * MILLI);
    assertThat(afterPowerFailure(CrashLoss.ALL)).isEqualTo(filled(100, 'o').array());
  }

  @Test
  void nameWithoutASyncedFolderMayBeMissing_thoughItsBytesWereSynced() throws IOException {
    Set<String> outcomes = new TreeSet<>();
    for (long seed = 0; seed < 60; seed++) {
      start(seed);
      durableFile(10, 'o');
      StoredFile created = files().open("d/tmp", true);
      created.write(filled(10, 'n'), 0);
      created.sync();
      files().rename("d/tmp", "d/f");
      machine.losePower(CrashLoss.DRAWN);
      machine.boot();
      StringBuilder outcome = new StringBuilder();
      for (String name : files().list("d")) {
        ByteBuffer first = ByteBuffer.allocate(1);
        files().openReadOnly("d/" + name).read(first, 0);
        outcome.append(name).append('=').append((char) first.get(0)).append(' ');
      }
      outcomes.add(outcome.toString());
    }
    assertThat(outcomes).containsExactlyInAnyOrder("f=o ", "f=n ", "f=o tmp=n ");
  }

  @Test
  void syncedFolderKeepsItsNames_andDeletedOnesMayComeBackWithoutIt() throws IOException {
    durableFile(10, 'o');
    files().delete("d/f");
    machine.losePower(CrashLoss.ALL);
    machine.boot();
    assertThat(files().list("d")).containsExactly("f");

    files().delete("d/f");
    files().syncDirectory("d");
    machine.losePower(CrashLoss.ALL);
    machine.boot();
    assertThat(files().list("d")).isEmpty();
  }

  @Test
  @DisplayName("ST-01 a failed sync drops what it covered, and the next one succeeds without it")
  void failedSyncDropsPendingPages() throws IOException {
    StoredFile file = durableFile(100, 'o');
    file.write(filled(100, 'n'), 0);
    machine.disk().fail(DiskOperation.SYNC, "d/f", 1, DiskFault.EIO);

    assertThatThrownBy(file::sync).isInstanceOf(IOException.class).hasMessageContaining("d/f").hasMessageContaining("Input/output error");
    file.sync();

    assertThat(afterPowerFailure(CrashLoss.NOTHING)).containsOnly('o');
  }

  @Test
  void errorsComeOnDemand_onTheCallAsked_andOnThePathAsked() throws IOException {
    StoredFile file = durableFile(100, 'o');
    StoredFile other = files().open("d/other", true);
    machine.disk().fail(DiskOperation.WRITE, "d/f", 2, DiskFault.EIO);
    machine.disk().failAlways(DiskOperation.READ, "other", DiskFault.EIO);

    file.write(filled(10, 'a'), 0);
    other.write(filled(10, 'a'), 0);
    assertThatThrownBy(() -> file.write(filled(10, 'b'), 0)).hasMessageContaining("Input/output error");
    file.write(filled(10, 'c'), 0);
    assertThatThrownBy(() -> other.read(ByteBuffer.allocate(1), 0)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> other.read(ByteBuffer.allocate(1), 0)).isInstanceOf(IOException.class);
    machine.disk().clearFaults();
    assertThat(other.read(ByteBuffer.allocate(1), 0)).isEqualTo(1);
  }

  @Test
  void aWriteThatFailsInPartEndsAtASector() throws IOException {
    StoredFile file = durableFile(8 * 512, 'o');
    for (int i = 0; i < 20; i++) {
      file.write(filled(8 * 512, 'o'), 0);
      machine.disk().fail(DiskOperation.WRITE, "d/f", 1, DiskFault.EIO);
      assertThatThrownBy(() -> file.write(filled(6 * 512, 'n'), 512)).isInstanceOf(IOException.class);
      ByteBuffer found = ByteBuffer.allocate(8 * 512);
      file.read(found, 0);
      for (int at = 0; at < 8 * 512; at++) {
        assertThat(found.get(at)).as("byte %d of its sector", at % 512).isEqualTo(found.get(at / 512 * 512));
      }
    }
  }

  @Test
  void fullDiskRefusesToGrow_butOverwritesAndTakesSpaceBack() throws IOException {
    machine.disk().settings(DiskSettings.NVME.withCapacity(1_000));
    StoredFile file = durableFile(900, 'o');
    assertThat(files().freeBytes("d")).isEqualTo(100);

    assertThatThrownBy(() -> file.write(filled(101, 'n'), 900)).hasMessageContaining("No space left on device");
    file.write(filled(900, 'n'), 0);
    file.write(filled(100, 'n'), 900);
    assertThat(files().freeBytes("d")).isZero();
    file.truncate(10);
    assertThat(files().freeBytes("d")).isEqualTo(990);
  }

  @Test
  void rotAndUnreadableSectorsShow_untilTheyAreWrittenAgain() throws IOException {
    StoredFile file = durableFile(2 * SECTOR, 'o');
    machine.disk().corrupt("d/f", 3, 0x01);
    machine.disk().makeUnreadable("d/f", 1);

    ByteBuffer read = ByteBuffer.allocate(SECTOR);
    file.read(read, 0);
    assertThat(read.get(3)).isEqualTo((byte) ('o' ^ 1));
    assertThatThrownBy(() -> file.read(ByteBuffer.allocate(SECTOR + 1), 0)).hasMessageContaining("Input/output error");
    file.write(filled(SECTOR, 'n'), SECTOR);
    assertThat(file.read(ByteBuffer.allocate(2 * SECTOR), 0)).isEqualTo(2 * SECTOR);
    machine.disk().zeroSector("d/f", 0);
    assertThat(afterPowerFailure(CrashLoss.NOTHING)).startsWith(new byte[SECTOR]);
  }

  @Test
  void stalledDiskEndsNoSyncBeforeItsTime() throws IOException {
    StoredFile file = durableFile(10, 'o');
    machine.disk().stallUntil(world.nowNanos() + 5_000 * MILLI);
    long[] took = new long[1];
    machine.process().start("log").execute(() -> {
      try {
        file.sync();
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
      took[0] = world.nowNanos();
    });
    world.runFor(MILLI);

    assertThat(took[0]).isBetween(5_000 * MILLI, 5_010 * MILLI);
  }

  @Test
  void tapMayKillTheProcessAtOneExactOperation() throws IOException {
    StoredFile file = durableFile(10, 'o');
    machine.disk().tap((operation, path, offset, length) -> {
      if (operation == DiskOperation.WRITE && offset == 5) {
        machine.kill();
      }
    });
    file.write(filled(3, 'a'), 0);

    assertThatThrownBy(() -> file.write(filled(3, 'b'), 5)).isInstanceOf(SimProcessKilled.class);
    assertThatThrownBy(() -> file.write(filled(3, 'c'), 0)).isInstanceOf(SimProcessKilled.class);
    machine.disk().tap(null);
    machine.boot();
    ByteBuffer read = ByteBuffer.allocate(10);
    files().openReadOnly("d/f").read(read, 0);
    assertThat(new String(read.array())).isEqualTo("aaaooooooo");
  }

  @Test
  void lockEndsWithTheLifeThatTookIt() throws IOException {
    files().lock("d/lock");
    assertThatThrownBy(() -> files().lock("d/lock")).hasMessageContaining("d/lock");

    machine.kill();
    machine.boot();
    files().lock("d/lock");
  }

  @Test
  void syncOnALoopThatMustNotBlock_failsTheRun() throws IOException {
    StoredFile file = durableFile(10, 'o');
    machine.process().startNonBlocking("net-0").execute(() -> {
      try {
        file.sync();
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    });

    assertThatThrownBy(() -> world.runFor(MILLI)).hasMessageContaining("syncing d/f on loop n1#1/net-0");
  }
}
