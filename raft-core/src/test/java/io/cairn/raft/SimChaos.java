package io.cairn.raft;

import static io.cairn.raft.SimOptions.MS;

import io.cairn.raft.log.EntryKind;
import io.cairn.raft.membership.Membership;
import io.cairn.raft.membership.MembershipCodec;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.TreeSet;

/** What is done to a cluster while it runs: load, faults, and operators who change its members and move its leader. */
final class SimChaos {

  private final SimCluster cluster;
  private final SimOptions options;
  private final SimRandom random;
  private final SimTimeline timeline;
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
    for (SimReplica replica : cluster.replicas()) {
      // An old leader that does not know it yet is written to like the one that is.
      if (replica.isRunning() && replica.raft().isLeader() && random.chance(0.8)) {
        byte[] payload = new byte[8 + random.below(100)];
        ByteBuffer.wrap(payload).putLong(++proposals);
        replica.propose(EntryKind.COMMAND, payload);
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
      timeline.after(random.exponential(100 * MS), () -> restart(replica));
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

  // ---- operators

  /** A joint change is left, or else another one begun: some join, some learn, some leave. */
  private void changeMembers() {
    SimReplica leader = leader();
    if (leader == null) {
      return;
    }
    Membership now = leader.raft().log().members().current();
    if (now.isJoint()) {
      propose(leader, Membership.of(now.voters()));
    } else if (!cluster.isHealed()) {
      propose(leader, next(now, leader.id()));
    }
    shutDownWhoLeft();
  }

  private void propose(SimReplica leader, Membership membership) {
    if (leader.propose(EntryKind.MEMBERSHIP, MembershipCodec.encode(membership)) >= 0) {
      cluster.tally().membershipChanges++;
    }
  }

  private Membership next(Membership now, ReplicaId leader) {
    var voters = new TreeSet<>(now.voters());
    var learners = new TreeSet<>(now.learners());
    if (random.chance(0.6)) {
      SimReplica joining = cluster.newReplica();
      if (joining != null) {
        joining.start();
        learners.add(joining.id());
        return new Membership(voters, new TreeSet<>(), learners);
      }
    }
    if (voters.size() > 2 && random.chance(0.6)) {
      ReplicaId leaving = List.copyOf(voters).get(random.below(voters.size()));
      if (!leaving.equals(leader)) {
        voters.remove(leaving);
      }
    }
    if (!learners.isEmpty()) {
      voters.add(learners.removeFirst());
    }
    return new Membership(voters, now.voters(), learners);
  }

  /** A replica that a committed membership no longer names goes for good, now or later: until then it is a nuisance. */
  private void shutDownWhoLeft() {
    Membership committed = cluster.oracle().committedMembership();
    for (SimReplica replica : cluster.replicas()) {
      boolean named = committed.all().contains(replica.id()) || isNamedByALeader(replica.id());
      if (!named && !replica.gone && random.chance(0.3)) {
        replica.gone = true;
        if (replica.isUp()) {
          replica.crash();
        }
      }
    }
  }

  private boolean isNamedByALeader(ReplicaId id) {
    for (SimReplica replica : cluster.replicas()) {
      if (replica.isUp() && replica.raft().isLeader() && replica.raft().log().members().current().all().contains(id)) {
        return true;
      }
    }
    return false;
  }

  private void transfer() {
    // Filled in with leadership transfer.
  }
}
