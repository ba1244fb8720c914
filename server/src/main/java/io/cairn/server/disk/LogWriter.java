package io.cairn.server.disk;

import io.cairn.platform.Clock;
import io.cairn.platform.EventLoop;
import io.cairn.raft.Raft;
import io.cairn.raft.log.Entry;
import io.cairn.server.outcome.FailStop;
import io.cairn.storage.log.LogFloor;
import io.cairn.storage.log.LogStore;
import io.cairn.storage.log.LogWrite;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Group commit: all writes that came in while the last sync was under way share the next one. Belongs to the log's loop, the only
 * one that blocks on the log's files; {@link #submit} may be called from any loop.
 *
 * <p>A failure of write or sync stops the node at once; it is never tried again (ST-01), and nothing that waited is answered
 * (A-06).
 */
public final class LogWriter {

  /** Hears of syncs, for the metrics. */
  public interface SyncListener {
    void synced(long nanos, long bytes, int writes);
  }

  private record Pending(LogWrite write, EventLoop reply, Runnable durable, long bytes) {}

  private final LogStore store;
  private final EventLoop loop;
  private final Clock clock;
  private final FailStop failStop;
  private final SyncListener listener;
  private final long queueBytesMax;
  private final Object lock = new Object();
  private final AtomicLong queuedBytes = new AtomicLong();
  private List<Pending> queue = new ArrayList<>();
  private boolean drainScheduled;
  private boolean ended;
  private volatile long writingSince = Raft.DISK_ANSWERS;

  public LogWriter(LogStore store, EventLoop loop, Clock clock, FailStop failStop, long queueBytesMax, SyncListener listener) {
    this.store = store;
    this.loop = loop;
    this.clock = clock;
    this.failStop = failStop;
    this.queueBytesMax = queueBytesMax;
    this.listener = listener;
  }

  /** Bytes handed in and not yet durable. */
  public long queuedBytes() {
    return queuedBytes.get();
  }

  /** When the write that is under way began; {@link Raft#DISK_ANSWERS} when none is. From any thread. */
  public long writingSince() {
    return writingSince;
  }

  /** Whether so much waits that no new commands should be taken; what Raft itself must write is always taken. From any thread. */
  public boolean full() {
    return queuedBytes.get() > queueBytesMax;
  }

  /** Writes of one replica become durable in the order they are submitted; {@code durable} then runs on {@code reply}. */
  public void submit(LogWrite write, EventLoop reply, Runnable durable) {
    long bytes = 64;
    for (Entry entry : write.entries()) {
      bytes += entry.sizeBytes();
    }
    queuedBytes.addAndGet(bytes);
    boolean schedule;
    synchronized (lock) {
      queue.add(new Pending(write, reply, durable, bytes));
      schedule = !drainScheduled;
      drainScheduled = true;
    }
    if (schedule) {
      loop.execute(this::drain);
    }
  }

  /** Tells the log what is no longer needed. From any loop. */
  public void clean(List<LogFloor> floors) {
    loop.execute(() -> {
      if (!ended) {
        guarded("cleaning the log", () -> store.clean(floors));
      }
    });
  }

  /** On its loop, when the node stops: whatever comes later is not written, and not answered. The log may be closed. */
  public void end() {
    ended = true;
  }

  private void drain() {
    List<Pending> batch;
    synchronized (lock) {
      batch = queue;
      queue = new ArrayList<>(batch.size());
      drainScheduled = false;
    }
    if (ended || batch.isEmpty()) {
      return;
    }
    var writes = new ArrayList<LogWrite>(batch.size());
    long bytes = 0;
    for (Pending pending : batch) {
      writes.add(pending.write);
      bytes += pending.bytes;
    }
    long began = clock.nanoTime();
    writingSince = began;
    if (!guarded("writing the log", () -> store.append(writes))) {
      return;
    }
    writingSince = Raft.DISK_ANSWERS;
    listener.synced(clock.nanoTime() - began, bytes, batch.size());
    queuedBytes.addAndGet(-bytes);
    reply(batch);
  }

  /** One task for each run of writes that answer to the same loop, not one for each write. */
  private static void reply(List<Pending> batch) {
    int from = 0;
    while (from < batch.size()) {
      EventLoop reply = batch.get(from).reply;
      int to = from + 1;
      while (to < batch.size() && batch.get(to).reply == reply) {
        to++;
      }
      List<Pending> run = batch.subList(from, to);
      reply.execute(() -> {
        for (Pending pending : run) {
          pending.durable.run();
        }
      });
      from = to;
    }
  }

  private boolean guarded(String what, Runnable work) {
    try {
      work.run();
      return true;
    } catch (RuntimeException e) {
      ended = true;
      failStop.broken(what, e);
      return false;
    }
  }
}
