package io.cairn.raft;

import static io.cairn.raft.SimOptions.MS;

import io.cairn.raft.membership.Membership;
import io.cairn.raft.message.RaftMessage;
import io.cairn.raft.message.RaftMessage.AppendEntries;
import io.cairn.raft.message.RaftMessage.AppendEntriesResponse;
import io.cairn.raft.message.RaftMessage.Heartbeat;
import io.cairn.raft.message.RaftMessage.HeartbeatResponse;
import io.cairn.raft.message.RaftMessage.LogShown;
import io.cairn.raft.message.RaftMessage.PreVoteResponse;
import io.cairn.raft.message.RaftMessage.Quiesce;
import io.cairn.raft.message.RaftMessage.ReadIndexRequest;
import io.cairn.raft.message.RaftMessage.ReadIndexResponse;
import io.cairn.raft.message.RaftMessage.ReplicaRemoved;
import io.cairn.raft.message.RaftMessage.RequestPreVote;
import io.cairn.raft.message.RaftMessage.RequestVote;
import io.cairn.raft.message.RaftMessage.ShowLog;
import io.cairn.raft.message.RaftMessage.TimeoutNow;
import io.cairn.raft.message.RaftMessage.VoteResponse;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A cluster in one thread in virtual time: everything that happens follows from the seed. First whatever {@link SimChaos} does to
 * it, when nothing wrong may happen; then nothing more fails, and it must agree and go on.
 */
final class SimCluster {

  /** Those of the beginning and those that join; an id is never used twice. */
  static final int MOST_REPLICAS = 9;
  /** Nothing takes so long in true time that a run should not have ended. */
  private static final long PATIENCE = 300_000 * MS;

  private final SimOptions options;
  private final SimRandom random;
  private final SimTimeline timeline = new SimTimeline();
  private final List<SimReplica> replicas = new ArrayList<>();
  private final Membership first;
  private final SimOracle oracle;
  private final SimChaos chaos;
  private final SimTally tally = new SimTally();
  private final int[][] cuts = new int[MOST_REPLICAS + 1][MOST_REPLICAS + 1];
  private boolean healed;
  private long digest;
  private PrintStream trace;

  SimCluster(long seed) {
    this(seed, SimOptions.of(seed));
  }

  SimCluster(long seed, SimOptions options) {
    this.options = options;
    this.random = new SimRandom(seed);
    var ids = new TreeSet<ReplicaId>();
    for (int i = 1; i <= options.replicas(); i++) {
      ids.add(new ReplicaId(i));
    }
    this.first = Membership.of(ids);
    this.oracle = new SimOracle(this, first);
    this.chaos = new SimChaos(this);
    ids.forEach(_ -> newReplica());
  }

  /** A process on a machine of its own, not started yet; null when there have been too many. */
  SimReplica newReplica() {
    if (replicas.size() == MOST_REPLICAS) {
      return null;
    }
    double rate = 1 + (random.fraction() - 0.5) * options.clockSpread();
    boolean slow = options.slowDisk() && replicas.size() == 1;
    var replica = new SimReplica(new ReplicaId(replicas.size() + 1), this, first, rate, slow ? 20 * options.disk() : options.disk());
    replicas.add(replica);
    return replica;
  }

  SimOptions options() {
    return options;
  }

  SimRandom random() {
    return random;
  }

  SimTimeline timeline() {
    return timeline;
  }

  List<SimReplica> replicas() {
    return replicas;
  }

  SimOracle oracle() {
    return oracle;
  }

  SimTally tally() {
    return tally;
  }

  long now() {
    return timeline.now();
  }

  /** Equal runs have equal digests, in any JVM: it is made of numbers, in the order in which messages came. */
  long digest() {
    return digest;
  }

  boolean isHealed() {
    return healed;
  }

  /** Says what comes and what changes, for whoever replays a seed. */
  void traceTo(PrintStream out) {
    trace = out;
  }

  void trace(SimReplica replica, Object what) {
    if (trace != null) {
      trace.println(now() / 1000 + " us " + replica.describe() + "  " + what);
    }
  }

  boolean isTraced() {
    return trace != null;
  }

  // ---- the network

  void send(RaftMessage message) {
    int copies = 1;
    if (!healed) {
      if (random.chance(options.loss())) {
        tally.lost++;
        return;
      }
      if (random.chance(options.doubled())) {
        tally.doubled++;
        copies = 2;
      }
    }
    for (int i = 0; i < copies; i++) {
      double mean = options.delay();
      if (!healed && random.chance(options.stray())) {
        tally.strays++;
        mean *= 20;
      }
      timeline.after(random.exponential(mean), () -> arrive(message));
    }
  }

  private void arrive(RaftMessage message) {
    if (isOpen(message.from(), message.to())) {
      replica(message.to()).receive(message);
    }
  }

  private SimReplica replica(ReplicaId id) {
    return replicas.get((int) id.value() - 1);
  }

  private boolean isOpen(ReplicaId from, ReplicaId to) {
    return cuts[(int) from.value()][(int) to.value()] == 0 && replica(to).isUp();
  }

  void cut(SimReplica from, SimReplica to, int by) {
    cuts[(int) from.id().value()][(int) to.id().value()] += by;
  }

  /** A snapshot comes late, comes twice, or not at all; meanwhile others are sent. */
  void sendSnapshot(ReplicaId from, SimReplica.State state, long term, ReplicaId to) {
    int copies = healed ? 1 : random.below(3);
    for (int i = 0; i < copies; i++) {
      timeline.after(random.exponential(random.chance(0.2) ? 400 * MS : 30 * MS), () -> {
        if (isOpen(from, to)) {
          replica(to).receiveSnapshot(state, from, term);
        }
      });
    }
  }

  void delivered(RaftMessage message) {
    tally.delivered++;
    long what = switch (message) {
      case RequestPreVote m -> m.last().index() * 16;
      case PreVoteResponse m -> m.granted() ? 17 : 1;
      case RequestVote m -> m.last().index() * 16 + 2;
      case VoteResponse m -> m.granted() ? 19 : 3;
      case AppendEntries m -> (m.previous().index() * 64 + m.entries().size()) * 16 + 4;
      case AppendEntriesResponse m -> (m.match() + m.refused() * 3) * 16 + 5;
      case Heartbeat m -> (m.round() * 64 + m.commit()) * 16 + 6;
      case HeartbeatResponse m -> (m.round() * 64 + m.last()) * 16 + 7;
      case ReadIndexRequest m -> m.read() * 16 + 8;
      case ReadIndexResponse m -> (m.read() * 64 + m.index()) * 16 + 9;
      case TimeoutNow m -> m.round() * 16 + 10;
      case ReplicaRemoved _ -> 11;
      case ShowLog m -> m.last().index() * 16 + 12;
      case LogShown m -> m.last().index() * 16 + 13;
      case Quiesce m -> m.last().index() * 16 + 14;
    };
    long head = ((message.from().value() * 16 + message.to().value()) * 4096 + message.term()) ^ timeline.now() << 20;
    digest = Long.rotateLeft((digest ^ head) * 0x9E3779B97F4A7C15L + what, 29) * 0xBF58476D1CE4E5B9L;
  }

  // ---- a run

  /** Faults and load until so many messages were delivered, then a cluster that nothing disturbs, and which must agree. */
  void run(long deliveries) {
    replicas.forEach(SimReplica::start);
    chaos.begin();
    while (tally.delivered < deliveries && now() < PATIENCE && timeline.step(PATIENCE)) {
      // One event after the other.
    }
    heal();
    converge();
    finish();
    SimOracle.check(tally.delivered >= deliveries, "a run of %s events delivered %d messages and proves nothing", tally.events,
        tally.delivered);
  }

  private void heal() {
    healed = true;
    for (int[] row : cuts) {
      java.util.Arrays.fill(row, 0);
    }
    for (SimReplica replica : replicas) {
      replica.pause(0);
      replica.stall(0);
      if (!replica.isUp() && !replica.gone) {
        replica.start();
      }
    }
  }

  private void converge() {
    long mustCommit = oracle.committed();
    long end = now() + 60_000 * MS;
    for (String why = "it has just healed"; why != null; why = oracle.whyNotConverged(running(), mustCommit)) {
      if (now() >= end) {
        throw new AssertionError("a healed cluster does not converge: " + why);
      }
      long until = now() + 50 * MS;
      while (timeline.step(until)) {
        // One event after the other.
      }
    }
  }

  private void finish() {
    tally.events = timeline.happened();
    tally.virtualNanos = now();
    tally.elections = oracle.elections();
    tally.committed = oracle.committed();
  }

  List<SimReplica> running() {
    var running = new ArrayList<SimReplica>();
    for (SimReplica replica : replicas) {
      if (replica.isRunning()) {
        running.add(replica);
      }
    }
    return running;
  }

  /** Nothing fails but these links, for so long. Returns in how many terms somebody has led. */
  int electionsWithCutLinks(long nanos, int... pairs) {
    for (int i = 0; i < pairs.length; i += 2) {
      cut(replicas.get(pairs[i] - 1), replicas.get(pairs[i + 1] - 1), 1);
      cut(replicas.get(pairs[i + 1] - 1), replicas.get(pairs[i] - 1), 1);
    }
    if (now() == 0) {
      replicas.forEach(SimReplica::start);
      chaos.begin();
    }
    long end = now() + nanos;
    while (timeline.step(end)) {
      // One event after the other.
    }
    return oracle.elections();
  }

  SortedSet<ReplicaId> firstVoters() {
    return first.voters();
  }

  String describe() {
    var text = new StringBuilder();
    replicas.forEach(replica -> text.append("\n  ").append(replica.describe()));
    return text.toString();
  }
}
