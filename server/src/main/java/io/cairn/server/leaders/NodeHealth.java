package io.cairn.server.leaders;

import io.cairn.server.metrics.NodeMeters;
import io.cairn.server.replica.HandoverReason;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this node measures of its own machine: how long its process stands still (a long collection, a stopped or starved process), and
 * how long its disk keeps writes of the log waiting. A disk that does not answer at all is Raft's own matter ({@link
 * io.cairn.raft.Raft#diskStalledSince}); here it is about what comes again and again and each time ends before an election is lost:
 * a leader on such a machine is of no use, and gives its leadership away.
 *
 * <p>Of the last ten seconds, pauses may make up two election timeouts and slow writes of the log four, each counted from half a timeout
 * on: where a machine has less processor than its processes want, each of them stands still for a fifth of a second now and then, the
 * other nodes' too, and handing over helps nobody. Then everything is handed over, and for {@link #RESERVE_NANOS} others campaign
 * first. Not more often than once a minute: where all machines are slow, leadership must not wander for ever.
 */
final class NodeHealth {
  private static final Logger log = LoggerFactory.getLogger(NodeHealth.class);
  static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);
  static final long RESERVE_NANOS = TimeUnit.SECONDS.toNanos(10);
  static final long HANDOVER_EVERY_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final long electionTimeoutNanos;
  private final NodeMeters meters;
  private final Handovers handovers;
  private final Window pauses = new Window();
  private final Window slowSyncs = new Window();
  private long reservedUntil = Long.MIN_VALUE;
  private long nextHandover = Long.MIN_VALUE;

  NodeHealth(long electionTimeoutNanos, NodeMeters meters, Handovers handovers) {
    this.electionTimeoutNanos = electionTimeoutNanos;
    this.meters = meters;
    this.handovers = handovers;
  }

  /** Times above a floor, summed over the last while. */
  private static final class Window {
    private record Spell(long at, long nanos) {}

    private final ArrayDeque<Spell> spells = new ArrayDeque<>();
    private long sum;

    void add(long at, long nanos) {
      spells.add(new Spell(at, nanos));
      sum += nanos;
    }

    long sum(long now) {
      while (!spells.isEmpty() && now - spells.getFirst().at > WINDOW_NANOS) {
        sum -= spells.removeFirst().nanos;
      }
      return sum;
    }

    void clear() {
      spells.clear();
      sum = 0;
    }
  }

  /** The log took so long to be written. From the log's loop. */
  synchronized void synced(long now, long nanos) {
    if (nanos >= electionTimeoutNanos / 2) {
      slowSyncs.add(now, nanos);
    }
  }

  /** The process has stood still for so long before {@code now}; less than a fifth of an election timeout is no news. */
  synchronized void paused(long now, long nanos) {
    if (nanos < electionTimeoutNanos / 5) {
      return;
    }
    meters.pause(nanos);
    log.warn("the process stood still; millis={}", nanos / 1_000_000);
    if (nanos >= electionTimeoutNanos / 2) {
      pauses.add(now, nanos);
    }
  }

  /** Draws the consequences; returns whether everything was handed over. */
  synchronized boolean look(long now) {
    if (reservedUntil != Long.MIN_VALUE && now >= reservedUntil) {
      reservedUntil = Long.MIN_VALUE;
      handovers.rankAll(0);
    }
    boolean paused = pauses.sum(now) >= 2 * electionTimeoutNanos;
    boolean slow = slowSyncs.sum(now) >= 4 * electionTimeoutNanos;
    if ((paused || slow) && now >= nextHandover) {
      log.warn("hands its leaderships over: this machine is too slow for a leader; paused-millis={} slow-log-millis={} seconds=10",
          pauses.sum(now) / 1_000_000, slowSyncs.sum(now) / 1_000_000);
      nextHandover = now + HANDOVER_EVERY_NANOS;
      reservedUntil = now + RESERVE_NANOS;
      pauses.clear();
      slowSyncs.clear();
      handovers.rankAll(1);
      handovers.handOverAll(paused ? HandoverReason.PAUSE : HandoverReason.DISK);
      return true;
    }
    return false;
  }
}
