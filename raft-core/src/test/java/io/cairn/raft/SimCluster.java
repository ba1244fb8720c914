package io.cairn.raft;

import io.cairn.raft.membership.Membership;
import io.cairn.raft.message.RaftMessage;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A cluster in one thread in virtual time: everything that happens follows from the seed. Messages are lost, doubled, delayed and
 * reordered; links are cut in one direction or both; replicas crash with what they had not synced, stand still, and have clocks of
 * different rates.
 */
final class SimCluster {

  private static final long MS = 1_000_000;

  private record Event(double at, long order, Runnable action) {}

  private final Random random;
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(java.util.Comparator.comparingDouble(Event::at).thenComparingLong(Event::order));
  private final Map<ReplicaId, SimReplica> replicas = new TreeMap<>();
  private final SimOracle oracle;
  private final TreeSet<String> cutLinks = new TreeSet<>();
  private final double loss;
  private final double doubled;
  private final double delayMeanMs;
  private final double diskMeanMs;
  private final double crashes;
  private final double cuts;
  private final double pauses;
  private final double handovers;
  private double now;
  private long order;
  private boolean healed;
  private long proposals;
  private long reads;
  private long digest;
  int readsAnswered;
  int snapshotsInstalled;
  int crashed;
  int handedOver;

  SimCluster(long seed, int size) {
    this(seed, size, true);
  }

  SimCluster(long seed, int size, boolean faulty) {
    random = new Random(seed);
    oracle = new SimOracle(size);
    healed = !faulty;
    // Each kind of fault is there in half of the runs, and each size is drawn anew: faults that are always on hide others.
    loss = chance(0.5) ? random.nextDouble() * 0.2 : 0;
    doubled = chance(0.5) ? random.nextDouble() * 0.2 : 0;
    delayMeanMs = chance(0.5) ? 0.3 : 5;
    diskMeanMs = chance(0.5) ? 0.2 : 10;
    crashes = chance(0.6) ? 0.004 : 0;
    cuts = chance(0.6) ? 0.01 : 0;
    pauses = chance(0.4) ? 0.003 : 0;
    handovers = chance(0.5) ? 0.03 : 0;
    var settings = new RaftSettings(100 * MS, 100 * MS, 10 * MS, pick(60, 1000), pick(60, 2000), 1 + random.nextInt(8),
        pick(100, 10_000), pick(60, 2000));
    var ids = new TreeSet<ReplicaId>();
    for (int i = 1; i <= size; i++) {
      ids.add(new ReplicaId(i));
    }
    for (ReplicaId id : ids) {
      // Rates differ by less than the factor of two that the lease allows for.
      double rate = 0.8 + random.nextDouble() * 0.45;
      replicas.put(id, new SimReplica(id, this, Membership.of(ids), settings, rate, random.nextInt(1_000_000)));
    }
  }

  private long pick(long small, long large) {
    return chance(0.5) ? small : large;
  }

  Collection<SimReplica> replicas() {
    return replicas.values();
  }

  SimOracle oracle() {
    return oracle;
  }

  double now() {
    return now;
  }

  long random(long bound) {
    return (long) (random.nextDouble() * bound);
  }

  boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  long digest() {
    return digest;
  }

  double diskDelay() {
    return exponential(diskMeanMs);
  }

  double applyDelay() {
    return exponential(0.5);
  }

  private double exponential(double meanMs) {
    return -Math.log(1 - random.nextDouble()) * meanMs * MS;
  }

  /** Runs at that replica later, unless it has crashed by then; while it stands still, everything waits. */
  void later(SimReplica replica, double delay, Runnable action) {
    int life = replica.life;
    schedule(delay, new Runnable() {
      @Override
      public void run() {
        if (replica.life != life || !replica.isUp()) {
          return;
        }
        if (now < replica.pausedUntil) {
          schedule(replica.pausedUntil - now, this);
          return;
        }
        action.run();
      }
    });
  }

  private void schedule(double delay, Runnable action) {
    events.add(new Event(now + delay, order++, action));
  }

  void deliver(RaftMessage message) {
    int copies = chance(healed ? 0 : loss) ? 0 : chance(healed ? 0 : doubled) ? 2 : 1;
    for (int i = 0; i < copies; i++) {
      double delay = exponential(chance(0.02) && !healed ? 20 * delayMeanMs : delayMeanMs);
      schedule(delay, () -> arrive(message, message.from(), message.to(), replica -> replica.receive(message)));
    }
  }

  private void arrive(Object what, ReplicaId from, ReplicaId to, java.util.function.Consumer<SimReplica> action) {
    SimReplica target = replicas.get(to);
    if (cutLinks.contains(from + ">" + to) || !target.isUp()) {
      return;
    }
    digest = digest * 31 + what.toString().hashCode();
    later(target, 0, () -> action.accept(target));
  }

  void sendSnapshot(SimReplica leader, ReplicaId follower) {
    SimReplica.State state = leader.state();
    long term = leader.raft().term();
    if (!chance(0.3) || healed) {
      schedule(exponential(30), () -> arrive(state, leader.id(), follower, target -> target.receiveSnapshot(state, leader.id(), term)));
    }
    later(leader, 60 * MS, () -> {
      leader.raft().snapshotSent(follower, state.at().index(), chance(0.7));
      leader.stepped();
    });
  }

  /** Faults and load for a while, then a healed cluster that must agree. */
  void run(double faultySeconds) {
    for (SimReplica replica : replicas.values()) {
      replica.start();
      tick(replica);
    }
    perturb();
    load();
    runUntil(faultySeconds * 1000 * MS);
    healed = true;
    cutLinks.clear();
    for (SimReplica replica : replicas.values()) {
      replica.pausedUntil = now;
      if (!replica.isUp()) {
        replica.start();
      }
    }
    long before = oracle.committed();
    // A window of one message with one entry on a slow disk needs its time for a long tail.
    for (int i = 0; i < 20 && (i == 0 || oracle.committed() <= before); i++) {
      runUntil(now + 2000 * MS);
    }
    SimOracle.check(oracle.committed() > before, "a healed cluster commits: %d", before);
    agree();
  }

  /** Nothing fails but these links, which are cut in both directions. Returns how many terms had a leader after so long. */
  int leadersWithCutLinks(double seconds, String... links) {
    for (String link : links) {
      String[] ends = link.split("-");
      cutLinks.add(ends[0] + ">" + ends[1]);
      cutLinks.add(ends[1] + ">" + ends[0]);
    }
    if (now == 0) {
      for (SimReplica replica : replicas.values()) {
        replica.start();
        tick(replica);
      }
      load();
    }
    runUntil(now + seconds * 1000 * MS);
    return oracle.leaders();
  }

  private void runUntil(double end) {
    while (!events.isEmpty() && events.peek().at <= end) {
      Event event = events.poll();
      now = event.at;
      event.action.run();
    }
    now = end;
  }

  private void tick(SimReplica replica) {
    schedule(5 * MS * (0.9 + 0.2 * random.nextDouble()), () -> tick(replica));
    if (replica.isUp() && now >= replica.pausedUntil) {
      replica.tick();
    }
  }

  private void load() {
    schedule(exponential(4), this::load);
    var up = new ArrayList<SimReplica>();
    for (SimReplica replica : replicas.values()) {
      if (replica.isUp() && now >= replica.pausedUntil) {
        up.add(replica);
      }
    }
    if (up.isEmpty()) {
      return;
    }
    for (SimReplica replica : up) {
      if (replica.raft().isLeader() && chance(0.7)) {
        byte[] payload = new byte[8 + random.nextInt(100)];
        ByteBuffer.wrap(payload).putLong(++proposals);
        replica.propose(payload);
      }
    }
    SimReplica any = up.get(random.nextInt(up.size()));
    if (!healed && chance(handovers)) {
      SimReplica to = any;
      up.forEach(replica -> replica.handOver(to.id()));
    }
    if (chance(0.4)) {
      any.read(++reads);
    }
    if (chance(0.03)) {
      any.flushAndCut(random.nextInt(20));
    }
  }

  private void perturb() {
    if (healed) {
      return;
    }
    schedule(MS, this::perturb);
    List<SimReplica> all = new ArrayList<>(replicas.values());
    SimReplica one = all.get(random.nextInt(all.size()));
    SimReplica other = all.get(random.nextInt(all.size()));
    if (chance(crashes) && one.isUp()) {
      one.crash();
      crashed++;
      schedule(exponential(100), () -> {
        if (!one.isUp()) {
          one.start();
        }
      });
    }
    if (chance(cuts) && one != other) {
      cut(one, other);
    }
    if (chance(pauses)) {
      one.pausedUntil = now + exponential(150);
    }
  }

  /** One direction, both, or everything around one replica; healed after a while. */
  private void cut(SimReplica one, SimReplica other) {
    var links = new TreeSet<String>();
    links.add(one.id() + ">" + other.id());
    if (chance(0.5)) {
      links.add(other.id() + ">" + one.id());
    }
    if (chance(0.3)) {
      for (SimReplica replica : replicas.values()) {
        links.add(one.id() + ">" + replica.id());
        links.add(replica.id() + ">" + one.id());
      }
    }
    cutLinks.addAll(links);
    if (one.isUp() && now >= one.pausedUntil) {
      one.connectionLost(other.id());
    }
    schedule(exponential(300), () -> cutLinks.removeAll(links));
  }

  private void agree() {
    long leaders = replicas.values().stream().filter(replica -> replica.raft().isLeader()).count();
    SimOracle.check(leaders == 1, "a healed cluster has one leader, not %d", leaders);
    long slowest = Long.MAX_VALUE;
    for (SimReplica replica : replicas.values()) {
      slowest = Math.min(slowest, replica.state().at().index());
    }
    SimOracle.check(slowest > oracle.committed() - 200, "every replica of a healed cluster follows: %d of %d", slowest, oracle.committed());
  }
}
