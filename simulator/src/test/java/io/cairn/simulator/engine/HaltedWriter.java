package io.cairn.simulator.engine;

import io.cairn.storage.engine.Engine;

/** A process that writes to an engine on RocksDB and ends without a word: run by a test as a child. */
final class HaltedWriter {
  static final int HALTED = 42;

  public static void main(String[] arguments) {
    Engine engine = RocksEngineTest.rocks().open(arguments[0]);
    EngineScript script = new EngineScript(Long.parseLong(arguments[1]));
    while (script.batches() < Integer.parseInt(arguments[2])) {
      script.writeBatch(engine);
    }
    engine.flush();
    while (script.batches() < Integer.parseInt(arguments[3])) {
      script.writeBatch(engine);
    }
    Runtime.getRuntime().halt(HALTED);
  }

  private HaltedWriter() {}
}
