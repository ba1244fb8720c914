package io.cairn.jepsen.load;

import io.cairn.client.ByteSeq;
import io.cairn.client.GetOptions;
import io.cairn.client.KeyValue;
import io.cairn.client.KvClient;
import io.cairn.client.KvException;
import io.cairn.client.UnknownOutcomeException;
import io.cairn.jepsen.cluster.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/**
 * Clients that write without a pause, each to keys of its own, one after the other, and keep what they were told. What a read shows can be
 * judged at once ({@link #check}), what replicas hold after the end ({@link ReplicaCheck}). Any thread may look while they write; what the
 * book says of writes under way is final after {@link #close}.
 */
public final class Writers implements AutoCloseable {
  private static final String[] SHARD_PREFIXES = {"a/", "k/", "z/"};
  private static final int VALUE_LEAST = 100;
  private static final int VALUE_SPREAD = 1_100;
  private static final int NONE = -1;

  private final KvClient client;
  private final WriteBook book = new WriteBook(VALUE_LEAST, VALUE_SPREAD);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Future<?>> running = new ArrayList<>();
  private final List<Lane> lanes = new ArrayList<>();
  private final AtomicLong acknowledged = new AtomicLong();
  /** Shared by writes under way; fair, so that whoever wants none gets its turn. */
  private final ReentrantReadWriteLock turn = new ReentrantReadWriteLock(true);
  private volatile boolean done;

  /** The keys of one writer, and of each its last acknowledged write. */
  private record Lane(List<ByteSeq> keys, AtomicIntegerArray last) {}

  /** @param keysEach of each writer, which writes them in turn: the fewer, the more often each is overwritten */
  public Writers(KvClient client, int writers, int keysEach) {
    this.client = client;
    for (int i = 0; i < writers; i++) {
      var lane = new Lane(new ArrayList<>(), new AtomicIntegerArray(keysEach));
      for (int k = 0; k < keysEach; k++) {
        lane.keys().add(ByteSeq.utf8(SHARD_PREFIXES[k % SHARD_PREFIXES.length] + "writer-" + i + "/" + k));
        lane.last().set(k, NONE);
      }
      lanes.add(lane);
    }
    lanes.forEach(lane -> running.add(threads.submit(() -> write(lane))));
  }

  private void write(Lane lane) {
    for (int i = 0; !done; i++) {
      turn.readLock().lock();
      try {
        writeOne(lane, i % lane.keys().size());
      } finally {
        turn.readLock().unlock();
      }
    }
  }

  private void writeOne(Lane lane, int key) {
    int write = book.begin(lane.keys().get(key));
    try {
      book.written(write, client.put(book.key(write), book.value(write)).revision());
      lane.last().set(key, write);
      acknowledged.incrementAndGet();
    } catch (UnknownOutcomeException e) {
      // As it was begun.
    } catch (KvException e) {
      book.refused(write);
    }
  }

  /** Waits until no write is under way, and lets none begin meanwhile: what the book says is final as long as {@code look} looks. */
  public <T> T quietly(Supplier<T> look) {
    turn.writeLock().lock();
    try {
      return look.get();
    } finally {
      turn.writeLock().unlock();
    }
  }

  /** All that was written so far. */
  public WriteBook book() {
    return book;
  }

  /** How many have been so far. */
  public long acknowledged() {
    return acknowledged.get();
  }

  /** Waits until so many more have been acknowledged. */
  public void awaitMore(int count, String when, Duration most) {
    long enough = acknowledged() + count;
    Await.until(count + " writes are acknowledged " + when, most, () -> acknowledged() >= enough);
  }

  /**
   * How a read went.
   *
   * @param read false when there was nothing to read yet or no answer, which is never a wrong one
   * @param violation what is wrong
   */
  public record Checked(boolean read, Optional<String> violation) {
    private static final Checked NOTHING = new Checked(false, Optional.empty());
  }

  /** Reads a key that was acknowledged before: what is read must not be older, and the same when it has the same revision. */
  public Checked check(Random random, GetOptions options) {
    Lane lane = lanes.get(random.nextInt(lanes.size()));
    int known = lane.last().get(random.nextInt(lane.keys().size()));
    if (known == NONE) {
      return Checked.NOTHING;
    }
    ByteSeq key = book.key(known);
    long revision = book.revision(known);
    Optional<KeyValue> found;
    try {
      found = client.get(key, options).found();
    } catch (KvException e) {
      return Checked.NOTHING;
    }
    if (found.isEmpty() || found.get().modRevision() < revision) {
      return new Checked(true, Optional.of(key + " was written at revision " + revision + " and read as "
          + found.map(kv -> "of revision " + kv.modRevision()).orElse("absent")));
    }
    boolean other = found.get().modRevision() == revision && !found.get().value().equals(book.value(known));
    return new Checked(true, other ? Optional.of(key + " has another value than was written at revision " + revision) : Optional.empty());
  }

  /** No more writes; returns when the last has ended. */
  @Override
  public void close() {
    done = true;
    threads.close();
    for (Future<?> each : running) {
      try {
        each.get();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted", e);
      } catch (ExecutionException e) {
        throw new IllegalStateException("a writer has failed", e.getCause());
      }
    }
  }
}
