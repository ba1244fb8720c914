package io.cairn.client;

import io.cairn.client.core.LockSpec;
import io.cairn.client.who.LockQueue;
import java.time.Duration;
import java.util.Optional;

/**
 * So many permits of the cluster, by a name: {@link KvClient#semaphore}. Who asks first gets them first; one who asks for few waits behind one
 * who asks for many. What a client that dies has taken comes back with the end of its session. All who use a name must say the same number.
 */
public final class KvSemaphore {

  private final String queue;
  private final int permits;
  private final LockOptions options;
  private final LockQueueing queueing;

  KvSemaphore(String name, int permits, LockOptions options, LockQueueing queueing) {
    if (permits < 1) {
      throw new IllegalArgumentException("A semaphore has 1 permit or more, not " + permits);
    }
    this.queue = KvLock.queue(name, LockQueue.Kind.SEMAPHORE);
    this.permits = permits;
    this.options = options;
    this.queueing = queueing;
  }

  /** Waits for so many permits; closing what it returns gives them back. @throws InterruptedException when interrupted; nothing is taken then */
  public LockHold acquire(int count) throws InterruptedException {
    return take(count, LockQueueing.FOR_EVER).orElseThrow();
  }

  public LockHold acquire() throws InterruptedException {
    return acquire(1);
  }

  /** Empty when they were not free within that time, which may be none; they are never granted afterwards. */
  public Optional<LockHold> tryAcquire(int count, Duration most) throws InterruptedException {
    return take(count, most.isNegative() ? Duration.ZERO : most);
  }

  private Optional<LockHold> take(int count, Duration most) throws InterruptedException {
    if (count < 1 || count > permits) {
      throw new IllegalArgumentException("Of this semaphore 1 to " + permits + " permits can be asked for, not " + count);
    }
    return queueing.acquire(LockSpec.permits(queue, count, permits), options, most, true);
  }
}
