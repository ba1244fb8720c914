package io.cairn.simulator.engine;

import io.cairn.simulator.SimMachine;
import io.cairn.simulator.SimWorld;
import io.cairn.storage.engine.Engine;
import io.cairn.storage.engine.EngineView;

/** What a script leaves after so many of its batches, by an engine of its own that nothing happens to. */
final class EngineReference {

  static Engine fresh() {
    SimMachine machine = new SimWorld(0).machine("reference");
    machine.boot();
    machine.engineDisk().settings(SimEngineSettings.ROCKSDB.withSpontaneousFlush(0));
    return machine.engines().open("e");
  }

  static String contentAfter(long seed, int batches) {
    Engine engine = fresh();
    EngineScript script = new EngineScript(seed);
    for (int i = 0; i < batches; i++) {
      script.writeBatch(engine);
    }
    try (EngineView view = engine.view()) {
      return EngineScript.content(view);
    }
  }

  private EngineReference() {}
}
