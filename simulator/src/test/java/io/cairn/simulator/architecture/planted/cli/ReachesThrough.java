package io.cairn.simulator.architecture.planted.cli;

import io.cairn.simulator.architecture.planted.client.CleanClient;
import io.cairn.simulator.architecture.planted.storage.engine.RocksUser;

class ReachesThrough {
  CleanClient allowed;
  RocksUser forbidden;
}
