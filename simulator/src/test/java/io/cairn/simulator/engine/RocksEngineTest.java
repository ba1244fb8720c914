package io.cairn.simulator.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.storage.engine.EngineSettings;
import io.cairn.storage.engine.Engines;
import io.cairn.storage.engine.RocksEngines;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RocksEngineTest extends EngineContractTest {
  private static final EngineSettings SMALL_BUFFERS = new EngineSettings(1 << 20, 4 << 20, 1);

  @TempDir
  Path folder;

  static Engines rocks() {
    return new RocksEngines(SMALL_BUFFERS, failure -> {
      throw failure;
    });
  }

  @Override
  Engines engines() {
    return rocks();
  }

  @Override
  String directory() {
    return folder.resolve("engine").toString();
  }

  @Test
  void processHaltedWithoutAClose_keepsAtLeastWhatItFlushed_andAWholePrefix() throws Exception {
    for (int round = 0; round < 2; round++) {
      String directory = folder.resolve("halted-" + round).toString();
      int flushed = 30 + 10 * round;
      int written = flushed + 25;
      RocksPowerFail.writeAndHalt(directory, round, flushed, written);

      assertThat(RocksPowerFail.lastWholeBatch(directory, round)).isBetween(flushed, written);
    }
  }
}
