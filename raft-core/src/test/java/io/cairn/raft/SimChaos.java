package io.cairn.raft;

import static io.cairn.raft.SimOptions.MS;

import io.cairn.raft.membership.MemberChange;
import io.cairn.raft.membership.Membership;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** What is done to a cluster while it runs: load, faults, and operators who change its members and move its leader. */
final class SimChaos {
  /** Several election timeouts. */
  private static final long LULL = 400 * MS;

  private final SimCluster cluster;
  private final SimOptions options;
  private final SimRandom random;
  private final SimTimeline timeline;
  /** Nobody writes before this time. */
  private long quietUntil;
  private long proposals;
  private long reads;

  SimChaos(SimCluster cluster) {
    this.cluster = cluster;
    this.options = cluster.options();
    this.random = cluster.random();
    this.timeline = cluster.timeline();
  }

  void begin() {
    every(2 * MS, true, this::load);
    every(options.everyCompaction(), true, this::compact);
    every(options.everyCrash(), false, this::crash);
    every(options.everyCut(), false, this::cut);
    every(options.everyPause(), false, this::pause);
    every(options.everyStall(), false, this::stall);
    every(options.everyChange(), true, this::changeMembers);
    every(options.everyTransfer(), false, this::transfer);
    every(options.everyEclipse(), false, this::eclipse);
  }

  /** Again and again at random; faults only until the cluster is healed. */
  private void every(long mean, boolean afterHealing, Runnable action) {
    if (mean > 0) {
      timeline.after(random.exponential(mean), () -> {
        if (afterHealing || !cluster.isHealed()) {
          action.run();
          every(mean, afterHealing, action);
        }
      });
    }
  }

  private SimReplica any() {
    return cluster.replicas().get(random.below(cluster.replicas().size()));
  }

  private SimReplica leader() {
    SimReplica found = null;
    for (SimReplica replica : cluster.replicas()) {
      if (replica.isRunning() && replica.raft().isLeader() && (found == null || replica.raft().term() > found.raft().term())) {
        found = replica;
      }
    }
    return found;
  }

  private void load() {
    // A shard falls silent only where nobody writes for a while; then someone does, or asks for its leader.
    if (options.quiesces() && timeline.now() / (60 * MS) % 2 == 1) {
      if (random.chance(0.02) && any() instanceof SimReplica one && one.isRunning()) {
        one.wake();
      }
      return;
    }
    boolean lull = options.lulls() && timeline.now() / LULL % 2 == 1 || timeline.now() < quietUntil;
    for (SimReplica replica : cluster.replicas()) {
      // An old leader that does not know it yet is written to like the one that is.
      if (!lull && replica.isRunning() && replica.raft().isLeader() && random.chance(0.8)) {
        byte[] payload = new byte[8 + random.below(100)];
        ByteBuffer.wrap(payload).putLong(++proposals);
        replica.propose(payload);
      }
    }
    if (random.chance(0.3)) {
      SimReplica reader = any();
      if (reader.isRunning()) {
        reader.read(++reads);
      }
    }
  }

  private void compact() {
    SimReplica replica = any();
    if (replica.isUp()) {
      replica.flushAndCut(random.below(20));
    }
  }

  private void crash() {
    SimReplica replica = any();
    if (replica.isUp()) {
      replica.crash();
      cluster.tally().crashes++;
      damage(replica);
      // Supervisors are quick: within the lease that stands on what the replica has said, too.
      timeline.after(random.exponential(random.chance(0.3) ? 5 * MS : 100 * MS), () -> restart(replica));
    }
  }

  private void restart(SimReplica replica) {
    if (!replica.isUp() && !replica.gone) {
      replica.start();
    }
  }

  private void pause() {
    any().pause(random.exponential(150 * MS));
    cluster.tally().pauses++;
  }

  private void stall() {
    any().stall(random.exponential(100 * MS));
    cluster.tally().stalls++;
  }

  /** One direction, both, or everything around one replica; healed after a while. */
  private void cut() {
    SimReplica one = any();
    SimReplica other = any();
    if (one == other) {
      return;
    }
    boolean bothWays = random.chance(0.5);
    boolean isolated = random.chance(0.3);
    cluster.tally().cuts++;
    cluster.tally().oneWayCuts += bothWays || isolated ? 0 : 1;
    List<SimReplica> others = isolated ? List.copyOf(cluster.replicas()) : List.of(other);
    for (SimReplica far : others) {
      cluster.cut(one, far, 1);
      if (bothWays) {
        cluster.cut(far, one, 1);
      }
    }
    if (one.isRunning()) {
      one.connectionLost(other.id());
    }
    timeline.after(random.exponential(250 * MS), () -> {
      if (!cluster.isHealed()) {
        for (SimReplica far : others) {
          cluster.cut(one, far, -1);
          if (bothWays) {
            cluster.cut(far, one, -1);
          }
        }
      }
    });
  }

  /**
   * One follower hears nothing of its leader and will soon campaign. Just then the leader loses the others as well, whose last answers give
   * it a lease, and these restart: what they have promised must outlive that (tikv 15035). Nobody writes meanwhile, so that all logs are as good.
   */
  private void eclipse() {
    SimReplica leader = leader();
    SimReplica candidate = any();
    if (leader == null || candidate == leader || !candidate.isRunning() || timeline.now() < quietUntil) {
      return;
    }
    quietUntil = timeline.now() + LULL;
    cluster.tally().eclipses++;
    long settled = 20 * MS;
    long timeout = options.settings().electionTimeoutNanos();
    long lost = settled + timeout + (long) (random.fraction() * timeout);
    timeline.after(settled, () -> darken(leader, List.of(candidate)));
    timeline.after(lost, () -> {
      List<SimReplica> others = new ArrayList<>(cluster.replicas());
      others.removeAll(List.of(leader, candidate));
      darken(leader, others);
      for (SimReplica voter : others) {
        if (voter.isUp() && !cluster.isHealed()) {
          voter.crash();
          cluster.tally().crashes++;
          timeline.after(random.exponential(MS), () -> restart(voter));
        }
      }
    });
  }

  private void darken(SimReplica one, List<SimReplica> others) {
    if (cluster.isHealed()) {
      return;
    }
    others.forEach(other -> cutBoth(one, other, 1));
    timeline.after(4 * options.settings().electionTimeoutNanos(), () -> {
      if (!cluster.isHealed()) {
        others.forEach(other -> cutBoth(one, other, -1));
      }
    });
  }

  private void cutBoth(SimReplica one, SimReplica other, int by) {
    cluster.cut(one, other, by);
    cluster.cut(other, one, by);
  }

  // ---- operators

  /** Some join as learners, some learners get a vote, some voters lose it, some leave; or several of that at once. */
  private void changeMembers() {
    SimReplica leader = leader();
    if (leader != null && !cluster.isHealed()) {
      leader.changeMembers(wish(leader.raft().log().members().current()));
    }
    for (SimReplica replica : cluster.replicas()) {
      if (replica.isUp() && replica.raft().isRemoved()) {
        replica.crash();
        replica.gone = true;
      }
    }
  }

  private List<MemberChange> wish(Membership now) {
    if (random.chance(0.4)) {
      SimReplica joining = cluster.newReplica();
      if (joining != null) {
        joining.start();
        return List.of(new MemberChange.AddLearner(joining.id()));
      }
    }
    var changes = new ArrayList<MemberChange>();
    List<ReplicaId> voters = List.copyOf(now.voters());
    List<ReplicaId> learners = List.copyOf(now.learners());
    if (!learners.isEmpty() && random.chance(0.7)) {
      changes.add(new MemberChange.Promote(learners.get(random.below(learners.size()))));
    }
    // Of fewer than three voters none may lose anything; and one alone sends nothing to anyone.
    if (voters.size() > (options.damages() > 0 ? 3 : 2) && random.chance(0.5)) {
      ReplicaId one = voters.get(random.below(voters.size()));
      changes.add(random.chance(0.6) ? new MemberChange.Remove(one) : new MemberChange.Demote(one));
    }
    return changes;
  }

  private void transfer() {
    SimReplica target = any();
    for (SimReplica replica : cluster.replicas()) {
      if (replica.isRunning() && replica.raft().isLeader()) {
        replica.handOver(target.id());
      }
    }
  }

  private void damage(SimReplica replica) {
    int suspects = 0;
    for (SimReplica other : cluster.replicas()) {
      suspects += other.isSuspect() && !other.gone ? 1 : 0;
    }
    int minority = (options.replicas() - 1) / 2;
    int most = options.everyChange() > 0 ? Math.min(1, minority) : minority;
    if (suspects < most && random.chance(options.damages())) {
      replica.damage(1 + random.below(5));
    }
  }
}
