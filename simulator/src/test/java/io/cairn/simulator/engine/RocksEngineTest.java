package io.cairn.simulator.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.storage.engine.Engine;
import io.cairn.storage.engine.EngineSettings;
import io.cairn.storage.engine.EngineView;
import io.cairn.storage.engine.Engines;
import io.cairn.storage.engine.RocksEngines;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
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
      Process child = new ProcessBuilder(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
          System.getProperty("java.class.path"), "-Xmx256m", "--enable-native-access=ALL-UNNAMED", HaltedWriter.class.getName(), directory,
          "" + round, "" + flushed, "" + written)).redirectErrorStream(true).start();
      String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(child.exitValue()).as(output).isEqualTo(HaltedWriter.HALTED);

      Engine engine = rocks().open(directory);
      try (EngineView view = engine.view()) {
        int last = EngineScript.lastBatch(engine);
        assertThat(last).isBetween(flushed, written);
        assertThat(EngineScript.content(view)).isEqualTo(EngineReference.contentAfter(round, last));
      } finally {
        engine.close();
      }
    }
  }
}
