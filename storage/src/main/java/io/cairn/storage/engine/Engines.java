package io.cairn.storage.engine;

/** Opens engines: RocksDB in production, memory in the simulator. */
@FunctionalInterface
public interface Engines {

  /** Opens or creates the engine that lies in {@code directory}. */
  Engine open(String directory);
}
