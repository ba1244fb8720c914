package io.cairn.client;

import io.cairn.client.core.LockSpec;
import io.cairn.client.who.LockQueue;
import java.util.concurrent.locks.ReadWriteLock;

/**
 * A lock that many may share to read, and one alone has to write: {@link KvClient#readWriteLock}. Who asks first gets it first: a reader that comes
 * after a waiting writer waits behind it, so no writer starves. A reader cannot become a writer without unlocking first.
 */
public final class KvReadWriteLock implements ReadWriteLock {

  private final KvLock read;
  private final KvLock write;

  KvReadWriteLock(String name, LockOptions options, LockQueueing queueing) {
    String queue = KvLock.queue(name, LockQueue.Kind.READ_WRITE);
    this.read = new KvLock(name, LockSpec.shared(queue), options, queueing);
    this.write = new KvLock(name, LockSpec.exclusive(queue), options, queueing);
  }

  @Override
  public KvLock readLock() {
    return read;
  }

  @Override
  public KvLock writeLock() {
    return write;
  }
}
