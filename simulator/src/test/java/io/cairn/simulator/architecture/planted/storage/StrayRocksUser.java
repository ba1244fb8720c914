package io.cairn.simulator.architecture.planted.storage;

import io.netty.buffer.ByteBuf;
import org.rocksdb.RocksDB;

class StrayRocksUser {
  RocksDB database;
  ByteBuf buffer;
}
