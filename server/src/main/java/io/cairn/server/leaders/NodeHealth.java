package io.cairn.server.leaders;

import io.cairn.server.metrics.NodeMeters;
import io.cairn.server.replica.HandoverReason;
import java.util.ArrayDeque;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this node measures of its own machine: how long its process stands still (a long collection, a stopped or starved process), and
 * how long its disk keeps writes of the log waiting. A disk that does not answer at all is Raft's own matter ({@link
 * io.cairn.raft.Raft#diskStalledSince}); here it is about what comes again and again and each time ends before an election is lost:
 * a leader on such a machine is of no use, and gives its leadership away.
 *
 * <p>The <em>strain</em> of the last ten seconds is twice what pauses make up and once what slow writes of the log do, each counted from
 * half an election timeout on: where a machine has less processor than its processes want, each of them stands still for a fifth of a
 * second now and then. Under the strain of four election timeouts everything is handed over, and for {@link #RESERVE_NANOS} others
 * campaign first. But only to a node under less than half of that strain, of which every node tells every other: what all suffer
 * together is no reason, and leadership would wander. Heard counts what is said half an election timeout or more after this node last
 * suffered anything: others that suffered at the same moment have told of it by then. Who suffers {@link #SPELLS_WITHOUT_QUIET_MAX} times
 * without such a quiet takes what it has heard since the last time. Not more often than once a minute.
 */
final class NodeHealth {
  private static final Logger log = LoggerFactory.getLogger(NodeHealth.class);
  static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);
  static final long RESERVE_NANOS = TimeUnit.SECONDS.toNanos(10);
  static final long HANDOVER_EVERY_NANOS = TimeUnit.MINUTES.toNanos(1);
  static final int SPELLS_WITHOUT_QUIET_MAX = 6;

  /** What may follow from it, for all replicas of the node. From any thread. */
  interface Leaderships {
    /** See {@link io.cairn.raft.Raft#rank}. */
    void rankAll(int rank);

    /**
     * Begins to hand over everything that is led here, each shard to whoever is nearest to taking it over on those nodes; how that ends
     * is heard by those who watch replicas.
     *
     * @param begun runs for each shard that is on its way, on any loop
     */
    void handOverAmong(Set<String> nodes, HandoverReason reason, Runnable begun);
  }

  private final long electionTimeoutNanos;
  private final NodeMeters meters;
  private final Leaderships leaderships;
  private final LongConsumer tells;
  private final OthersStrain others = new OthersStrain();
  private final Window pauses = new Window();
  private final Window slowSyncs = new Window();
  private long reservedUntil = Long.MIN_VALUE;
  private long nextHandover = Long.MIN_VALUE;
  /** Whether a pause or a slow write has ended since the last look, and when it was seen at a look. */
  private boolean suffered;
  private long lastSpell;
  private int spellsWithoutQuiet;
  private boolean said;

  /** @param tells hears this node's strain in milliseconds, again and again: the other nodes are to know it */
  NodeHealth(long electionTimeoutNanos, NodeMeters meters, Leaderships leaderships, LongConsumer tells) {
    this.electionTimeoutNanos = electionTimeoutNanos;
    this.meters = meters;
    this.leaderships = leaderships;
    this.tells = tells;
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
  }

  /** The log took so long to be written. From the log's loop. */
  synchronized void synced(long now, long nanos) {
    if (nanos >= electionTimeoutNanos / 2) {
      slowSyncs.add(now, nanos);
      spell();
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
      spell();
    }
  }

  private void spell() {
    suffered = true;
    spellsWithoutQuiet++;
  }

  /** Another node says what strain it is under. From any loop. */
  void told(String node, long now, long strainMillis) {
    others.told(node, now, strainMillis);
  }

  /** Draws the consequences; returns whether it was tried to hand everything over. */
  synchronized boolean look(long now) {
    if (reservedUntil != Long.MIN_VALUE && now >= reservedUntil) {
      reservedUntil = Long.MIN_VALUE;
      leaderships.rankAll(0);
    }
    if (suffered) {
      suffered = false;
      lastSpell = now;
    }
    if (now - lastSpell >= electionTimeoutNanos / 2) {
      spellsWithoutQuiet = 0;
    }
    long strain = 2 * pauses.sum(now) + slowSyncs.sum(now);
    tells.accept(strain / 1_000_000);
    if (strain < 4 * electionTimeoutNanos) {
      said = false;
      return false;
    }
    long since = spellsWithoutQuiet < SPELLS_WITHOUT_QUIET_MAX ? lastSpell + electionTimeoutNanos / 2 : lastSpell;
    return now >= since && now >= nextHandover && handOver(now, strain, since);
  }

  private boolean handOver(long now, long strain, long since) {
    Set<String> fitter = others.below(strain / 2 / 1_000_000, since);
    if (!said) {
      said = true;
      log.warn("this machine is too slow for a leader; paused-millis={} slow-log-millis={} seconds=10 fitter={}",
          pauses.sum(now) / 1_000_000, slowSyncs.sum(now) / 1_000_000, fitter);
    }
    if (fitter.isEmpty()) {
      return false;
    }
    nextHandover = now + electionTimeoutNanos; // Where nobody can take over yet, it is tried again.
    reservedUntil = now + RESERVE_NANOS;
    leaderships.rankAll(1);
    leaderships.handOverAmong(fitter, 2 * pauses.sum(now) >= slowSyncs.sum(now) ? HandoverReason.PAUSE : HandoverReason.DISK,
        () -> begun(now));
    return true;
  }

  private synchronized void begun(long at) {
    nextHandover = at + HANDOVER_EVERY_NANOS;
  }
}
