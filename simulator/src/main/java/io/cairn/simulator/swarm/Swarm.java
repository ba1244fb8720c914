package io.cairn.simulator.swarm;

import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.ReplicaHash;
import io.cairn.client.core.Operation;
import io.cairn.simulator.SimWorld;
import io.cairn.simulator.cluster.ClusterSettings;
import io.cairn.simulator.cluster.SimClient;
import io.cairn.simulator.cluster.SimCluster;
import io.cairn.simulator.cluster.SimNode;
import io.cairn.simulator.crash.CrashPoint;
import io.cairn.simulator.crash.Death;
import io.cairn.simulator.disk.DiskSettings;
import io.cairn.simulator.engine.SimEngineSettings;
import io.cairn.simulator.mark.Mark;
import io.cairn.simulator.mark.Marks;
import io.cairn.simulator.net.LinkSettings;
import io.cairn.simulator.oracle.ClusterOracle;
import io.cairn.simulator.schedule.SimFailure;
import io.cairn.simulator.schedule.SimTrace;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/** One run: a cluster, its clients, its faults; safety, then liveness. */
public final class Swarm {
  /** After which every watch has been told what there is: it looks for a node, is told how far that is, and may be slow. */
  private static final long WATCHES_DRAIN_NANOS = 20_000_000_000L;
  private static final long SECOND = 1_000_000_000L;
  /** Within which a mended cluster must have come to agree. */
  private static final long AGREE_NANOS_MAX = 60 * SECOND;
  /** The longest deadline of a call, and what it may be late by. */
  private static final long CALL_NANOS_MAX = 10 * SECOND;
  private static final int READ_TRIES = 20;

  private final SwarmOptions options;
  private final SimWorld world;
  private final Marks marks = new Marks();
  private final ClusterOracle oracle;
  private final SimCluster cluster;
  private final Fleet fleet;
  private final Workload workload;
  private final Operator operator;
  private final Faults faults;

  private final Witness witness;
  private final LeaseTraffic leases;

  private Swarm(SwarmOptions options, List<Fault> plan, Witness witness) {
    this.options = options;
    this.witness = witness;
    this.world = new SimWorld(options.seed());
    this.oracle = new ClusterOracle(world.scheduler(), marks);
    LinkSettings links = LinkSettings.LAN.withDelay(options.number("link-us") * 1_000, options.number("link-us") * 1_000);
    world.net().defaults(links);
    this.cluster = new SimCluster(world, settings());
    this.fleet = new Fleet(cluster, oracle, marks);
    this.workload = new Workload(options, cluster, oracle, marks, witness);
    this.leases = new LeaseTraffic(options, cluster, oracle, workload, witness);
    this.operator = new Operator(options, cluster, fleet, oracle, marks);
    this.faults = new Faults(cluster, fleet, operator, links, settings().engines(), plan, marks);
    faults.listener(witness::fault);
  }

  private ClusterSettings settings() {
    long syncNanos = options.number("sync-us") * 1_000;
    SimEngineSettings engines = SimEngineSettings.ROCKSDB
        .withBytesFactor(Math.max(1, 2_048 / options.number("flush-kib")))
        .withSpontaneousFlush(options.number("flushes-by-itself-ppm") / 1e6)
        .withFlush(options.number("flush-us") * 1_000);
    ClusterSettings settings = ClusterSettings.threeNodes().withNodes(options.nodes()).withNetLoops((int) options.number("loops"))
        .withSplitPoints(options.splitPoints().toArray(new String[0]))
        .withDisk(DiskSettings.NVME.withSync(syncNanos, syncNanos / 2)).withEngines(engines);
    for (Map.Entry<String, String> each : options.config().entrySet()) {
      settings = settings.with(each.getKey(), each.getValue());
    }
    return settings;
  }

  /** The faults that a seed draws under these options. */
  public static List<Fault> plan(SwarmOptions options) {
    return FaultPlan.draw(options);
  }

  /**
   * Runs options and plan.
   *
   * @throws SimFailure with the seed, when something does not hold
   */
  public static SwarmResult run(SwarmOptions options, List<Fault> plan) {
    return run(options, plan, Witness.NONE);
  }

  /** As {@link #run}, in front of a witness of calls and of what is applied. */
  public static SwarmResult run(SwarmOptions options, List<Fault> plan, Witness witness) {
    return new Swarm(options, plan, witness).run();
  }

  /** As {@link #run}, in front of a witness of each event. */
  public static SwarmResult run(SwarmOptions options, List<Fault> plan, SimTrace trace, Consumer<String> faultListener) {
    Swarm swarm = new Swarm(options, plan, Witness.NONE);
    swarm.world.scheduler().trace(trace);
    swarm.faults.listener(faultListener);
    return swarm.run();
  }

  private SwarmResult run() {
    oracle.data().witness(leases.before(witness));
    witness.begins(world.scheduler()::now);
    cluster.start();
    cluster.awaitReady();
    workload.start();
    leases.start();
    new Compactions(options, cluster, oracle, workload).start();
    new HistorySwitches(options, cluster, oracle, workload).start();
    new Watchers(options, cluster, witness).start();
    witness.started(cluster, workload::stopping);
    faults.start();
    world.runFor(options.number("seconds") * SECOND);
    workload.stop();
    leases.stop();
    faults.mend();
    liveness();
    return result();
  }

  /** Nothing fails any more: the cluster must come to serve and to agree. */
  private void liveness() {
    world.runUntil("all calls have ended", workload::idle, CALL_NANOS_MAX);
    operator.settle();
    cluster.awaitReady();
    witness.serves();
    leases.drain();
    world.runUntil("all replicas hold the same", oracle::agrees, AGREE_NANOS_MAX);
    marks.reach(Mark.CONVERGED);
    witness.agreed();
    if (witness.watches() > 0) {
      world.runFor(WATCHES_DRAIN_NANOS);
      witness.drained(workload.told());
    }
    compareHashes();
    readEverythingBack();
    askForThePast();
    oracle.data().end();
    workload.judgeWrites();
    // A failure found by the last answer is thrown by the next event.
    world.runFor(SECOND);
  }

  /** The contents of all replicas of a shard are the same, by a hash that each works out for itself. */
  private void compareHashes() {
    SimClient asker = cluster.newClient();
    for (int shard = 1; shard <= options.number("shards"); shard++) {
      List<ReplicaHash> hashes = hashes(asker, shard);
      ReplicaHash first = hashes.getFirst();
      for (ReplicaHash hash : hashes) {
        oracle.checks().check(hash.hash() == first.hash() && hash.keys() == first.keys(), "replicas-hold-the-same", "shard %d at %d: %s and %s",
            shard, first.revision(), first, hash);
      }
    }
  }

  /** At one revision, and above one compaction revision: history may go by itself while it is asked for. */
  private List<ReplicaHash> hashes(SimClient asker, int shard) {
    long revision = workload.told();
    for (int tries = 1; ; tries++) {
      var hashes = new ArrayList<ReplicaHash>();
      try {
        for (SimNode node : cluster.nodes()) {
          hashes.add(ask(asker, new Operation.Hash(node.name(), shard, revision)));
        }
      } catch (Compacted later) {
        revision = later.oldest;
        continue;
      }
      if (hashes.stream().mapToLong(ReplicaHash::compacted).distinct().count() == 1 || tries == READ_TRIES) {
        return hashes;
      }
      world.runFor(SECOND / 10);
    }
  }

  /** What was asked for is not kept any more. */
  private static final class Compacted extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final long oldest;

    Compacted(long oldest) {
      this.oldest = oldest;
    }
  }

  private void readEverythingBack() {
    SimClient reader = cluster.newClient();
    for (String key : oracle.data().keys()) {
      for (SimNode node : cluster.nodes()) {
        oracle.data().read(key, ask(reader, new Operation.Get(io.cairn.client.ByteSeq.utf8(key), 0, java.util.Optional.of(node.name()))),
            Long.MAX_VALUE);
      }
    }
  }

  /** Every node has been told by now where no history is kept: the version before the last one is shown by none. */
  private void askForThePast() {
    SimClient reader = cluster.newClient();
    for (String key : oracle.data().keys()) {
      long before = oracle.data().changedBy(key, oracle.data().past().refusedBelow(key)) - 1;
      for (SimNode node : before > 0 ? cluster.nodes() : List.<SimNode>of()) {
        try {
          ask(reader, new Operation.Get(io.cairn.client.ByteSeq.utf8(key), before, java.util.Optional.of(node.name())));
          oracle.checks().check(false, "history-off-shows-no-past", "%s shows what %s was at %d, of which no history is kept", node.name(), key, before);
        } catch (Compacted refused) {
          marks.reach(Mark.READ_REFUSED_WITHOUT_HISTORY);
        }
      }
    }
  }

  private <T> T ask(SimClient client, Operation<T> operation) {
    for (int tries = 1; ; tries++) {
      try {
        return cluster.await(client.start(operation, 5 * SECOND));
      } catch (CompletionException failed) {
        if (failed.getCause() instanceof RefusedException refused && refused.code() == RefusedCode.COMPACTED) {
          throw new Compacted(refused.revision());
        }
        if (tries == READ_TRIES) {
          throw new SimFailure(world.scheduler().describe("a mended cluster does not answer " + operation + ": " + failed.getCause()), failed);
        }
        cluster.awaitReady();
      }
    }
  }

  private SwarmResult result() {
    Map<CrashPoint, Long> crashes = new EnumMap<>(CrashPoint.class);
    fleet.watches().forEach(watch -> watch.crashed().forEach((point, count) -> crashes.merge(point, count, Long::sum)));
    Map<Death, Long> deaths = new TreeMap<>();
    fleet.watches().forEach(watch -> watch.deaths().forEach((death, count) -> deaths.merge(death, count, Long::sum)));
    return new SwarmResult(options, world.digest(), world.scheduler().events(), world.nowNanos(), workload.acknowledged(), workload.unknown(),
        workload.refused(), workload.reads(), marks.counts(), crashes, deaths);
  }
}
