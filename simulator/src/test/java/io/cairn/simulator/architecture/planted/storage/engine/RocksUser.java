package io.cairn.simulator.architecture.planted.storage.engine;

import org.rocksdb.RocksDB;

/** Lies where it may, and calls what a seam's implementation may. */
public class RocksUser {
  RocksDB database;

  long now() {
    return System.nanoTime();
  }
}
