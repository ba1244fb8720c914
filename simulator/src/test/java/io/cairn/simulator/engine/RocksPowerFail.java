package io.cairn.simulator.engine;

import io.cairn.storage.engine.Engine;
import io.cairn.storage.engine.EngineView;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** RocksDB written by a process that ends without a word, for tests that then take the machine's power away. */
public final class RocksPowerFail {

  private RocksPowerFail() {}

  /** In a process of its own: so many batches, a flush, more batches, and the end. */
  public static void writeAndHalt(String directory, long seed, int flushed, int written) throws IOException, InterruptedException {
    Process child = new ProcessBuilder(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
        System.getProperty("java.class.path"), "-Xmx256m", "--enable-native-access=ALL-UNNAMED", HaltedWriter.class.getName(), directory,
        "" + seed, "" + flushed, "" + written)).redirectErrorStream(true).start();
    String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!child.waitFor(60, TimeUnit.SECONDS) || child.exitValue() != HaltedWriter.HALTED) {
      throw new IOException("the writer ended with " + output);
    }
  }

  /** The batch the engine comes back with; fails when what it holds is not just all batches up to there. */
  public static int lastWholeBatch(String directory, long seed) {
    Engine engine = RocksEngineTest.rocks().open(directory);
    try (EngineView view = engine.view()) {
      int last = EngineScript.lastBatch(engine);
      if (!EngineScript.content(view).equals(EngineReference.contentAfter(seed, last))) {
        throw new AssertionError("what the engine holds is no prefix that ends with batch " + last);
      }
      return last;
    } finally {
      engine.close();
    }
  }
}
