package io.cairn.simulator.scenario;

import io.cairn.simulator.SimWorld;
import io.cairn.simulator.cluster.ClusterSettings;
import io.cairn.simulator.cluster.SimCluster;
import io.cairn.simulator.cluster.SimNode;
import io.cairn.simulator.disk.CrashLoss;
import io.cairn.simulator.disk.DiskSettings;
import io.cairn.simulator.engine.SimEngineSettings;
import io.cairn.simulator.net.LinkSettings;
import io.cairn.simulator.schedule.SimRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A cluster of any size under any mixture of faults. Each seed draws which kinds of fault there are at all, how large things are, and
 * then rounds of faults, several at a time, of all nodes if it comes to that. At the end everything is mended, the cluster must be
 * ready again, and every acknowledged write there.
 */
public final class Turmoil {
  private static final long MILLI = 1_000_000L;
  /** Within what the product promises: monotonic clocks that differ by at most 1 %. */
  private static final long RATE_PPM_MAX = 5_000;

  private enum Fault {
    POWER_LOSS,
    POWER_LOSS_OF_ALL,
    KILL,
    PAUSE,
    ISOLATE,
    MUTE,
    CUT_ONE_LINK,
    RESETS,
    SLOW_LINKS,
    DISK_STALL,
    CLOCK_RATE,
    WALL_CLOCK_STEP
  }

  private final SimWorld world;
  private final SimRandom random;
  private final SimCluster cluster;
  private final List<Fault> faults = new ArrayList<>();
  private final LinkSettings links;

  private Turmoil(SimWorld world) {
    this.world = world;
    this.random = world.random("turmoil");
    for (Fault fault : Fault.values()) {
      if (random.chance(0.5)) {
        faults.add(fault);
      }
    }
    int nodes = random.chance(0.7) ? 3 : random.chance(0.7) ? 5 : 1;
    ClusterSettings settings = ClusterSettings.threeNodes().withNodes(nodes).withNetLoops((int) random.between(1, 3))
        .withDisk(DiskSettings.NVME.withSync(random.between(20_000, 5_000_000), random.between(1_000, 5_000_000)))
        .with("log.keep", "2MiB").with("engine.write-buffers", "4MiB")
        .withEngines(SimEngineSettings.ROCKSDB.withBytesFactor(1L << random.nextLong(8)).withSpontaneousFlush(random.nextDouble() * 0.1))
        .with("retries.clients", Long.toString(random.between(4, 200)));
    this.links = LinkSettings.LAN.withDelay(random.between(10_000, 2_000_000), random.between(1_000, 2_000_000));
    world.net().defaults(links);
    this.cluster = new SimCluster(world, random.chance(0.5) ? settings.withSplitPoints("m") : settings);
  }

  /**
   * Runs the whole story.
   *
   * @throws io.cairn.simulator.schedule.SimFailure with the seed, when something does not hold
   */
  public static Result run(long seed) {
    return new Turmoil(new SimWorld(seed)).tell();
  }

  /** As {@link #run(long)}, in a world that its maker watches, with a cluster that it may spoil before it starts. */
  public static Result run(SimWorld world, Consumer<SimCluster> prepare) {
    Turmoil turmoil = new Turmoil(world);
    prepare.accept(turmoil.cluster);
    return turmoil.tell();
  }

  private Result tell() {
    cluster.start();
    cluster.awaitReady();
    Writers writers = new Writers(cluster, (int) random.between(1, 6));
    writers.start();
    runSome(0, 500);
    long rounds = random.between(1, 6);
    for (long round = 0; round < rounds; round++) {
      for (Fault fault : faults) {
        if (random.chance(0.5)) {
          strike(fault);
          runSome(0, 300);
        }
      }
      runSome(0, 2_000);
      if (random.chance(0.7)) {
        mend();
        runSome(0, 1_500);
      }
    }
    mend();
    writers.stop();
    cluster.awaitReady();
    writers.readEverythingBack();
    return writers.result();
  }

  private void strike(Fault fault) {
    SimNode node = anyNode();
    switch (fault) {
      case POWER_LOSS -> node.crash(random.chance(0.3) ? CrashLoss.ALL : CrashLoss.DRAWN);
      case POWER_LOSS_OF_ALL -> cluster.nodes().forEach(each -> each.crash(random.chance(0.3) ? CrashLoss.ALL : CrashLoss.DRAWN));
      case KILL -> node.kill();
      case PAUSE -> {
        if (node.running()) {
          node.pauseFor(random.between(1, 3_000) * MILLI);
        }
      }
      case ISOLATE -> cluster.isolate(node);
      case MUTE -> cluster.muteTowardsPeers(node);
      case CUT_ONE_LINK -> world.net().cut(node.name(), anyNode().name());
      case RESETS -> world.net().defaults(links.withResets(0.02));
      case SLOW_LINKS -> world.net().defaults(links.withDelay(random.between(1, 30) * MILLI, random.between(1, 30) * MILLI));
      case DISK_STALL -> node.machine().disk().stallUntil(world.nowNanos() + random.between(1, 3_000) * MILLI);
      case CLOCK_RATE -> node.machine().clockRate(random.between(-RATE_PPM_MAX, RATE_PPM_MAX));
      case WALL_CLOCK_STEP -> node.machine().wallOffsetMillis(random.between(-86_400_000, 86_400_000));
    }
  }

  private void mend() {
    world.net().defaults(links);
    cluster.heal();
    cluster.start();
  }

  private SimNode anyNode() {
    return cluster.nodes().get((int) random.nextLong(cluster.nodes().size()));
  }

  private void runSome(long fromMillis, long toMillis) {
    world.runFor(random.between(fromMillis, toMillis) * MILLI);
  }
}
