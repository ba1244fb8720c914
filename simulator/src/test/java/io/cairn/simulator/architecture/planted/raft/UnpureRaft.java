package io.cairn.simulator.architecture.planted.raft;

import java.util.Random;
import java.util.concurrent.locks.ReentrantLock;

class UnpureRaft {
  private final ReentrantLock lock = new ReentrantLock();
  private final Random random = new Random(1);

  long step() {
    lock.lock();
    Thread.currentThread().interrupt();
    return random.nextLong();
  }
}
