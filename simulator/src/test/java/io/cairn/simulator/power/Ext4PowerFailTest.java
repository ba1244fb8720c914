package io.cairn.simulator.power;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.jepsen.disk.LoopDisk;
import io.cairn.platform.Files;
import io.cairn.platform.JdkFiles;
import io.cairn.simulator.engine.RocksPowerFail;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** ext4 on a loop device, shut down without its journal's last word: as near to a power failure as one process can bring about. */
class Ext4PowerFailTest extends PowerFailContractTest {
  private static final int ROUNDS = 3;
  private static final long DISK_BYTES = 64 << 20;

  private static Optional<String> obstacle;
  private final Files files = new JdkFiles();
  private LoopDisk disk;

  @BeforeAll
  static void lookWhetherItCanBeDone() {
    obstacle = LoopDisk.obstacle();
    obstacle.ifPresent(why -> System.out.println("no power failure on ext4 is tested here: skipped: " + why));
  }

  @BeforeEach
  void mount() throws Exception {
    Assumptions.assumeTrue(obstacle.isEmpty(), () -> "skipped: " + obstacle.orElseThrow());
    disk = LoopDisk.make(DISK_BYTES);
    files.createDirectories(folder());
    files.syncDirectory(disk.folder().toString());
  }

  @AfterEach
  void unmount() throws Exception {
    if (disk != null) {
      disk.close();
    }
  }

  @Override
  Files files() {
    return files;
  }

  @Override
  String folder() {
    return disk.folder() + "/data";
  }

  @Override
  void losePower() throws Exception {
    disk.cutPower();
    disk.comeBack();
  }

  @Test
  @DisplayName("SM-10 RocksDB without its own log comes back with a whole prefix of its batches, at least what it flushed, after a power failure")
  void rocksDbComesBackWithAWholePrefix() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      int flushed = 30 + 10 * round;
      String directory = folder() + "/engine-" + round;
      RocksPowerFail.writeAndHalt(directory, round, flushed, flushed + 25);
      losePower();

      assertThat(RocksPowerFail.lastWholeBatch(directory, round)).isBetween(flushed, flushed + 25);
    }
  }
}
