package io.cairn.simulator.architecture.planted.raft;

import io.cairn.simulator.architecture.planted.storage.engine.RocksUser;
import java.util.List;

class KnowsStorage {
  List<RocksUser> engines;
}
