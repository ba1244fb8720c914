package io.cairn.client;

import io.cairn.client.core.LockSpec;
import io.cairn.client.who.LockQueue;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/**
 * A lock of the cluster, by its name: {@link KvClient#lock}. Who asks first gets it first, also from other processes; waiting is the server's and
 * costs no asking again. It is held by the thread that locked it, under a session that the client renews.
 *
 * <p>A lock can be lost while it is held: the process stood still for longer than the TTL, or the cluster was away for that long. {@link #onLost} tells so
 * before the server may give it to another, but nothing outside of the server can keep a process that stands still just before a write from
 * writing. So let what is written refuse an old {@link #lockAndGetToken() token}.
 *
 * <p>{@link #unlock} returns at once. It does nothing for a lock that was lost meanwhile, and throws for one that the thread never held. Calls throw
 * {@link KvException} where it is not found out within the client's deadline how the lock stands; then nothing is held, and what was begun
 * is taken back in the background. Safe for any number of threads.
 */
public final class KvLock implements Lock {

  private static final class Held {
    private final LockHold hold;
    private int count = 1;

    Held(LockHold hold) {
      this.hold = hold;
    }
  }

  private final String name;
  private final LockSpec spec;
  private final LockOptions options;
  private final LockQueueing queueing;
  private final Map<Thread, Held> held = new ConcurrentHashMap<>();
  private final List<Runnable> losers = new CopyOnWriteArrayList<>();

  KvLock(String name, LockSpec spec, LockOptions options, LockQueueing queueing) {
    this.name = name;
    this.spec = spec;
    this.options = options;
    this.queueing = queueing;
  }

  static String queue(String name, LockQueue.Kind kind) {
    if (name.isEmpty() || ByteSeq.utf8(name).size() > 1_024) {
      throw new IllegalArgumentException("The name of a lock has 1 to 1,024 bytes, was '" + name + "'");
    }
    return "{" + name + "}/" + kind.segment() + "/";
  }

  public String name() {
    return name;
  }

  @Override
  public void lock() {
    lockAndGetToken();
  }

  /** Locks, and returns what proves it: larger than every token that was given for this lock before. */
  public long lockAndGetToken() {
    try {
      return acquire(LockQueueing.FOR_EVER, false).orElseThrow().hold.token();
    } catch (InterruptedException e) {
      throw new IllegalStateException("it does not end by an interrupt", e);
    }
  }

  /** An interrupted thread's place in the queue is given up. */
  @Override
  public void lockInterruptibly() throws InterruptedException {
    acquire(LockQueueing.FOR_EVER, true);
  }

  /** Whether it was free, and no one waited for it. */
  @Override
  public boolean tryLock() {
    try {
      return acquire(Duration.ZERO, false).isPresent();
    } catch (InterruptedException e) {
      throw new IllegalStateException("it does not end by an interrupt", e);
    }
  }

  /** False once the time is over and the server has taken the place out of the queue: it is never granted afterwards. */
  @Override
  public boolean tryLock(long time, TimeUnit unit) throws InterruptedException {
    return tryLock(Duration.ofNanos(unit.toNanos(time))).isPresent();
  }

  /** As {@link #tryLock(long, TimeUnit)}, with the token. */
  public OptionalLong tryLock(Duration most) throws InterruptedException {
    Optional<Held> granted = acquire(most.isNegative() ? Duration.ZERO : most, true);
    return granted.isPresent() ? OptionalLong.of(granted.get().hold.token()) : OptionalLong.empty();
  }

  private Optional<Held> acquire(Duration most, boolean interruptibly) throws InterruptedException {
    Held own = held.get(Thread.currentThread());
    if (own != null && !own.hold.isLost()) {
      if (!options.reentrant()) {
        throw new IllegalStateException("This thread holds lock '" + name + "' already, and would wait for itself; make it with LockOptions.withReentrance()");
      }
      own.count++;
      return Optional.of(own);
    }
    Optional<LockHold> granted = queueing.acquire(spec, options, most, interruptibly);
    if (granted.isEmpty()) {
      return Optional.empty();
    }
    Held now = new Held(granted.get());
    held.put(Thread.currentThread(), now);
    now.hold.onLost(() -> losers.forEach(Runnable::run));
    return Optional.of(now);
  }

  @Override
  public void unlock() {
    Held own = held.get(Thread.currentThread());
    if (own == null) {
      throw new IllegalMonitorStateException("This thread does not hold lock '" + name + "'");
    }
    own.count--;
    if (own.count == 0) {
      held.remove(Thread.currentThread());
      own.hold.close();
    }
  }

  /** Whether the calling thread certainly holds it, as of this very moment. */
  public boolean isHeld() {
    Held own = held.get(Thread.currentThread());
    return own != null && own.hold.isHeld();
  }

  /** What the calling thread holds; with it the token, and for how long it is certain. */
  public Optional<LockHold> hold() {
    return Optional.ofNullable(held.get(Thread.currentThread())).map(own -> own.hold);
  }

  /** The client with writes that are guarded by what the calling thread holds: {@link LockHold#kv}. */
  public KvClient kv() {
    return hold().orElseThrow(() -> new IllegalMonitorStateException("This thread does not hold lock '" + name + "'")).kv();
  }

  /** From now on runs {@code then}, on the client's callback threads, whenever this lock is lost while a thread of this client holds it. */
  public void onLost(Runnable then) {
    losers.add(then);
  }

  /** @throws UnsupportedOperationException always: who waits for a condition would not hold the lock, and could be told by nobody */
  @Override
  public Condition newCondition() {
    throw new UnsupportedOperationException("A lock of the cluster has no conditions; wait for a key instead, with KvClient.watch");
  }
}
