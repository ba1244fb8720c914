package io.cairn.simulator.scenario;

import io.cairn.simulator.SimWorld;
import io.cairn.simulator.cluster.ClusterSettings;
import io.cairn.simulator.cluster.SimCluster;
import io.cairn.simulator.cluster.SimNode;
import io.cairn.simulator.disk.CrashLoss;
import io.cairn.simulator.disk.DiskSettings;
import io.cairn.simulator.net.LinkSettings;
import io.cairn.simulator.schedule.SimRandom;

/**
 * Three nodes, two data shards, four writers. The leader loses its power in the middle of it all, and with it whatever it had not
 * synced; a node is cut off, in both directions or in one; the leader comes back, the cut is healed. Then every acknowledged write is read
 * back, through every replica.
 */
public final class LeaderLoss {
  private static final long MILLI = 1_000_000L;
  private static final int WRITERS = 4;

  private final SimWorld world;
  private final SimRandom random;
  private final SimCluster cluster;

  private LeaderLoss(SimWorld world) {
    this.world = world;
    this.random = world.random("scenario");
    ClusterSettings settings = ClusterSettings.threeNodes().withSplitPoints("m").withNetLoops((int) random.between(1, 2))
        .withDisk(DiskSettings.NVME.withSync(random.between(50_000, 2_000_000), random.between(1_000, 1_000_000)));
    world.net().defaults(LinkSettings.LAN.withDelay(random.between(20_000, 500_000), random.between(1_000, 500_000)));
    this.cluster = new SimCluster(world, settings);
  }

  /**
   * Runs the whole story.
   *
   * @throws io.cairn.simulator.schedule.SimFailure with the seed, when something does not hold
   */
  public static Result run(long seed) {
    return run(new SimWorld(seed));
  }

  /** As {@link #run(long)}, in a world that its maker watches. */
  public static Result run(SimWorld world) {
    return new LeaderLoss(world).tell();
  }

  private Result tell() {
    cluster.start();
    cluster.awaitReady();
    Writers writers = new Writers(cluster, WRITERS);
    writers.start();
    runSome(100, 600);

    SimNode leader = cluster.awaitLeader(0);
    leader.crash(random.chance(0.5) ? CrashLoss.ALL : CrashLoss.DRAWN);
    runSome(0, 2_000);
    leader.start();
    runSome(0, 1_000);

    SimNode cutOff = cluster.nodes().get((int) random.nextLong(cluster.nodes().size()));
    if (random.chance(0.3)) {
      cluster.muteTowardsPeers(cutOff);
    } else {
      cluster.isolate(cutOff);
    }
    runSome(200, 4_000);
    cluster.heal();
    runSome(0, 1_000);

    writers.stop();
    cluster.awaitReady();
    writers.readEverythingBack();
    return writers.result();
  }

  private void runSome(long fromMillis, long toMillis) {
    world.runFor(random.between(fromMillis, toMillis) * MILLI);
  }
}
