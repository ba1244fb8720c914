package io.cairn.server.leaders;

import io.cairn.platform.Clock;
import io.cairn.platform.EventLoop;
import io.cairn.server.config.RaftConfig;
import io.cairn.server.metrics.NodeMeters;
import io.cairn.server.replica.Replica;
import io.cairn.server.replica.Replicas;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/** The timers of this room: who should lead is looked at twice a second, this machine itself at every half heartbeat. */
public final class LeaderWatch {
  private static final long PLACE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final Clock clock;
  private final EventLoop watch;
  private final List<EventLoop> loops;
  private final Replicas replicas;
  private final LeaderPlacement placement;
  private final NodeHealth health;
  private final long lookNanos;
  private long dueAt;
  private volatile boolean closed;

  /**
   * @param watch does nothing else: it is late only when the process is
   * @param loops those that replicas belong to
   * @param tells see {@link NodeHealth}
   */
  public LeaderWatch(Clock clock, EventLoop watch, List<EventLoop> loops, Replicas replicas, RaftConfig raft, NodeMeters meters,
      Handovers handovers, LongConsumer tells) {
    this.clock = clock;
    this.watch = watch;
    this.loops = loops;
    this.replicas = replicas;
    this.placement = new LeaderPlacement(raft.leaders(), replicas);
    this.health = new NodeHealth(raft.electionTimeoutNanos(), meters, handovers, tells);
    this.lookNanos = Math.max(TimeUnit.MILLISECONDS.toNanos(5), raft.heartbeatNanos() / 2);
  }

  public void start() {
    watch.execute(() -> {
      dueAt = clock.nanoTime() + lookNanos;
      watch.schedule(lookNanos, this::look);
    });
    for (EventLoop loop : loops) {
      loop.schedule(PLACE_NANOS, () -> place(loop));
    }
  }

  /** The log was written to; from its loop. */
  public void synced(long nanos) {
    health.synced(clock.nanoTime(), nanos);
  }

  /** Another node says what strain it is under, in milliseconds. From any loop. */
  public void told(String node, long strainMillis) {
    health.told(node, clock.nanoTime(), strainMillis);
  }

  private void look() {
    if (closed) {
      return;
    }
    long now = clock.nanoTime();
    health.paused(now, now - dueAt);
    health.look(now);
    dueAt = now + lookNanos;
    watch.schedule(lookNanos, this::look);
  }

  private void place(EventLoop loop) {
    if (closed) {
      return;
    }
    long now = clock.nanoTime();
    for (Replica replica : replicas.all()) {
      if (replica.loop() == loop && !replica.closed()) {
        placement.look(replica, now);
      }
    }
    loop.schedule(PLACE_NANOS, () -> place(loop));
  }

  public void close() {
    closed = true;
  }
}
