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
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Clients that write without a pause, each to keys of its own, one after the other, and keep what they were told. No two values are the
 * same. What a read shows can be judged at once ({@link #check}), what replicas hold after the end ({@link ReplicaCheck}).
 *
 * <p>Any thread may look while they write; what {@link Writes} says holds after {@link #close}.
 */
public final class Writers implements Writes, AutoCloseable {
  private static final String[] SHARD_PREFIXES = {"a/", "k/", "z/"};
  private static final int VALUE_LEAST = 100;
  private static final int VALUE_SPREAD = 1_100;

  private final KvClient client;
  private final int keysEach;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Future<?>> running = new ArrayList<>();
  /** Guarded by itself, as are its elements. */
  private final List<Write> writes = new ArrayList<>();
  private final AtomicLong acknowledged = new AtomicLong();
  private final List<Lane> lanes = new ArrayList<>();
  private volatile boolean done;

  /** One write; unknown until its end is. */
  private static final class Write {
    final ByteSeq key;
    final int number;
    Outcome outcome = Outcome.UNKNOWN;
    long revision;

    Write(ByteSeq key, int number) {
      this.key = key;
      this.number = number;
    }
  }

  /** The keys of one writer, and for each its last acknowledged write. */
  private record Lane(List<ByteSeq> keys, AtomicReferenceArray<Write> last) {}

  /** @param keysEach of each writer, which writes them in turn: the fewer, the more often each is overwritten */
  public Writers(KvClient client, int writers, int keysEach) {
    this.client = client;
    this.keysEach = keysEach;
    for (int i = 0; i < writers; i++) {
      var keys = new ArrayList<ByteSeq>();
      for (int k = 0; k < keysEach; k++) {
        keys.add(ByteSeq.utf8(SHARD_PREFIXES[k % SHARD_PREFIXES.length] + "writer-" + i + "/" + k));
      }
      lanes.add(new Lane(keys, new AtomicReferenceArray<>(keysEach)));
    }
    lanes.forEach(lane -> running.add(threads.submit(() -> write(lane))));
  }

  private void write(Lane lane) {
    for (int i = 0; !done; i++) {
      int key = i % keysEach;
      Write write = begin(lane.keys().get(key));
      try {
        long revision = client.put(write.key, valueOf(write)).revision();
        ended(write, Outcome.WRITTEN, revision);
        lane.last().set(key, write);
        acknowledged.incrementAndGet();
      } catch (UnknownOutcomeException e) {
        ended(write, Outcome.UNKNOWN, 0);
      } catch (KvException e) {
        ended(write, Outcome.REFUSED, 0);
      }
    }
  }

  private Write begin(ByteSeq key) {
    synchronized (writes) {
      var write = new Write(key, writes.size());
      writes.add(write);
      return write;
    }
  }

  private void ended(Write write, Outcome outcome, long revision) {
    synchronized (writes) {
      write.outcome = outcome;
      write.revision = revision;
    }
  }

  private static ByteSeq valueOf(Write write) {
    return ByteSeq.utf8(write.number + " " + "x".repeat(VALUE_LEAST + write.number * 31 % VALUE_SPREAD));
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
   * Reads a key that has been acknowledged, and holds what is read against it: it must not be older, and the same when it has the same
   * revision.
   *
   * @return what is wrong, empty for nothing; or, when the read was refused, that alone
   */
  public Checked check(Random random, GetOptions options) {
    Lane lane = lanes.get(random.nextInt(lanes.size()));
    Write known = lane.last().get(random.nextInt(keysEach));
    if (known == null) {
      return Checked.NOTHING;
    }
    Optional<KeyValue> found;
    try {
      found = client.get(known.key, options).found();
    } catch (KvException e) {
      return Checked.NOTHING;
    }
    if (found.isEmpty() || found.get().modRevision() < known.revision) {
      return new Checked(true, Optional.of(known.key + " was written at revision " + known.revision + " and read as "
          + found.map(kv -> "of revision " + kv.modRevision()).orElse("absent")));
    }
    boolean other = found.get().modRevision() == known.revision && !found.get().value().equals(valueOf(known));
    return new Checked(true, other ? Optional.of(known.key + " has another value than was written at revision " + known.revision)
        : Optional.empty());
  }

  /**
   * How a read went.
   *
   * @param read false when there was nothing to read yet or no answer, which is never a wrong one
   * @param violation what is wrong
   */
  public record Checked(boolean read, Optional<String> violation) {
    static final Checked NOTHING = new Checked(false, Optional.empty());
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

  private Write at(int write) {
    synchronized (writes) {
      return writes.get(write);
    }
  }

  @Override
  public int count() {
    synchronized (writes) {
      return writes.size();
    }
  }

  @Override
  public ByteSeq key(int write) {
    return at(write).key;
  }

  @Override
  public ByteSeq value(int write) {
    return valueOf(at(write));
  }

  @Override
  public Outcome outcome(int write) {
    synchronized (writes) {
      return writes.get(write).outcome;
    }
  }

  @Override
  public long revision(int write) {
    synchronized (writes) {
      return writes.get(write).revision;
    }
  }

  @Override
  public String name(int write) {
    return "write " + write;
  }

  /** How many have ended so. */
  public long count(Outcome outcome) {
    synchronized (writes) {
      return writes.stream().filter(write -> write.outcome == outcome).count();
    }
  }
}
