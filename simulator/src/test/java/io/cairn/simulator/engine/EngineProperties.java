package io.cairn.simulator.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.storage.engine.Engine;
import io.cairn.storage.engine.EngineView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** The engine in memory is the model: RocksDB must answer every random sequence of operations as it does. */
class EngineProperties {
  private static Path folder;
  private static int runs;

  @BeforeContainer
  static void makeFolder() throws IOException {
    folder = Files.createTempDirectory("engine-properties");
  }

  @AfterContainer
  static void removeFolder() throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  @Property(tries = 40)
  void rocksAndTheModelAgreeOnEverySequence(@ForAll long seed, @ForAll @IntRange(min = 1, max = 30) int batches) {
    String directory = folder.resolve("engine-" + runs++).toString();
    Engine rocks = RocksEngineTest.rocks().open(directory);
    Engine model = EngineReference.fresh();
    EngineScript forRocks = new EngineScript(seed);
    EngineScript forModel = new EngineScript(seed);
    EngineView oldRocks = rocks.view();
    EngineView oldModel = model.view();
    for (int i = 0; i < batches; i++) {
      forRocks.writeBatch(rocks);
      forModel.writeBatch(model);
      try (EngineView ofRocks = rocks.view(); EngineView ofModel = model.view()) {
        assertThat(forRocks.look(ofRocks)).isEqualTo(forModel.look(ofModel));
        assertThat(EngineScript.content(ofRocks)).isEqualTo(EngineScript.content(ofModel));
      }
      if (i % 7 == 3) {
        oldRocks.close();
        oldModel.close();
        oldRocks = rocks.view();
        oldModel = model.view();
        rocks.flush();
        model.flush();
      }
      assertThat(forRocks.look(oldRocks)).as("a view of a while ago").isEqualTo(forModel.look(oldModel));
    }
    rocks.close();
    model.close();
  }
}
